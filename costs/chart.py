"""What a chart of costs is drawn from. Here, at the edge, money becomes numbers."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypedDict

from costs.trend import OTHER, Point, Series, Trend


class ChartSeries(TypedDict):
    """One name and its values; None is a gap."""

    label: str
    values: list[float | None]


class Chart(TypedDict):
    """What static/js/charts.js reads. `unit` is a currency, "%" or "bytes"."""

    kind: str
    unit: str
    granularity: str
    labels: list[str]
    estimated: list[bool]
    series: list[ChartSeries]


def trend_chart(trend: Trend) -> Chart:
    """Stacked bars, a bar for each day or month of the trend."""
    return {
        "kind": "stacked",
        "unit": trend.currency or "",
        "granularity": trend.granularity,
        "labels": [day.isoformat() for day in trend.moments],
        "estimated": [day in trend.estimated for day in trend.moments],
        "series": [
            {
                "label": series.key,
                "values": [_number(point.amount) for point in series.points],
            }
            for series in trend.series
        ],
    }


def folded(series: Sequence[Series], limit: int) -> list[Series]:
    """The `limit` largest of these, and the others summed as "Other"."""
    ordered = sorted(series, key=lambda one: one.total, reverse=True)
    kept, rest = ordered[:limit], ordered[limit:]
    return [*kept, _summed(rest)] if rest else kept


def by_moment(trend: Trend) -> list[tuple[date, list[Decimal | None], Decimal | None]]:
    """(day, an amount of each series, their sum) of each moment: the chart's table."""
    table = []
    for index, day in enumerate(trend.moments):
        amounts = [series.points[index].amount for series in trend.series]
        table.append((day, amounts, _sum(amounts)))
    return table


def _summed(series: Sequence[Series]) -> Series:
    points = [
        Point(points[0].day, _sum([point.amount for point in points]))
        for points in zip(*(one.points for one in series), strict=True)
    ]
    return Series(OTHER, sum((one.total for one in series), Decimal(0)), points)


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """None where a day is not stored, which it then is in no series."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else round(float(amount), 4)
