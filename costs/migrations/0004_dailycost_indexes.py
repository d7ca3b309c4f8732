"""A page of the list and a member's history are found by an index of their own; that
of the account alone goes, as the natural key begins with it."""

import django.db.models.deletion
from django.db import migrations, models

ACCOUNT = "costs_dailycost_account_id_d00b24ef"


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0003_bill_days"),
        ("syncs", "0002_shared_versions"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="dailycost",
                    name="account",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="The account whose bill this is.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="daily_costs",
                        to="syncs.cloudaccount",
                    ),
                ),
            ],
            # On SQLite AlterField makes the table anew, without its triggers.
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX {ACCOUNT}",
                    f"CREATE INDEX {ACCOUNT} ON costs_dailycost (account_id)",
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="dailycost",
            index=models.Index(fields=["-day", "account"], name="dailycost_newest"),
        ),
        migrations.AddIndex(
            model_name="dailycost",
            index=models.Index(
                fields=["sub_account_id", "day"], name="dailycost_member"
            ),
        ),
    ]
