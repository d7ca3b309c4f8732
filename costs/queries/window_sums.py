"""What keys cost in windows, from sums of ten days and the rows of days beside them.

Two months of a large bill are millions of rows. Their sums of ten days are a tenth, and
few days lie between the ends of a window and the nearest of these.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Aggregate, Count, Sum, Value

from core.db.money_field import MoneyField
from core.windows import Window
from costs.querysets import DailyCostQuerySet, within
from costs.ten_days import ten_day_parts

# ruff: noqa: S608 (names are columns of the models, values are bound)
MONEY: MoneyField[Decimal, Decimal] = MoneyField()
# Of ten days as summed, and of the rows of single days.
TEN_DAYS, DAYS = 0, 1


def window_sums(
    sums: DailyCostQuerySet,
    rows: DailyCostQuerySet,
    columns: Sequence[str],
    metric: str,
    windows: Sequence[Window],
) -> list[tuple[Any, ...]]:
    """Return (a key of each column, the amount of each window). One query.

    `sums` and `rows` are those of every day. None is the amount of a key without a row
    of that window.
    """
    statements, params = [], []
    for (of, days), signs in _signs(windows).items():
        bills: DailyCostQuerySet
        count: Aggregate
        if of == TEN_DAYS:
            bills, count = sums.filter(within(days)), Sum("row_count")
        else:
            dated = {"day__gte": days.start, "day__lt": days.end}
            bills, count = rows.filter(**dated).counted(**dated), Count("pk")
        found = bills.order_by().values(*columns)
        found = found.annotate(amount=Sum(metric), of_rows=count)
        try:
            sql, bound = found.query.sql_with_params()
        except EmptyResultSet:
            continue
        figures = ", ".join(
            f"{sign} * amount AS amount_{at}, {sign} * of_rows AS rows_{at}"
            for at, sign in enumerate(signs)
        )
        statements.append(f"SELECT {', '.join(columns)}, {figures} FROM ({sql}) part")
        params += bound
    if not statements:
        return []
    return _added(" UNION ALL ".join(statements), params, columns, len(windows))


def _signs(windows: Sequence[Window]) -> dict[tuple[int, Window], list[int]]:
    """Return which days are summed, and whether they are added to each window (1),
    taken away from it (-1), or neither (0)."""
    signs: dict[tuple[int, Window], list[int]] = defaultdict(lambda: [0] * len(windows))
    for at, window in enumerate(windows):
        whole, added, taken = ten_day_parts(window)
        if whole:
            signs[TEN_DAYS, whole][at] = 1
        for days in added:
            signs[DAYS, days][at] = 1
        for days in taken:
            signs[DAYS, days][at] = -1
    return signs


def _added(
    parts: str, params: Sequence[Any], columns: Sequence[str], windows: int
) -> list[tuple[Any, ...]]:
    """Return the sums of the parts of each key, without keys that no window has."""
    keys = ", ".join(columns)
    amounts = ", ".join(
        f"CASE WHEN SUM(rows_{at}) > 0 THEN SUM(amount_{at}) END"
        for at in range(windows)
    )
    rows = " + ".join(f"SUM(rows_{at})" for at in range(windows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, {amounts} FROM ({parts}) parts "
            f"GROUP BY {keys} HAVING {rows} > 0",
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
