from typing import Any

from django.db import migrations, models
from django.db.models import Max, Min

COLUMNS = """dimension, day, currency, service, region, resource_group,
    sub_account_id, charge_category, billed, effective, row_count"""
KEY = """dimension, day, currency, service, region, resource_group, sub_account_id,
    charge_category"""
SUM_ROWS = f"""
    INSERT INTO costs_costrollup ({COLUMNS})
    SELECT 'resource_group', day, currency, '', '', resource_group, '',
        charge_category, SUM(billed), SUM(effective), COUNT(*)
    FROM costs_dailycost held WHERE NOT EXISTS (
        SELECT 1 FROM costs_coveredday bill JOIN clouds_cloudaccount own
            ON own.account_id = bill.sub_account_id AND own.id <> bill.account_id
        WHERE own.id = held.account_id AND bill.day = held.day
    )
    GROUP BY day, currency, resource_group, charge_category
    ON CONFLICT ({KEY}) DO NOTHING
"""  # noqa: S608
# Months whose rows are in an archive had none.
ADD_THE_REST = f"""
    INSERT INTO costs_costrollup AS held ({COLUMNS})
    SELECT 'resource_group', day, currency, '', '', '', '', charge_category,
        SUM(sign * billed), SUM(sign * effective), SUM(sign * row_count)
    FROM (
        SELECT *, CASE WHEN dimension = 'none' THEN 1 ELSE -1 END AS sign
        FROM costs_costrollup WHERE dimension IN ('none', 'resource_group')
    ) sums
    GROUP BY day, currency, charge_category
    HAVING SUM(sign * row_count) <> 0
    ON CONFLICT ({KEY}) DO UPDATE SET
        billed = held.billed + excluded.billed,
        effective = held.effective + excluded.effective,
        row_count = held.row_count + excluded.row_count
"""  # noqa: S608


def sum_what_members_stored(apps: Any, schema_editor: Any) -> None:
    """Count what accounts stored before a payer's bill came to cover them.

    A new installation has no such rows, and none of this code is run there.
    """
    daily_costs = apps.get_model("costs", "DailyCost").objects
    covered = apps.get_model("costs", "CoveredDay").objects
    of_members = daily_costs.filter(account__payer__isnull=False)
    ends = of_members.aggregate(first=Min("day"), last=Max("day"))
    if ends["first"] is not None and not covered.exists():
        from core.windows import ONE_DAY, Window
        from costs.rollups import rebuild

        rebuild(Window(ends["first"], ends["last"] + ONE_DAY))


class Migration(migrations.Migration):
    dependencies = [("costs", "0006_teams_and_their_rules")]

    operations = [
        migrations.RemoveConstraint(
            model_name="costrollup", name="costrollup_natural_key"
        ),
        migrations.AddField(
            model_name="costrollup",
            name="resource_group",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="costrollup",
            name="dimension",
            field=models.CharField(
                choices=[
                    ("none", "None"),
                    ("service", "Service"),
                    ("region", "Region"),
                    ("resource_group", "Resource Group"),
                    ("account", "Account"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="costrollup",
            constraint=models.UniqueConstraint(
                fields=(
                    "dimension",
                    "day",
                    "currency",
                    "service",
                    "region",
                    "resource_group",
                    "sub_account_id",
                    "charge_category",
                ),
                name="costrollup_natural_key",
            ),
        ),
        migrations.RunPython(sum_what_members_stored, migrations.RunPython.noop),
        migrations.RunSQL([SUM_ROWS, ADD_THE_REST], migrations.RunSQL.noop),
    ]
