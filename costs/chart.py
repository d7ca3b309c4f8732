"""What a chart of costs is drawn from. Here, at the edge, money becomes numbers."""

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypedDict

from core.money import ZERO
from costs.queries.trend import OTHER, Point, Series, Trend


class ChartSeries(TypedDict):
    """One name and its values; None is a gap. `drill` is the page of what it is made
    of, to which the days are added; None where there is none."""

    label: str
    values: list[float | None]
    drill: str | None


class Chart(TypedDict):
    """What static/js/charts.js reads. `unit` is a currency, "%" or "bytes".

    `window` is its first day, and the day after the last. `restated` is by how much a
    day or month was changed since it was first read, and `expected` by how much it
    will still grow.
    """

    kind: str
    unit: str
    granularity: str
    window: list[str]
    labels: list[str]
    estimated: list[bool]
    restated: list[float | None]
    expected: list[float | None]
    series: list[ChartSeries]


def trend_chart(
    trend: Trend,
    restated: Mapping[date, Decimal] | None = None,
    *,
    expected: Mapping[date, Decimal] | None = None,
    kind: str = "stacked",
    drills: Mapping[str, str] | None = None,
) -> Chart:
    """Stacked bars, or lines, with a value for each day or month of the trend."""
    changes, growth = restated or {}, expected or {}
    return {
        "kind": kind,
        "unit": trend.currency or "",
        "granularity": trend.granularity,
        "window": [trend.start.isoformat(), trend.end.isoformat()],
        "labels": [day.isoformat() for day in trend.periods],
        "estimated": [day in trend.estimated for day in trend.periods],
        "restated": [_number(changes.get(day)) for day in trend.periods],
        "expected": [_number(growth.get(day)) for day in trend.periods],
        "series": [
            {
                "label": series.key,
                "values": [_number(point.amount) for point in series.points],
                "drill": (drills or {}).get(series.key),
            }
            for series in trend.series
        ],
    }


def folded(series: Sequence[Series], limit: int) -> list[Series]:
    """The `limit` largest of these, and the others summed as "Other"."""
    ordered = sorted(series, key=lambda one: one.total, reverse=True)
    largest, rest = ordered[:limit], ordered[limit:]
    return [*largest, _summed(rest)] if rest else largest


class PeriodRow(NamedTuple):
    """A row of the chart's table: an amount of each series, and their sum.

    `expected` is what it will still grow by, where it is young. `query` is that of the
    page that shows it alone, where there is one.
    """

    day: date
    amounts: Sequence[Decimal | None]
    total: Decimal | None
    is_estimated: bool
    is_restated: bool
    expected: Decimal | None
    query: str | None


def by_period(
    trend: Trend,
    restated: Container[date] = (),
    into: Callable[[date], str | None] = lambda day: None,
    *,
    expected: Mapping[date, Decimal] | None = None,
) -> list[PeriodRow]:
    """The chart's table: a row for each day or month."""
    table = []
    for index, (day, is_stored) in enumerate(trend.periods.items()):
        amounts = [series.points[index].amount for series in trend.series]
        total = sum((one or ZERO for one in amounts), ZERO) if is_stored else None
        is_estimated, is_restated = day in trend.estimated, day in restated
        more = expected.get(day) if expected else None
        table.append(
            PeriodRow(day, amounts, total, is_estimated, is_restated, more, into(day))
        )
    return table


def _summed(series: Sequence[Series]) -> Series:
    points = [
        Point(points[0].day, _sum([point.amount for point in points]))
        for points in zip(*(one.points for one in series), strict=True)
    ]
    return Series(OTHER, sum((one.total for one in series), Decimal(0)), points)


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """None where a day is not stored, which it then is in no series."""
    stored = [amount for amount in amounts if amount is not None]
    return sum(stored, Decimal(0)) if stored else None


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else round(float(amount), 4)
