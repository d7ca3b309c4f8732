"""Beat sends what its table has, also tasks that no worker has any more."""

from typing import Any

from django.db import migrations

# One has another name since, and beat adds it; the other is a part of retention.
GONE = ("dashboard.tasks.conduct_demo", "assistant.tasks.delete_expired")


def forget(apps: Any, schema_editor: Any) -> None:
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    tasks.filter(task__in=GONE).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("syncs", "0002_let_others_do_backfills"),
        ("django_celery_beat", "0018_improve_crontab_helptext"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
