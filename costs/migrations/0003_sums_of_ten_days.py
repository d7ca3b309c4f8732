"""Sums of ten days by every column, of the rows that are stored."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

DAYS_SINCE = "({since} - 10 * {least}({since} / 10, 2))"
FIRST_OF_TEN_DAYS = {
    "postgresql": "day - "
    + DAYS_SINCE.format(since="(EXTRACT(DAY FROM day)::int - 1)", least="LEAST"),
    "sqlite": "DATE(day, '-' || "
    + DAYS_SINCE.format(since="(CAST(SUBSTR(day, 9) AS INTEGER) - 1)", least="MIN")
    + " || ' days')",
}
ADD_SUMS = """
    INSERT INTO costs_costrollup (dimension, day, currency, service, region,
        resource_group, sub_account_id, charge_category, billed, effective, row_count)
    SELECT 'ten_days', {day}, currency, service, region, resource_group,
        sub_account_id, charge_category, SUM(billed), SUM(effective), COUNT(*)
    FROM costs_dailycost WHERE NOT EXISTS (
        SELECT 1 FROM costs_coveredday bill JOIN clouds_cloudaccount own
            ON own.account_id = bill.sub_account_id AND own.id <> bill.account_id
        WHERE own.id = costs_dailycost.account_id AND bill.day = costs_dailycost.day
    )
    GROUP BY {day}, currency, service, region, resource_group, sub_account_id,
        charge_category
"""


def add_sums(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    day = FIRST_OF_TEN_DAYS[schema_editor.connection.vendor]
    schema_editor.execute(ADD_SUMS.format(day=day))


def delete_sums(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sums = apps.get_model("costs", "CostRollup")._default_manager
    sums.filter(dimension="ten_days").delete()


class Migration(migrations.Migration):
    dependencies = [("costs", "0002_store_line_items_by_month")]
    operations = [
        migrations.AlterField(
            "costrollup",
            "dimension",
            models.CharField(
                choices=[
                    ("none", "None"),
                    ("service", "Service"),
                    ("region", "Region"),
                    ("resource_group", "Resource Group"),
                    ("account", "Account"),
                    ("ten_days", "Ten Days"),
                ],
                max_length=16,
            ),
        ),
        migrations.RunPython(add_sums, delete_sums),
    ]
