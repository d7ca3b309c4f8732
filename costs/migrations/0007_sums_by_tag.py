"""Sums of costs by tag, and the days that they are stored of."""

from typing import NoReturn

import django.db.models.deletion
from django.core.management import CommandError
from django.db import (
    DatabaseError,
    DataError,
    OperationalError,
    migrations,
    models,
    transaction,
)
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import core.db.money_field
from core.db.money_field import too_large

# ruff: noqa: S608 (every name in a statement is made in this file)
FIRST_OF_MONTH = {
    "postgresql": "day - (EXTRACT(DAY FROM day)::int - 1)",
    "sqlite": "DATE(day, 'start of month')",
}
ADD_DAYS = """
    INSERT INTO costs_tagday (account_id, tag_key, day, currency, row_count)
    SELECT account_id, tag_key, day, currency, COUNT(*) FROM costs_tagcost
    GROUP BY account_id, tag_key, day, currency
"""
# What is summed, and by which day and service.
ROWS = """
    SELECT tag_key, day AS of_day, currency, tag_value, service AS of_service, billed,
        effective, 1 AS row_count
    FROM costs_tagcost WHERE NOT EXISTS (
        SELECT 1 FROM costs_coveredday bill JOIN clouds_cloudaccount own
            ON own.account_id = bill.sub_account_id AND own.id <> bill.account_id
        WHERE own.id = costs_tagcost.account_id AND bill.day = costs_tagcost.day
    )
"""
SUMS_OF_DAYS = """
    SELECT tag_key, {day} AS of_day, currency, tag_value, {service} AS of_service,
        billed, effective, row_count
    FROM costs_tagrollup WHERE dimension = 'service'
"""
# In this order, as those of services are summed again.
SUMMED = {
    "service": ROWS,
    "value": SUMS_OF_DAYS.format(day="day", service="''"),
    "value_month": SUMS_OF_DAYS.format(day="{first_of_month}", service="''"),
    "service_month": SUMS_OF_DAYS.format(day="{first_of_month}", service="service"),
}
ADD_SUMS = """
    INSERT INTO costs_tagrollup (dimension, tag_key, day, currency, tag_value, service,
        billed, effective, row_count)
    SELECT '{dimension}', tag_key, of_day, currency, tag_value, of_service,
        SUM(billed), SUM(effective), SUM(row_count)
    FROM ({summed}) summed
    GROUP BY tag_key, of_day, currency, tag_value, of_service
"""
# As in the migration before.
LARGEST = {"postgresql": "9999999999.9999999999", "sqlite": "9.2233720368e18"}
TOO_LARGE = """
    SELECT tag_key, tag_value, currency, of_day FROM ({summed}) summed
    GROUP BY tag_key, of_day, currency, tag_value, of_service
    HAVING ABS(SUM(billed * 1.0)) > {largest} OR ABS(SUM(effective * 1.0)) > {largest}
    LIMIT 1
"""

COVERED = """
    covered AS (
        SELECT DISTINCT own.id AS covered_id, bill.day AS covered_day
        FROM costs_coveredday bill JOIN clouds_cloudaccount own
            ON own.account_id = bill.sub_account_id AND own.id <> bill.account_id
    )
"""
NOT_COVERED = """
    LEFT JOIN covered ON covered_id = account_id AND covered_day = day
    WHERE covered_id IS NULL
"""
BILLS = f"""
    bills AS (
        SELECT account_id, day, currency, tag_key, is_estimated, is_reconciled
        FROM costs_costtotal JOIN costs_tagday USING (account_id, day, currency)
        {NOT_COVERED} AND (billed <> 0 OR effective <> 0)
        UNION ALL
        SELECT account_id, day, currency, '', is_estimated, is_reconciled
        FROM costs_costtotal {NOT_COVERED} AND billed = 0 AND effective = 0
    )
"""
ADD_BILL_DAYS = f"""
    INSERT INTO costs_tagbillday
        (tag_key, day, currency, total_count, estimated_count, unreconciled_count)
    WITH {COVERED}, {BILLS}
    SELECT tag_key, day, currency, COUNT(*),
        SUM(CASE WHEN is_estimated THEN 1 ELSE 0 END),
        SUM(CASE WHEN is_reconciled THEN 0 ELSE 1 END)
    FROM bills GROUP BY tag_key, day, currency
"""
# What came after the last covered day, unless nothing did.
ADD_SPANS = f"""
    INSERT INTO costs_tagspan
        (account_id, currency, tag_key, first_day, last_day, days)
    WITH {COVERED}, {BILLS}, newest AS (
        SELECT account_id, MAX(day) AS newest_day FROM costs_costtotal
        {NOT_COVERED} GROUP BY account_id
    ), hidden AS (
        SELECT account_id, MAX(covered_day) AS until FROM newest
        JOIN covered ON covered_id = account_id AND covered_day < newest_day
        GROUP BY account_id
    ), keys AS (SELECT DISTINCT account_id, tag_key FROM bills)
    SELECT bills.account_id, currency, keys.tag_key, MIN(day), MAX(day), COUNT(*)
    FROM bills JOIN keys ON keys.account_id = bills.account_id
        AND bills.tag_key IN (keys.tag_key, '')
    LEFT JOIN hidden ON hidden.account_id = bills.account_id
    WHERE until IS NULL OR day > until
    GROUP BY bills.account_id, currency, keys.tag_key
"""


def add_sums(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    month = FIRST_OF_MONTH[schema_editor.connection.vendor]
    schema_editor.execute(ADD_DAYS)
    for dimension, rows in SUMMED.items():
        summed = rows.format(first_of_month=month)
        try:
            with transaction.atomic(schema_editor.connection.alias):
                schema_editor.execute(
                    ADD_SUMS.format(dimension=dimension, summed=summed)
                )
        except (DataError, OperationalError) as error:
            refuse_too_large(schema_editor, summed, error)
    schema_editor.execute(ADD_BILL_DAYS)
    schema_editor.execute(ADD_SPANS)


def refuse_too_large(
    schema_editor: BaseDatabaseSchemaEditor, summed: str, error: DatabaseError
) -> NoReturn:
    """Raise CommandError naming the tag whose sum can't be stored, if one can't."""
    largest = LARGEST[schema_editor.connection.vendor]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(TOO_LARGE.format(summed=summed, largest=largest))
        found = cursor.fetchone()
    if found is None:
        raise error
    raise CommandError(too_large(what_is(*found))) from error


def what_is(key: str, value: str, currency: str, day: object) -> str:
    tag = f"{key}={value}" if value else f"{key} (untagged)"
    return f"The sum of tag {tag} in {currency} in {str(day)[:7]}"


class Migration(migrations.Migration):
    dependencies = [
        ("clouds", "0005_say_plainly_what_fields_hold"),
        ("costs", "0006_sums_of_months"),
    ]

    operations = [
        migrations.CreateModel(
            name="TagBillDay",
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
                (
                    "tag_key",
                    models.CharField(
                        blank=True,
                        help_text="Empty: what costs nothing.",
                        max_length=128,
                    ),
                ),
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("total_count", models.IntegerField()),
                ("estimated_count", models.IntegerField()),
                ("unreconciled_count", models.IntegerField()),
            ],
            options={
                "ordering": ["tag_key", "-day", "currency"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tag_key", "day", "currency"),
                        name="tagbillday_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TagRollup",
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
                (
                    "dimension",
                    models.CharField(
                        choices=[
                            ("value", "Value"),
                            ("service", "Service"),
                            ("value_month", "Value Month"),
                            ("service_month", "Service Month"),
                        ],
                        max_length=16,
                    ),
                ),
                ("tag_key", models.CharField(max_length=128)),
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "tag_value",
                    models.CharField(
                        blank=True, help_text="Empty: untagged.", max_length=256
                    ),
                ),
                ("service", models.CharField(blank=True, max_length=200)),
                ("billed", core.db.money_field.MoneyField()),
                ("effective", core.db.money_field.MoneyField()),
                ("row_count", models.IntegerField()),
            ],
            options={
                "ordering": ["dimension", "tag_key", "-day", "id"],
                "indexes": [
                    models.Index(
                        fields=["tag_key", "tag_value", "dimension", "day"],
                        name="tagrollup_value",
                    ),
                    models.Index(
                        condition=models.Q(("row_count", 0)),
                        fields=["day"],
                        name="tagrollup_empty",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "dimension",
                            "tag_key",
                            "day",
                            "currency",
                            "tag_value",
                            "service",
                        ),
                        name="tagrollup_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TagDay",
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
                ("tag_key", models.CharField(max_length=128)),
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("row_count", models.IntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tag_days",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "account", "tag_key", "currency"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("row_count", 0)),
                        fields=["day"],
                        name="tagday_empty",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day", "currency", "tag_key"),
                        name="tagday_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TagSpan",
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
                ("currency", models.CharField(max_length=3)),
                (
                    "tag_key",
                    models.CharField(
                        blank=True,
                        help_text="Empty: what costs nothing.",
                        max_length=128,
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("days", models.IntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tag_spans",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "tag_key", "currency"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "tag_key", "currency"),
                        name="tagspan_natural_key",
                    )
                ],
            },
        ),
        migrations.RunPython(add_sums, migrations.RunPython.noop),
    ]
