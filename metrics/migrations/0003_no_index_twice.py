"""The natural keys begin with the instance, so it needs no index of its own."""

import django.db.models.deletion
from django.db import migrations, models

INDEXES = {
    "metrics_cpumetric": "metrics_cpumetric_instance_id_b9479e65",
    "metrics_networkmetric": "metrics_networkmetric_instance_id_a5ba728b",
}


def alter(model: str, related_name: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name="instance",
        field=models.ForeignKey(
            db_index=False,
            on_delete=django.db.models.deletion.CASCADE,
            related_name=related_name,
            to="inventory.instance",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_serve_long_lists"),
        ("metrics", "0002_recent_cpu"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                alter("cpumetric", "cpu_metrics"),
                alter("networkmetric", "network_metrics"),
            ],
            # On SQLite AlterField would make both tables anew.
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX {index}",
                    f"CREATE INDEX {index} ON {table} (instance_id)",
                )
                for table, index in INDEXES.items()
            ],
        ),
    ]
