"""The natural key and the list's order begin with the account, so it needs no index of
its own."""

import django.db.models.deletion
from django.db import migrations, models

ACCOUNT = "inventory_instance_account_id_6cfed883"


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_serve_long_lists"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="instance",
                    name="account",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="instances",
                        to="syncs.cloudaccount",
                    ),
                ),
            ],
            # On SQLite AlterField would make the table anew.
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX {ACCOUNT}",
                    f"CREATE INDEX {ACCOUNT} ON inventory_instance (account_id)",
                ),
            ],
        ),
    ]
