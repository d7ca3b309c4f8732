from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def find_those_who_proposed_before(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model(settings.AUTH_USER_MODEL).objects
    same = users.filter(username=OuterRef("proposed_by")).values("pk")[:1]
    apps.get_model("insights", "Remediation").objects.update(proposer=Subquery(same))


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("insights", "0007_recommend_commitments"),
    ]

    operations = [
        migrations.AddField(
            model_name="remediation",
            name="proposer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(find_those_who_proposed_before, migrations.RunPython.noop),
    ]
