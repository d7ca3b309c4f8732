from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Max, Min


def sum_what_members_stored(apps: Any, schema_editor: Any) -> None:
    """Count what accounts stored before a payer's bill came to cover them.

    A new installation has no such rows, and none of this code is run there.
    """
    daily_costs = apps.get_model("costs", "DailyCost").objects
    of_members = daily_costs.filter(account__payer__isnull=False)
    ends = of_members.aggregate(first=Min("day"), last=Max("day"))
    if ends["first"] is not None:
        from core.windows import ONE_DAY, Window
        from costs.rollups import rebuild

        rebuild(Window(ends["first"], ends["last"] + ONE_DAY))


class Migration(migrations.Migration):
    dependencies = [
        ("clouds", "0002_unknown_payer"),
        ("costs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoveredDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("day", models.DateField()),
                (
                    "sub_account_id",
                    models.CharField(help_text="The other account.", max_length=64),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        help_text="The account whose bill it is.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="covered_days",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "account", "sub_account_id"],
                "indexes": [
                    models.Index(
                        fields=["sub_account_id", "day"], name="coveredday_member"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day", "sub_account_id"),
                        name="coveredday_natural_key",
                    )
                ],
            },
        ),
        migrations.RunPython(sum_what_members_stored, migrations.RunPython.noop),
    ]
