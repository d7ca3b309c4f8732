"""The chart of a forecast: billed days, then the forecast within its intervals."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.windows import Window
from insights.chart import Chart, Values, daily_chart, interval, line, number
from insights.models import Forecast, ForecastPoint


def forecast_chart(
    forecast: Forecast,
    points: Sequence[ForecastPoint],
    actual: Mapping[date, Decimal],
    window: Window,
) -> Chart:
    by_day = {point.day: point for point in points}

    def column(name: str) -> Values:
        return [number(getattr(by_day.get(day), name, None)) for day in window.days()]

    return daily_chart(
        forecast.currency,
        window,
        [
            line("Billed", [number(actual.get(day)) for day in window.days()], "c1"),
            line("Forecast", column("mean"), "c3"),
            *interval("80% interval", column("low_80"), column("high_80"), "c3"),
            *interval("95% interval", column("low_95"), column("high_95"), "c-other"),
        ],
    )
