"""The month-end cost on the home page: by the forecasts, else by weekdays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import PermissionsMixin

from clouds.access import AnyUser
from core.money import CENT
from core.windows import ONE_DAY, Window, add_months, first_of_month
from insights.forecasts.month_end import MonthEnd, month_end

# Four of each weekday.
SAMPLED_DAYS = 28


@dataclass(frozen=True, slots=True)
class Projection:
    """What is stored of the month, and what its remaining days will add."""

    so_far: Decimal
    rest: Decimal
    days_left: int

    @property
    def total(self) -> Decimal:
        return self.so_far + self.rest


def forecast_month_end(
    now: datetime,
    currency: str,
    user: AnyUser,
    amounts: Mapping[date, Decimal],
    filters: Mapping[str, Sequence[str]],
) -> MonthEnd | None:
    """Return the month-end forecast that the user may see, if there is one.

    `filters`, of a CostQuery, limit it to clouds and accounts.

    None too where it began from other costs than `amounts`, the total of each stored
    day: an account or a restatement that was synced later is not part of it yet.
    """
    if not isinstance(user, PermissionsMixin):
        return None
    if not user.has_perm("insights.view_forecast"):
        return None
    clouds, accounts = filters["provider"], filters["sub_account"]
    forecast = month_end(now, currency, user, clouds, accounts)
    if forecast is None:
        return None
    month = [day for day in amounts if forecast.month <= day < forecast.spent_until]
    spent = sum((amounts[day] for day in month), Decimal(0))
    # Each forecast rounds its own part.
    rounding = CENT * len(forecast.forecasts)
    return forecast if abs(spent - forecast.spent) < rounding else None


def projected_month_end(
    amounts: Mapping[date, Decimal], end: date
) -> Projection | None:
    """Project the cost of the month of `end`, the first day that is not stored yet.

    `amounts` holds the total of each stored day. A remaining day costs the mean of its
    weekday over the 28 days before `end`. Fees of a whole month fall on the 1st, so it
    is no sample; where it remains itself, it costs as much as the previous 1st. None
    unless the month so far and the 28 days are stored completely.
    """
    month = Window(first_of_month(end), add_months(end, 1))
    sampled = list(Window(end - ONE_DAY * SAMPLED_DAYS, end).days())
    so_far = [day for day in month.days() if day < end]
    left = [day for day in month.days() if day >= end]
    if not all(day in amounts for day in (*sampled, *so_far)):
        return None
    by_weekday: list[list[Decimal]] = [[] for _ in range(7)]
    for day in sampled:
        if day.day != 1:
            by_weekday[day.weekday()].append(amounts[day])
    means = [sum(found, Decimal(0)) / len(found) for found in by_weekday]
    rest = Decimal(0)
    for day in left:
        if day.day == 1 and add_months(day, -1) not in amounts:
            return None
        rest += amounts[add_months(day, -1)] if day.day == 1 else means[day.weekday()]
    return Projection(
        so_far=sum((amounts[day] for day in so_far), Decimal(0)),
        rest=rest.quantize(CENT),
        days_left=len(left),
    )
