"""The pivot of the costs page: a table whose names and cells lead on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from costs.queries.breakdown import CostBreakdown, label_of
from costs.queries.links import query_of_keys, query_of_line, query_of_window
from costs.queries.pivot import Column, Pivot, Row, pivot_by_group, pivot_by_month
from costs.queries.query import CostQuery

# As many of the second grouping as fit across a screen.
COLUMNS = 8


@dataclass(frozen=True, slots=True)
class PivotRow:
    """A row, what it leads to, and each amount with what that leads to."""

    row: Row
    query: str | None
    cells: Sequence[tuple[Decimal | None, str | None]]


@dataclass(frozen=True, slots=True)
class PivotTable:
    columns: Sequence[tuple[Column, str | None]]
    rows: Sequence[PivotRow]
    total: Decimal | None


def pivot_table(
    found: CostBreakdown, account_names: Mapping[str, str]
) -> PivotTable | None:
    """Return the pivot that the query asks for; None where it asks for changes."""
    query = found.query
    if query.table == "months":
        return _by_month(found)
    if query.table == "groups" and len(query.groups) > 1:
        return _by_group(query, pivot_of_groups(found, account_names, query.limit))
    return None


def pivot_of_groups(
    found: CostBreakdown, account_names: Mapping[str, str], rows: int | None
) -> Pivot:
    """Return the first grouping by the second one; whole without a number of rows."""
    groups = found.query.groups
    return pivot_by_group(
        found.amounts,
        lambda at, key: label_of(key, groups[at], account_names),
        rows=rows,
        columns=rows and COLUMNS,
    )


def _by_month(found: CostBreakdown) -> PivotTable:
    pivot = pivot_by_month(found.trend, found.lines)
    lines = {line.key: line for line in found.lines}
    columns = [
        (column, query_of_window(found.query, column.window) if column.window else None)
        for column in pivot.columns
    ]
    rows = [
        PivotRow(
            row,
            query_of_line(found.query, lines[row.key], found.lines),
            [(amount, None) for amount in row.amounts],
        )
        for row in pivot.rows
    ]
    return PivotTable(columns, rows, pivot.total)


def _by_group(query: CostQuery, pivot: Pivot) -> PivotTable:
    outer, inner = query.groups

    def leads(keys: Mapping[str, str | None]) -> str | None:
        """To these keys; nowhere from those that are summed as "Other"."""
        named = {group: key for group, key in keys.items() if key is not None}
        return query_of_keys(query, named) if len(named) == len(keys) else None

    rows = []
    for row in pivot.rows:
        cells = [
            (amount, leads({outer: row.key, inner: column.key}) if amount else None)
            for amount, column in zip(row.amounts, pivot.columns, strict=True)
        ]
        rows.append(PivotRow(row, leads({outer: row.key}), cells))
    columns = [(column, leads({inner: column.key})) for column in pivot.columns]
    return PivotTable(columns, rows, pivot.total)
