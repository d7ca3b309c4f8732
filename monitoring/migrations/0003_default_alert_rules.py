from django.db import migrations

from monitoring.rules.defaults import add_default_rules


def add(apps, schema_editor):
    add_default_rules(apps.get_model("monitoring", "AlertRule"))


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_partitions_of_metric_points")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
