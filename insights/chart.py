"""What charts of insights are drawn from. Here, at the edge, money becomes numbers."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from insights.models import Anomaly, Forecast, ForecastPoint
from providers.windows import ONE_DAY, Window

Chart = dict[str, Any]


def fan_chart(
    forecast: Forecast,
    points: Sequence[ForecastPoint],
    actual: Mapping[date, Decimal],
    window: Window,
) -> Chart:
    """What came as a line, what will come as a line within its two intervals."""
    told = {point.day: point for point in points}
    days = list(window.days())

    def ahead(name: str) -> list[float | None]:
        return [_number(getattr(told.get(day), name, None)) for day in days]

    return {
        "kind": "line",
        "unit": forecast.currency,
        "granularity": "daily",
        "labels": [day.isoformat() for day in days],
        "estimated": [],
        "series": [
            _line("Billed", [_number(actual.get(day)) for day in days], "c1"),
            _line("Forecast", ahead("mean"), "c3"),
            *_band(80, ahead("high_80"), ahead("low_80"), "c3"),
            *_band(95, ahead("high_95"), ahead("low_95"), "c-other"),
        ],
    }


def anomaly_chart(
    anomaly: Anomaly, actual: Mapping[date, Decimal | float | None], window: Window
) -> Chart:
    """The days around it, with what was expected and the range on its peak day."""
    days = list(window.days())
    during = Window(anomaly.first_day, anomaly.last_day + ONE_DAY)

    def on_its_days(amount: Decimal) -> list[float | None]:
        return [_number(amount) if day in during else None for day in days]

    return {
        "kind": "line",
        "unit": anomaly.unit,
        "granularity": "daily",
        "labels": [day.isoformat() for day in days],
        "estimated": [],
        "series": [
            _line("What came", [_number(actual.get(day)) for day in days], "c1"),
            _line("Expected", on_its_days(anomaly.expected), "c2"),
            {
                **_edge("At most", on_its_days(anomaly.high), "upper", "c2"),
                "name": "Range on the peak day",
            },
            _edge("At least", on_its_days(anomaly.low), "lower", "c2"),
        ],
    }


def _line(label: str, values: list[float | None], colour: str) -> Chart:
    return {"label": label, "values": values, "color": colour}


def _band(
    percent: int, high: list[float | None], low: list[float | None], colour: str
) -> list[Chart]:
    upper = _edge(f"{percent} %, at most", high, "upper", colour)
    lower = _edge(f"{percent} %, at least", low, "lower", colour)
    return [{**upper, "name": f"{percent} % interval"}, lower]


def _edge(label: str, values: list[float | None], edge: str, colour: str) -> Chart:
    return {**_line(label, values, colour), "band": edge}


def _number(amount: Decimal | float | None) -> float | None:
    return None if amount is None else round(float(amount), 4)
