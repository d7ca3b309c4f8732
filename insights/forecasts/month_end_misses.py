"""What earlier forecasts missed at the ends of months that are known by now.

Of each month one forecast counts: that of about the same day of the month as today's,
so that as many days were left. Misses of a forecast made on the 3rd say nothing about
one made on the 25th, nor do thirty of one month say more than one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import fsum

from core.money import CENT
from core.windows import ONE_DAY, Window, add_months, first_of_month
from insights.forecasts.engine.forecast_records import DailySeries
from insights.forecasts.engine.widening import least_reach
from insights.forecasts.models import Forecast, ForecastPoint, MonthEndMiss

TRACKED_MONTHS = 12
# A month end that is nearer is known rather than forecast.
LEAST_DAYS = 7
# Nobody is billed less; sums of floats are off by less.
ROUNDING = 0.005
# Of the intervals: which share of days they claim to hold.
SHARES = {0.8: ("low_80", "high_80"), 0.95: ("low_95", "high_95")}


@dataclass(frozen=True, slots=True)
class ComparedMonth:
    """A miss, and its errors as shares of what an average day was forecast to cost."""

    miss: MonthEndMiss
    error: float
    day_errors: Sequence[float]
    days_within: Mapping[float, int]
    """How many days came within the interval of each share."""


@dataclass(frozen=True, slots=True)
class MeasuredMisses:
    """The months that were compared; nothing is measured without any."""

    months: Sequence[ComparedMonth] = ()

    def reach(self, share: float) -> float:
        """Return how far from the mean an interval of that share has to reach.

        By months; where fewer days came within than it claimed, by days too.
        """
        by_month = least_reach([one.error for one in self.months], share)
        days = sum(one.miss.days for one in self.months)
        within = sum(one.days_within[share] for one in self.months)
        if within >= share * days:
            return by_month
        errors = [error for one in self.months for error in one.day_errors]
        return max(by_month, least_reach(errors, share))


def ended_months(amounts: Mapping[date, float]) -> list[Window]:
    """Return the last months of which each day is known, the newest first."""
    if not amounts:
        return []
    newest = first_of_month(max(amounts))
    months = [
        Window(add_months(newest, -back), add_months(newest, 1 - back))
        for back in range(TRACKED_MONTHS + 1)
    ]
    return [one for one in months if all(day in amounts for day in one.days())]


def known_amounts(series: DailySeries) -> dict[date, float]:
    """Return the amount of each day that is known."""
    return {
        series.start + ONE_DAY * at: value
        for at, value in enumerate(series.values)
        if value is not None and value == value
    }


def same_day(month: Window, day_of_month: int) -> date:
    """Return that day of the month, or the last that leaves enough to forecast."""
    return min(
        month.start + ONE_DAY * (day_of_month - 1), month.end - ONE_DAY * LEAST_DAYS
    )


def forecast_of_month(
    rows: Iterable[Forecast], month: Window, day_of_month: int
) -> Forecast | None:
    """Return the one that was made nearest to that day of the month; None without."""
    then, last = same_day(month, day_of_month), month.end - ONE_DAY * LEAST_DAYS
    usable = [
        row
        for row in rows
        if month.start <= row.data_until <= last
        and row.data_until + ONE_DAY * row.horizon >= month.end
    ]
    return min(
        usable,
        key=lambda row: (abs(row.data_until - then), row.is_replayed, row.data_until),
        default=None,
    )


def compare_month(
    forecast: Forecast,
    month: Window,
    points: Iterable[ForecastPoint],
    amounts: Mapping[date, float],
) -> ComparedMonth:
    """Compare a forecast of the month's end with what it came to."""
    ahead = [point for point in points if forecast.data_until <= point.day < month.end]
    came = [amounts[point.day] for point in ahead]
    both = list(zip(ahead, came, strict=True))
    spent = fsum(amounts[day] for day in month.days() if day < forecast.data_until)
    mean, low_80, high_80 = (
        fsum(float(getattr(point, name)) for point in ahead)
        for name in ("mean", "low_80", "high_80")
    )
    level = fsum(abs(float(point.mean)) for point in ahead) / len(ahead)
    errors = [abs(actual - float(point.mean)) for point, actual in both]
    within = {
        share: sum(
            float(getattr(point, low)) - ROUNDING
            <= actual
            <= float(getattr(point, high)) + ROUNDING
            for point, actual in both
        )
        for share, (low, high) in SHARES.items()
    }
    miss = MonthEndMiss(
        month=month.start,
        forecast_date=forecast.data_until,
        is_replayed=forecast.is_replayed,
        forecasted=_amount(spent + mean),
        low_80=_amount(spent + low_80),
        high_80=_amount(spent + high_80),
        actual=_amount(spent + fsum(came)),
        days=len(ahead),
        days_within_80=within[0.8],
    )
    return ComparedMonth(
        miss=miss,
        error=_share(abs(fsum(came) - mean), level * len(ahead)),
        day_errors=[_share(error, level) for error in errors],
        days_within=within,
    )


def _amount(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(CENT)


def _share(error: float, size: float) -> float:
    """Return the error as a share; 0 of nothing, by which nothing can be widened."""
    return error / size if size else 0.0
