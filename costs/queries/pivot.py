"""Costs as a table of two ways: a row per key, and months or other keys across."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import ZERO
from core.windows import Window, add_months, first_of_month
from costs.groupings import keys_of
from costs.queries.table import Line
from costs.queries.trend import OTHER, Series, Trend


@dataclass(frozen=True, slots=True)
class Column:
    """A key, of which None is those that are summed as "Other"; or a month, which has
    its days in the window."""

    key: str | None
    label: str
    total: Decimal | None
    window: Window | None = None

    @property
    def is_part(self) -> bool:
        """Whether the window holds a part of the month only."""
        days = self.window
        return days is not None and {days.start.day, days.end.day} != {1}


@dataclass(frozen=True, slots=True)
class Row:
    """What one key cost in each column; None where no day is stored."""

    key: str | None
    names: Sequence[str]
    amounts: Sequence[Decimal | None]
    total: Decimal


@dataclass(frozen=True, slots=True)
class Pivot:
    """The table; its rows, and its columns, sum to `total`."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Decimal | None


def pivot_by_month(trend: Trend, lines: Iterable[Line]) -> Pivot:
    """Return a labelled trend with its months across, in the order of its lines."""
    months = list(dict.fromkeys(map(first_of_month, trend.periods)))
    rows = []
    for line, series in series_of_lines(trend, lines):
        sums = _per_month(series)
        amounts = [sums.get(month) for month in months]
        rows.append(Row(line.key, line.names or (line.label,), amounts, series.total))
    columns = [
        Column(
            f"{month:%Y-%m}",
            f"{month:%b %Y}",
            _sum(row.amounts[at] for row in rows),
            Window(max(month, trend.start), min(add_months(month, 1), trend.end)),
        )
        for at, month in enumerate(months)
    ]
    return Pivot(columns, rows, trend.total)


def series_of_lines(
    trend: Trend, lines: Iterable[Line]
) -> Iterator[tuple[Line, Series]]:
    """Yield the lines that have a series of a labelled trend, in their order."""
    series = {one.key: one for one in trend.series}
    for line in lines:
        if line.label in series:
            yield line, series[line.label]


def _per_month(series: Series) -> Mapping[date, Decimal]:
    sums: dict[date, Decimal] = defaultdict(Decimal)
    for day, amount in series.points:
        if amount is not None:
            sums[first_of_month(day)] += amount
    return sums


def pivot_by_group(
    amounts: Mapping[str, Decimal],
    label: Callable[[int, str], str],
    *,
    rows: int | None = None,
    columns: int | None = None,
) -> Pivot:
    """Return what each pair of keys cost, with the second of them across.

    `label` names a key of the first (0) or second (1) grouping. Of more than so many
    the smaller ones are summed as "Other".
    """
    of_rows = dict.fromkeys(_largest(amounts, 0, rows), ZERO)
    of_columns = dict.fromkeys(_largest(amounts, 1, columns), ZERO)
    table: dict[tuple[str | None, str | None], Decimal] = defaultdict(Decimal)
    for key, amount in amounts.items():
        outer, inner = keys_of(key)
        row = outer if outer in of_rows else None
        column = inner if inner in of_columns else None
        table[row, column] += amount
        of_rows[row] += amount
        of_columns[column] += amount
    return Pivot(
        [
            Column(key, _named(label, 1, key), total)
            for key, total in of_columns.items()
        ],
        [
            Row(
                key,
                (_named(label, 0, key),),
                [table.get((key, inner), ZERO) for inner in of_columns],
                total,
            )
            for key, total in of_rows.items()
        ],
        sum(table.values(), ZERO),
    )


def _largest(
    amounts: Mapping[str, Decimal], at: int, limit: int | None
) -> Sequence[str | None]:
    """The keys of a grouping that sum to most, and None for the others, if any."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for key, amount in amounts.items():
        sums[keys_of(key)[at]] += amount
    keys = sorted(sums, key=lambda key: (-sums[key], key))
    return keys if limit is None or len(keys) <= limit else [*keys[:limit], None]


def _named(label: Callable[[int, str], str], at: int, key: str | None) -> str:
    return OTHER if key is None else label(at, key)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if known else None
