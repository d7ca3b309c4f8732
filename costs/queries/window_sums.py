"""What keys cost in windows, from sums of blocks of days and the rows of days beside.

Two months of a large bill are millions of rows. Their sums of months and of ten days
are a small part, and few days lie between the ends of a window and the nearest ones.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Value
from django.db.models.expressions import Combinable

from core.db.money_field import MoneyField
from core.windows import Window
from costs.day_blocks import parts_of
from costs.models import CoveredDay
from costs.querysets import DailyCostQuerySet, within
from costs.rollup_querysets import SumsQuerySet

# ruff: noqa: S608 (names are columns of the models, values are bound)
SIGNED = {1: "{}", -1: "-{}", 0: "0 * {}"}
MONEY: MoneyField[Decimal, Decimal] = MoneyField()


def window_sums(
    sums: SumsQuerySet,
    rows: DailyCostQuerySet,
    columns: Sequence[str],
    metric: str,
    windows: Sequence[Window],
    *,
    largest: int | None = None,
    is_covered: bool = True,
) -> list[tuple[Any, ...]]:
    """Return (a key of each column, the amount of each window). One query, and one
    whether other bills cover the single days, where `is_covered` says that they may.

    `sums` and `rows` are those of every day. None is the amount of a key without a row
    of that window. With `largest` only so many keys that cost most in the first window;
    equal ones in the order of their letters' numbers.
    """
    statements, params = [], []
    all_signs = _signs(windows)
    single = [days for block, days in all_signs if block is None]
    if is_covered and single:
        # Mostly not those days, and to look it up for each row takes as long as to sum.
        is_covered = CoveredDay.objects.filter(within(*single)).exists()
    for (block, days), signs in all_signs.items():
        bills: DailyCostQuerySet
        count: Combinable
        if block:
            bills = sums.filter(within(days), dimension=block)
            count = F("row_count")
        else:
            dated = {"day__gte": days.start, "day__lt": days.end}
            bills, count = rows.filter(**dated), Value(1)
            bills = bills.counted(**dated) if is_covered else bills
        found = bills.order_by().values(*columns)
        found = found.annotate(amount=F(metric), of_rows=count)
        try:
            sql, bound = found.query.sql_with_params()
        except EmptyResultSet:
            continue
        figures = ", ".join(
            f"{SIGNED[sign].format('amount')} AS amount_{at}, "
            f"{SIGNED[sign].format('of_rows')} AS rows_{at}"
            for at, sign in enumerate(signs)
        )
        statements.append(f"SELECT {', '.join(columns)}, {figures} FROM ({sql}) part")
        params += bound
    if not statements:
        return []
    parts = " UNION ALL ".join(statements)
    return _added(parts, params, columns, len(windows), largest)


def _signs(windows: Sequence[Window]) -> dict[tuple[str | None, Window], list[int]]:
    """Return which days are summed, and whether they are added to each window (1),
    taken away from it (-1), or neither (0)."""
    signs: dict[tuple[str | None, Window], list[int]] = defaultdict(
        lambda: [0] * len(windows)
    )
    for at, window in enumerate(windows):
        for block, days, sign in parts_of(window):
            signs[block, days][at] += sign
    return signs


def _added(
    parts: str,
    params: Sequence[Any],
    columns: Sequence[str],
    windows: int,
    largest: int | None,
) -> list[tuple[Any, ...]]:
    """Return the sums of the parts of each key, without keys that no window has."""
    keys = ", ".join(columns)
    amounts = ", ".join(
        f"CASE WHEN SUM(rows_{at}) > 0 THEN SUM(amount_{at}) END"
        for at in range(windows)
    )
    rows = " + ".join(f"SUM(rows_{at})" for at in range(windows))
    first = ""
    if largest is not None:
        collation = 'COLLATE "C"' if connection.vendor == "postgresql" else ""
        order = ", ".join(f"{column} {collation}" for column in columns)
        first = f"ORDER BY SUM(amount_0) DESC, {order} LIMIT {largest}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, {amounts} FROM ({parts}) parts "
            f"GROUP BY {keys} HAVING {rows} > 0 {first}",
            params,
        )
        found = cursor.fetchall()
    if connection.vendor == "postgresql":
        return found
    nothing = Value(None)
    return [
        (
            *row[:-windows],
            *(MONEY.from_db_value(one, nothing, connection) for one in row[-windows:]),
        )
        for row in found
    ]
