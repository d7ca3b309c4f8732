"""Sums of months, of those of days and ten days that are stored."""

from django.core.management import CommandError
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from core.db.money_field import too_large

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
# Of ten decimal places on PostgreSQL, of whole numbers of 10^-10 on SQLite, whose SUM
# fails past it and floating-point sums are near enough.
LARGEST = {"postgresql": "9999999999.9999999999", "sqlite": "9.2233720368e18"}
TOO_LARGE = """
    SELECT {day}, sub_account_id, currency FROM costs_costrollup
    WHERE dimension = '{summed}'
    GROUP BY {day}, currency, service, region, resource_group, sub_account_id,
        charge_category
    HAVING ABS(SUM(billed * 1.0)) > {largest} OR ABS(SUM(effective * 1.0)) > {largest}
    LIMIT 1
"""


def add_sums(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    day, largest = FIRST_OF_MONTH[vendor], LARGEST[vendor]
    for month, summed in SUMMED.items():
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(TOO_LARGE.format(day=day, summed=summed, largest=largest))
            if found := cursor.fetchone():
                raise CommandError(too_large(what_is(*found)))
        schema_editor.execute(ADD_SUMS.format(month=month, summed=summed, day=day))


def what_is(month: object, account: str, currency: str) -> str:
    of_account = f" of account {account}" if account else ""
    return f"The sum{of_account} in {currency} in {str(month)[:7]}"


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
