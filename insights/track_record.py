"""What past forecasts said, beside what came."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from costs.models import CostTotal
from insights.models import Forecast, ForecastPoint
from insights.models.forecasts import Scope
from insights.month_end import actual_days
from insights.refresh.reading import HISTORY_DAYS, UNSETTLED_DAYS
from providers.windows import ONE_DAY, Window, last_complete_days

# A forecast is judged by at least a week of days that came since.
LEAST_DAYS = 7
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Compared:
    """One past forecast and the days that came since it was told."""

    forecast: Forecast
    window: Window
    told: Decimal
    came: Decimal
    days: int
    days_within_80: int
    days_within_95: int

    @property
    def error_percent(self) -> float | None:
        """How far what was told is from what came; None where nothing came."""
        if not self.came:
            return None
        return float((self.told - self.came) / self.came * 100)

    @property
    def share_within_80(self) -> float:
        return self.days_within_80 / self.days

    @property
    def share_within_95(self) -> float:
        return self.days_within_95 / self.days


def past_forecasts(newest: Forecast, now: datetime, limit: int = 8) -> list[Compared]:
    """The earlier forecasts of the same scope that can be judged, the newest first.

    "Other services" is judged by nobody: what belongs to it changes. Four queries.
    """
    if newest.scope == Scope.SERVICE and not newest.key:
        return []
    days = _settled_days(newest, now)
    made = Forecast.objects.of_scope(
        newest.account_id, newest.scope, newest.key, newest.currency
    ).exclude(pk=newest.pk)
    judged = [
        one for one in made if sum(day >= one.data_until for day in days) >= LEAST_DAYS
    ][:limit]
    if not judged:
        return []
    amounts = actual_days(newest, Window(days[0], days[-1] + ONE_DAY))
    points: dict[int, list[ForecastPoint]] = defaultdict(list)
    rows = ForecastPoint.objects.filter(forecast__in=judged, day__in=days)
    for point in rows.order_by("day"):
        points[point.forecast_id].append(point)
    return [_compared(one, points[one.pk], amounts) for one in judged if points[one.pk]]


def _settled_days(newest: Forecast, now: datetime) -> list[date]:
    """Stored days, without the last ones of which a part may still be missing."""
    totals = CostTotal.objects.counted().filter(currency=newest.currency)
    if newest.account_id:
        totals = totals.filter(account=newest.account_id)
    window = last_complete_days(HISTORY_DAYS, now)
    stored = sorted(totals.in_window(window).days_by_estimate())
    return stored[:-UNSETTLED_DAYS]


def _compared(
    forecast: Forecast, points: Sequence[ForecastPoint], amounts: Mapping[date, Decimal]
) -> Compared:
    came = [amounts.get(point.day, ZERO) for point in points]
    both = list(zip(points, came, strict=True))
    return Compared(
        forecast=forecast,
        window=Window(points[0].day, points[-1].day + ONE_DAY),
        told=sum((point.mean for point in points), ZERO),
        came=sum(came, ZERO),
        days=len(points),
        days_within_80=sum(p.low_80 <= actual <= p.high_80 for p, actual in both),
        days_within_95=sum(p.low_95 <= actual <= p.high_95 for p, actual in both),
    )
