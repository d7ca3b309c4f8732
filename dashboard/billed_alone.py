"""Resources whose own costs the bill tells: the only ones of their service there.

A bill tells services apart, and regions or resource groups. Where all through the
settled weeks an account had one resource of a service in such a place, the charges of
both are its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Sum

from clouds.access import AnyUser
from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from core.money import Money
from core.windows import HOURS_PER_MONTH, Window
from costs.models import CostTotal, DailyCost
from insights.recommendations.engine.hourly_prices import settled_window
from insights.thresholds import thresholds
from inventory.models import Resource
from providers.records import ChargeCategory

# Credits, refunds and taxes are of a bill, and not of a resource.
OWN = (ChargeCategory.USAGE.value, ChargeCategory.PURCHASE.value)
# (account id, service, region, resource group), as rows of the bill have them.
Place = tuple[str, str, str, str]


def billed_alone(
    resources: Sequence[Resource], user: AnyUser, now: datetime
) -> dict[int, Money]:
    """Return what the bill says that each costs in 730 hours, as far as it tells.

    Nothing of one that is younger than the weeks, or whose account's bill lacks some
    of them. Three queries, and fewer where there is none.
    """
    window = settled_window(thresholds(), now)
    old = [
        one
        for one in resources
        if place_of(one) and not one.is_gone and _since(one) <= window.start_at
    ]
    alone = _alone(old, window)
    whole = _billed_in_whole(alone, window)
    alone = [one for one in alone if one.account_id in whole]
    if not alone:
        return {}
    amounts = _amounts({place_of(one) for one in alone}, user, window)
    months = Decimal(HOURS_PER_MONTH) / (24 * len(window))
    found = {}
    for one in alone:
        sums = amounts.get(place_of(one), {})
        if len(sums) == 1:
            [(currency, amount)] = sums.items()
            found[one.pk] = Money(amount * months, currency)
    return found


def billed_in(one: Resource, user: AnyUser, window: Window) -> Money | None:
    """Return what the bill says of the days of one of those; None: not yet anything."""
    sums = _amounts({place_of(one)}, user, window).get(place_of(one), {})
    return next((Money(amount, name) for name, amount in sums.items()), None)


def place_of(one: Resource) -> Place | None:
    """Return which charges are of such resources there; None where others' are too."""
    return _place(one.account, one.kind, one.region, one.resource_group)


def _place(account: CloudAccount, kind: str, region: str, group: str) -> Place | None:
    cloud = CLOUDS[account.provider]
    service = cloud.services.get(kind)
    if service is None:
        return None
    place = (region, "") if cloud.tells_regions else ("", group)
    return account.account_id, service, *place


def _since(one: Resource) -> datetime:
    return one.created_at or one.first_seen_at


def _alone(resources: Sequence[Resource], window: Window) -> list[Resource]:
    """Return those beside which there was no other of the same place."""
    if not resources:
        return []
    there = Resource.objects.present_since(window.start).filter(
        account__in={one.account_id for one in resources},
        kind__in={one.kind for one in resources},
    )
    columns = ("account_id", "kind", "region", "resource_group")
    groups = there.order_by().values_list(*columns).annotate(count=Count("*"))
    accounts = {one.account_id: one.account for one in resources}
    counts: Counter[Place | None] = Counter()
    for pk, kind, region, group, count in groups:
        counts[_place(accounts[pk], kind, region, group)] += count
    return [one for one in resources if counts[place_of(one)] == 1]


def _billed_in_whole(resources: Iterable[Resource], window: Window) -> set[int]:
    """Return the accounts of which every day of the window is on a bill."""
    accounts = {one.account_id: one.account for one in resources}
    bills = {pk: account.payer_id or pk for pk, account in accounts.items()}
    if not bills:
        return set()
    totals = CostTotal.objects.filter(account__in=bills.values()).in_window(window)
    days = (
        totals.order_by().values_list("account").annotate(Count("day", distinct=True))
    )
    whole = {bill for bill, count in days if count == len(window)}
    return {pk for pk, bill in bills.items() if bill in whole}


def _amounts(
    places: set[Place | None], user: AnyUser, window: Window
) -> dict[Place | None, dict[str, Decimal]]:
    """Return what each place cost in all, by currency. One query."""
    known = [place for place in places if place]
    rows = DailyCost.objects.visible_to(user).counted().in_window(window)
    rows = rows.filter(
        sub_account_id__in={account for account, *_ in known},
        service__in={service for _, service, *_ in known},
        charge_category__in=OWN,
    )
    columns = ("sub_account_id", "service", "region", "resource_group", "currency")
    sums = rows.order_by().values_list(*columns).annotate(amount=Sum("effective"))
    found: dict[Place | None, dict[str, Decimal]] = defaultdict(dict)
    for *place, currency, amount in sums:
        account, service, region, group = place
        found[account, service, region, group][currency] = amount
    return found
