"""The chart of an anomaly: the days around it, and the expected range."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.windows import ONE_DAY, Window
from insights.chart import Chart, Values, daily_chart, interval, line, number
from insights.models import Anomaly


def anomaly_chart(
    anomaly: Anomaly, actual: Mapping[date, Decimal | float | None], window: Window
) -> Chart:
    """Draw the expected range from the day before the anomaly to the day after it.

    A range of one day alone would have no width, and could not be seen.
    """
    days = list(window.days())
    around = Window(anomaly.first_day - ONE_DAY, anomaly.last_day + 2 * ONE_DAY)

    def on_its_days(amount: Decimal) -> Values:
        return [number(amount) if day in around else None for day in days]

    return daily_chart(
        anomaly.unit,
        window,
        [
            line("Actual", [number(actual.get(day)) for day in days], "c1"),
            line("Expected", on_its_days(anomaly.expected), "c2"),
            *interval(
                "Expected range",
                on_its_days(anomaly.low),
                on_its_days(anomaly.high),
                "c3",
            ),
        ],
    )
