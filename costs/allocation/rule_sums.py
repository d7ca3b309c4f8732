"""What rows sum to by the rules that name their values, in one pass of the database.

A million rows may have as many combinations of values. Those of a column that the same
rules name are one group, and groups are few: rows are summed by them.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Value

from core.db.money_field import MoneyField
from costs.allocation.engine import GroupedValues
from costs.querysets import DailyCostQuerySet, period_of

# ruff: noqa: S608 (names are made in this file, values are bound)
MONEY: MoneyField[Decimal, Decimal] = MoneyField()
NOTHING = Value(None)


def sums_by_group(
    rows: DailyCostQuerySet,
    columns: Sequence[str],
    groups: Sequence[GroupedValues],
    metric: str,
    granularity: str,
) -> Iterator[tuple[tuple[int, ...], date, Decimal]]:
    """Yield (the group of each column's value, day or first of month, amount).

    `groups` are those of each column. One query.
    """
    keys = {f"key_{at}": F(column) for at, column in enumerate(columns)}
    dated = rows.order_by().annotate(
        **keys, period=period_of(granularity), amount=F(metric)
    )
    try:
        sql, params = dated.values(*keys, "period", "amount").query.sql_with_params()
    except EmptyResultSet:
        return
    named = [at for at, of_values in enumerate(groups) if of_values]
    numbers = [
        f"COALESCE(named_{at}.number, 0)" if at in named else "0"
        for at in range(len(columns))
    ]
    tables = ", ".join(
        f"named_{at} (value, number) AS (VALUES {_values(groups[at])})" for at in named
    )
    joins = " ".join(
        f"LEFT JOIN named_{at} ON named_{at}.value = bills.key_{at}" for at in named
    )
    numbered = (f"{one} AS group_{at}" for at, one in enumerate(numbers))
    given = ", ".join([*numbered, "period", "amount"])
    by = ", ".join([*(f"group_{at}" for at in range(len(columns))), "period"])
    # PostgreSQL would take groups for as many as values, and sort the rows.
    fence = "OFFSET 0" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{'WITH ' if named else ''}{tables} "
            f"SELECT {by}, SUM(amount) FROM (SELECT {given} FROM ({sql}) bills "
            f"{joins} {fence}) numbered GROUP BY {by}",
            [*(value for at in named for value in groups[at]), *params],
        )
        found = cursor.fetchall()
    for *of_row, period, amount in found:
        yield tuple(of_row), _day(period), _money(amount)


def _values(numbered: GroupedValues) -> str:
    return ", ".join(f"(%s, {number})" for number in numbered.values())


def _day(value: date | str) -> date:
    """SQLite's days are texts."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _money(value: Any) -> Decimal:
    return MONEY.from_db_value(value, NOTHING, connection) or Decimal(0)
