"""Past forecasts compared with the bill."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.money import ZERO
from core.windows import ONE_DAY, Window, last_complete_days
from costs.models import CostTotal
from insights.daily_costs import HISTORY_DAYS, unsettled_days
from insights.forecasts.month_end import actual_days
from insights.models import Forecast, ForecastPoint

# Billed days without which a forecast is not compared.
LEAST_DAYS = 7


@dataclass(frozen=True, slots=True)
class PastForecast:
    """A past forecast and the bill of the days since its forecast date."""

    forecast: Forecast
    window: Window
    forecasted: Decimal
    actual: Decimal
    days: int
    days_within_80: int
    days_within_95: int

    @property
    def error_percent(self) -> float | None:
        """Forecast less actual, of actual; None where nothing was billed."""
        if not self.actual:
            return None
        return float((self.forecasted - self.actual) / self.actual * 100)

    @property
    def share_within_80(self) -> float:
        return self.days_within_80 / self.days

    @property
    def share_within_95(self) -> float:
        return self.days_within_95 / self.days


def past_forecasts(
    newest: Forecast, now: datetime, limit: int = 8
) -> list[PastForecast]:
    """Return earlier forecasts of the same scope, the newest first. Five queries.

    "Other services" cannot be compared, as the services in it change.
    """
    if not newest.is_comparable:
        return []
    days = _settled_days(newest, now)
    rows = Forecast.objects.of_scope(
        newest.account_id, newest.scope, newest.key, newest.currency
    ).exclude(pk=newest.pk)
    past = [
        row for row in rows if sum(day >= row.data_until for day in days) >= LEAST_DAYS
    ][:limit]
    if not past:
        return []
    amounts = actual_days(newest, Window(days[0], days[-1] + ONE_DAY))
    points: dict[int, list[ForecastPoint]] = defaultdict(list)
    of_past = ForecastPoint.objects.filter(forecast__in=past, day__in=days)
    for point in of_past.order_by("day"):
        points[point.forecast_id].append(point)
    return [_compare(one, points[one.pk], amounts) for one in past if points[one.pk]]


def _settled_days(newest: Forecast, now: datetime) -> list[date]:
    """Return stored days without the last ones, which may be incomplete."""
    which: dict[str, Any] = {"currency": newest.currency}
    if newest.account_id:
        which["account"] = newest.account_id
    window = last_complete_days(HISTORY_DAYS, now)
    totals = CostTotal.objects.counted().filter(**which).in_window(window)
    return sorted(totals.stored_days())[: -unsettled_days(**which)]


def _compare(
    forecast: Forecast, points: Sequence[ForecastPoint], amounts: Mapping[date, Decimal]
) -> PastForecast:
    billed = [amounts.get(point.day, ZERO) for point in points]
    both = list(zip(points, billed, strict=True))
    return PastForecast(
        forecast=forecast,
        window=Window(points[0].day, points[-1].day + ONE_DAY),
        forecasted=sum((point.mean for point in points), ZERO),
        actual=sum(billed, ZERO),
        days=len(points),
        days_within_80=sum(p.low_80 <= actual <= p.high_80 for p, actual in both),
        days_within_95=sum(p.low_95 <= actual <= p.high_95 for p, actual in both),
    )
