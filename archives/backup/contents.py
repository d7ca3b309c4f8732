"""What a database holds, by which a restored one is compared with what was backed up:
rows and sums of each table, and how costs reconcile."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from archives.models import Archive, Table
from core.db.money_field import MoneyField
from core.windows import add_months
from costs.models import CostDay, CostTotal, DailyCost

# A sum of SQLite's whole numbers is an error past 2^63, so that halves are added.
HALF = 32


@dataclass(frozen=True, slots=True)
class TableContents:
    """Sums are exact, as text: of SQLite in units of 10^-10."""

    rows: int
    sums: Mapping[str, str] = field(default_factory=dict)


Contents = Mapping[str, TableContents]


def money_columns() -> dict[str, list[str]]:
    """Return every table that models have, with its columns of money."""
    return {
        model._meta.db_table: [
            str(one.column)
            for one in model._meta.local_fields
            if isinstance(one, MoneyField)
        ]
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def contents_of(
    database: BaseDatabaseWrapper, wanted: Mapping[str, Iterable[str]]
) -> dict[str, TableContents]:
    """Return rows and sums of these columns of these tables, those that exist."""
    with database.cursor() as cursor:
        existing = set(database.introspection.table_names(cursor))
        return {
            table: _contents_of(database, cursor, table, list(columns))
            for table, columns in sorted(wanted.items())
            if table in existing
        }


def _contents_of(
    database: BaseDatabaseWrapper, cursor: Any, table: str, columns: list[str]
) -> TableContents:
    quote = database.ops.quote_name
    is_sqlite = database.vendor == "sqlite"
    sums = [
        f"sum({quote(name)} >> {HALF}), sum({quote(name)} & {2**HALF - 1})"
        if is_sqlite
        else f"sum({quote(name)})"
        for name in columns
    ]
    selected = ", ".join(["count(*)", *sums])
    cursor.execute(f"SELECT {selected} FROM {quote(table)}")  # noqa: S608 - own names
    rows, *found = cursor.fetchone()
    if is_sqlite:
        halves = zip(found[::2], found[1::2], strict=True)
        found = [((high or 0) << HALF) + (low or 0) for high, low in halves]
    texts = [str(total or 0) for total in found]
    return TableContents(rows, dict(zip(columns, texts, strict=True)))


def differences(expected: Contents, found: Contents) -> list[str]:
    """Return a sentence for each table that is not as it was."""
    sentences = []
    for table, one in expected.items():
        other = found.get(table)
        if other is None:
            sentences.append(f"{table} is missing")
        elif other.rows != one.rows:
            sentences.append(f"{table} has {other.rows:,} rows instead of {one.rows:,}")
        elif other.sums != one.sums:
            sentences.append(
                f"{table} sums to {dict(other.sums)}, not {dict(one.sums)}"
            )
    return sentences


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How costs agree with each other, by numbers of days of accounts."""

    bills: int
    unreconciled: int
    """Bills to which the day's rows do not sum."""
    rows_differ: int
    """Days whose stored rows do not sum to the day's sum, beside pruned months."""

    def __str__(self) -> str:
        return (
            f"{self.bills:,} bills, {self.unreconciled:,} of them unreconciled, "
            f"{self.rows_differ:,} days whose rows do not sum to them"
        )


# Each day's stored rows beside the sum that is kept of them.
ROWS_DIFFER = """
SELECT count(*) FROM {day} d LEFT JOIN (
    SELECT account_id, day, currency,
        sum(billed) AS billed, sum(effective) AS effective, count(*) AS row_count
    FROM {row} GROUP BY account_id, day, currency
) r ON r.account_id = d.account_id AND r.day = d.day AND r.currency = d.currency
WHERE (coalesce(r.billed, 0) <> d.billed OR coalesce(r.effective, 0) <> d.effective
    OR coalesce(r.row_count, 0) <> d.row_count) {beside}
"""
PRUNED = """
SELECT DISTINCT month FROM {archive} WHERE "table" = %s AND restored_at IS NULL
"""
UNRECONCILED = """
SELECT count(*), coalesce(sum(CASE WHEN coalesce(d.billed, 0) = t.billed
    AND coalesce(d.effective, 0) = t.effective THEN 0 ELSE 1 END), 0)
FROM {total} t LEFT JOIN {day} d
    ON d.account_id = t.account_id AND d.day = t.day AND d.currency = t.currency
"""


def reconciliation_of(database: BaseDatabaseWrapper) -> Reconciliation:
    """Return how the costs of a database of this version's schema reconcile."""
    tables = {
        "archive": Archive._meta.db_table,
        "day": CostDay._meta.db_table,
        "row": DailyCost._meta.db_table,
        "total": CostTotal._meta.db_table,
    }
    with database.cursor() as cursor:
        cursor.execute(PRUNED.format(**tables), [Table.COST])
        months = [date.fromisoformat(str(month)) for (month,) in cursor.fetchall()]
        beside = "AND NOT (d.day >= %s AND d.day < %s) " * len(months)
        bounds = [day for one in months for day in (one, add_months(one, 1))]
        cursor.execute(UNRECONCILED.format(**tables))
        bills, unreconciled = cursor.fetchone()
        cursor.execute(ROWS_DIFFER.format(**tables, beside=beside), bounds)
        (rows_differ,) = cursor.fetchone()
    return Reconciliation(bills, int(unreconciled), rows_differ)


def migrations_of(database: BaseDatabaseWrapper) -> list[str]:
    """Return the migrations that are applied there, as app.name."""
    applied = MigrationRecorder(database).applied_migrations()
    return sorted(".".join(one) for one in applied)
