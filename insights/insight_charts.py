"""The charts of anomalies and forecasts. Here money becomes numbers."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.windows import ONE_DAY, Window
from insights.models import Anomaly, Forecast, ForecastPoint

Chart = dict[str, Any]
Values = list[float | None]


def anomaly_chart(
    anomaly: Anomaly, actual: Mapping[date, Decimal | float | None], window: Window
) -> Chart:
    """Draw the expected range from the day before the anomaly to the day after it.

    A range of one day alone would have no width, and could not be seen.
    """
    around = Window(anomaly.first_day - ONE_DAY, anomaly.last_day + 2 * ONE_DAY)

    def on_its_days(amount: Decimal) -> Values:
        return [_number(amount if day in around else None) for day in window.days()]

    low, high = on_its_days(anomaly.low), on_its_days(anomaly.high)
    return _daily_chart(
        anomaly.unit,
        window,
        _line("Actual", [_number(actual.get(day)) for day in window.days()], "c1"),
        _line("Expected", on_its_days(anomaly.expected), "c2"),
        *_interval("Expected range", low, high, "c3"),
    )


def forecast_chart(
    forecast: Forecast,
    points: Sequence[ForecastPoint],
    actual: Mapping[date, Decimal],
    window: Window,
) -> Chart:
    by_day = {point.day: point for point in points}

    def column(name: str) -> Values:
        return [_number(getattr(by_day.get(day), name, None)) for day in window.days()]

    return _daily_chart(
        forecast.currency,
        window,
        _line("Billed", [_number(actual.get(day)) for day in window.days()], "c1"),
        _line("Forecast", column("mean"), "c3"),
        *_interval("80% interval", column("low_80"), column("high_80"), "c3"),
        *_interval("95% interval", column("low_95"), column("high_95"), "c-other"),
    )


def _number(amount: Decimal | float | None) -> float | None:
    return None if amount is None else round(float(amount), 4)


def _line(label: str, values: Values, color: str) -> Chart:
    return {"label": label, "values": values, "color": color}


def _interval(name: str, low: Values, high: Values, color: str) -> list[Chart]:
    """Return the two edges of a filled interval, the upper one first."""
    upper = _line(f"{name}, upper bound", high, color)
    lower = _line(f"{name}, lower bound", low, color)
    return [{**upper, "band": "upper", "name": name}, {**lower, "band": "lower"}]


def _daily_chart(unit: str, window: Window, *series: Chart) -> Chart:
    return {
        "kind": "line",
        "unit": unit,
        "granularity": "daily",
        "labels": [day.isoformat() for day in window.days()],
        "estimated": [],
        "series": list(series),
    }
