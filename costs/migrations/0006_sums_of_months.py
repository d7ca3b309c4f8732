"""Sums of months, of those of days and ten days that are stored."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FIRST_OF_MONTH = {
    "postgresql": "day - (EXTRACT(DAY FROM day)::int - 1)",
    "sqlite": "DATE(day, 'start of month')",
}
SUMMED = {
    "month": "ten_days",
    "account_month": "account",
    "group_month": "resource_group",
}
ADD_SUMS = """
    INSERT INTO costs_costrollup (dimension, day, currency, service, region,
        resource_group, sub_account_id, charge_category, billed, effective, row_count)
    SELECT '{month}', {day}, currency, service, region, resource_group,
        sub_account_id, charge_category, SUM(billed), SUM(effective), SUM(row_count)
    FROM costs_costrollup WHERE dimension = '{summed}'
    GROUP BY {day}, currency, service, region, resource_group, sub_account_id,
        charge_category
"""


def add_sums(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    day = FIRST_OF_MONTH[schema_editor.connection.vendor]
    for month, summed in SUMMED.items():
        schema_editor.execute(ADD_SUMS.format(month=month, summed=summed, day=day))


def delete_sums(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sums = apps.get_model("costs", "CostRollup")._default_manager
    sums.filter(dimension__in=SUMMED).delete()


class Migration(migrations.Migration):
    dependencies = [("costs", "0005_store_coverage_of_commitments")]
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
                    ("month", "Month"),
                    ("account_month", "Account Month"),
                    ("group_month", "Group Month"),
                ],
                max_length=16,
            ),
        ),
        migrations.RunPython(add_sums, delete_sums),
    ]
