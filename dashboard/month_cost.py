"""What one resource costs this month so far, and how that is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from clouds.access import AnyUser
from clouds.registry import CLOUDS
from core.money import ZERO
from core.windows import (
    HOURS_PER_MONTH,
    ONE_DAY,
    Window,
    first_of_month,
    midnight,
    utc_day,
)
from dashboard.billed_alone import billed_in
from dashboard.resource_costs import (
    CostBasis,
    ResourceCost,
    resource_costs,
    running_prices,
)
from inventory.models import Instance, Resource, StateChange

HOUR = timedelta(hours=1)
Span = tuple[datetime, datetime]


class Month(NamedTuple):
    """The first of a month, and today."""

    first: date
    today: date


@dataclass(frozen=True, slots=True)
class MonthCost:
    """What it costs from the first of the month on; None is unknown.

    By a bill it is through a day; else it is so many hours at a price.
    """

    month: date
    whole: ResourceCost
    amount: Decimal | None
    currency: str | None
    basis: CostBasis | None
    hours: int
    billed_through: date | None = None


def month_cost(
    resource: Resource, user: AnyUser, now: datetime, *, with_bill: bool
) -> MonthCost:
    """Return what is known of it. Ten queries, or fewer."""
    whole = resource_costs([resource], user, now, with_bill=with_bill)[resource.pk]
    month = first_of_month(utc_day(now))
    hours = billed_hours(resource, midnight(month), now)
    if whole.basis == CostBasis.BILLED:
        return _by_bill(resource, user, Month(month, utc_day(now)), whole, hours)
    monthly, currency, basis = _price(resource, whole, hours)
    amount = ZERO if not hours else monthly and monthly * hours / HOURS_PER_MONTH
    return MonthCost(month, whole, amount, currency, basis, hours)


def _by_bill(
    resource: Resource, user: AnyUser, month: Month, whole: ResourceCost, hours: int
) -> MonthCost:
    first, today = month
    billed = billed_in(resource, user, Window(*month)) if today > first else None
    return MonthCost(
        first,
        whole,
        billed.amount if billed else None,
        whole.currency,
        whole.basis,
        hours,
        today - ONE_DAY if billed else None,
    )


def _price(
    resource: Resource, whole: ResourceCost, hours: int
) -> tuple[Decimal | None, str | None, CostBasis | None]:
    """Return what a whole month of the hours in which it is billed costs."""
    is_off = whole.basis == CostBasis.NOT_BILLED
    if not (is_off and hours and isinstance(resource, Instance)):
        return whole.monthly, whole.currency, whole.basis
    # It ran earlier this month.
    if found := running_prices([resource]).get(resource.pk):
        money, basis = found
        return money.amount, money.currency, basis
    return None, None, None


def billed_hours(resource: Resource, start: datetime, now: datetime) -> int:
    """Return for how many hours since then its cloud took money, as syncs saw it."""
    end = min(now, resource.gone_since or now)
    begin = max(start, _since(resource))
    if resource.kind != Resource.Kind.INSTANCE:
        return max(0, round((end - begin) / HOUR))
    billed = CLOUDS[resource.account.provider].billed_states
    spans = _spans_of_states(resource, begin, end)
    total = sum((to - at for state, (at, to) in spans if state in billed), timedelta())
    return round(total / HOUR)


def _since(resource: Resource) -> datetime:
    """Return since when it is known to exist."""
    launched = getattr(resource, "launched_at", None)
    known = (resource.created_at, launched, resource.first_seen_at)
    return min(at for at in known if at)


def _spans_of_states(
    resource: Resource, begin: datetime, end: datetime
) -> Iterator[tuple[str, Span]]:
    """Yield its states in order, and from when to when it was in each."""
    changes = resource.changes.filter(field=StateChange.Field.STATE)
    later = list(changes.filter(at__gt=begin).order_by("at", "id"))
    at = begin
    for change in later:
        if change.at >= end:
            break
        # Before it was first seen, it was as it was seen then.
        yield change.old_value or change.new_value, (at, change.at)
        at = change.at
    before = next((one.old_value for one in later if one.at >= end), resource.state)
    if at < end:
        yield before, (at, end)
