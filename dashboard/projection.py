"""What a month will have cost when it is over. The summary page asks only here.

The stored forecasts say it, with their intervals; where they can't, the weekdays do.
"""

from collections.abc import Mapping
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
    """What is stored of the month, and what its other days will add to it."""

    so_far: Decimal
    rest: Decimal
    days_left: int

    @property
    def total(self) -> Decimal:
        return self.so_far + self.rest

    @property
    def method(self) -> str:
        """The method in words, as the page names it."""
        return (
            "Projection, because no forecast is available: each remaining day costs "
            "the average of its weekday over the last four weeks; charges of the 1st "
            "count once."
        )


def forecast_month_end(
    now: datetime, currency: str, user: AnyUser, amounts: Mapping[date, Decimal]
) -> MonthEnd | None:
    """What the forecasts say of this month that the user may see; None where none do.

    `amounts` holds what each stored day cost in all. They are left out where they
    begin from other costs than these: an account or a correction that was read later
    is no part of them yet.
    """
    if not isinstance(user, PermissionsMixin):
        return None
    if not user.has_perm("insights.view_forecast"):
        return None
    found = month_end(now, currency, user)
    if found is None:
        return None
    known = [day for day in amounts if found.month <= day < found.spent_until]
    spent = sum((amounts[day] for day in known), Decimal(0))
    # Each forecast rounds its own part.
    rounding = CENT * len(found.forecasts)
    return found if abs(spent - found.spent) < rounding else None


def projected_month_end(
    amounts: Mapping[date, Decimal], end: date
) -> Projection | None:
    """The cost of the month of `end`, the first day that is not known yet.

    `amounts` holds what each stored day cost in all. A day that is left costs as much
    as the mean of its weekday over the 28 days before `end`. The 1st of a month is no
    sample, as fees of a whole month fall on it; where it is itself left, it costs as
    much as the 1st of the month before. None unless all that is asked for is stored:
    the month so far and the 28 days.
    """
    month = Window(first_of_month(end), add_months(end, 1))
    sampled = Window(end - ONE_DAY * SAMPLED_DAYS, end)
    so_far = [day for day in month.days() if day < end]
    left = [day for day in month.days() if day >= end]
    if not all(day in amounts for day in (*sampled.days(), *so_far)):
        return None
    means = {weekday: _mean(amounts, sampled, weekday) for weekday in range(7)}
    rest = [_expected(day, means, amounts) for day in left]
    if None in rest:
        return None
    return Projection(
        so_far=sum((amounts[day] for day in so_far), Decimal(0)),
        rest=sum((amount for amount in rest if amount), Decimal(0)).quantize(CENT),
        days_left=len(left),
    )


def _mean(amounts: Mapping[date, Decimal], sampled: Window, weekday: int) -> Decimal:
    days = [d for d in sampled.days() if d.weekday() == weekday and d.day != 1]
    return sum((amounts[day] for day in days), Decimal(0)) / len(days)


def _expected(
    day: date, means: Mapping[int, Decimal], amounts: Mapping[date, Decimal]
) -> Decimal | None:
    if day.day == 1:
        return amounts.get(add_months(day, -1))
    return means[day.weekday()]
