"""Lines and intervals of the charts of insights. Here money becomes numbers."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from core.windows import Window

Chart = dict[str, Any]
Values = list[float | None]


def daily_chart(unit: str, window: Window, series: Sequence[Chart]) -> Chart:
    """A line chart of the days of a window."""
    days = [day.isoformat() for day in window.days()]
    return {
        "kind": "line",
        "unit": unit,
        "granularity": "daily",
        "labels": days,
        "estimated": [],
        "series": list(series),
    }


def line(label: str, values: Values, color: str) -> Chart:
    return {"label": label, "values": values, "color": color}


def interval(name: str, low: Values, high: Values, color: str) -> list[Chart]:
    """The two edges of a filled interval, the upper one first."""
    upper = line(f"{name}, upper bound", high, color)
    lower = line(f"{name}, lower bound", low, color)
    return [{**upper, "band": "upper", "name": name}, {**lower, "band": "lower"}]


def number(amount: Decimal | float | None) -> float | None:
    return None if amount is None else round(float(amount), 4)
