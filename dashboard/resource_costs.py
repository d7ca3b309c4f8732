"""What each resource costs a month, and what is recommended about it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from clouds.access import AnyUser
from core.money import CENT, ZERO, Money
from dashboard.billed_alone import billed_alone
from insights.models import EffectiveRate, Recommendation, RefreshState
from inventory.models import Instance, Resource
from inventory.querysets import UNKNOWN
from pricing.models import InstancePrice
from pricing.monthly import monthly_list_price


class CostBasis(StrEnum):
    """What a monthly cost is made of, the best that is known."""

    NOT_BILLED = "not billed"
    BILLED = "billed"
    RATE = "account's rate"
    LIST = "list price"


@dataclass(slots=True)
class ResourceCost:
    """What is known of one resource; None is unknown."""

    monthly: Decimal | None = None
    basis: CostBasis | None = None
    currency: str | None = None
    savings: Decimal | None = None
    savings_currency: str | None = None
    recommendations: list[str] = field(default_factory=list)

    def tell(self, money: Money, basis: CostBasis) -> None:
        self.monthly, self.currency = money.amount.quantize(CENT), money.currency
        self.basis = basis


def resource_costs(
    resources: Sequence[Resource], user: AnyUser, now: datetime, *, with_bill: bool
) -> dict[int, ResourceCost]:
    """Return what each of these costs a month of 730 hours, by its key.

    0 while its cloud takes nothing for it; else what the bill says, where the charges
    of a service are of it alone; else its list price, of an instance at the rate that
    its account pays in its region. As many queries however many resources of a kind.
    """
    found = {one.pk: ResourceCost() for one in resources}
    instances = _instances(resources)
    for pk, money in monthly_list_price(resources).items():
        if money:
            found[pk].tell(money, CostBasis.LIST)
    billed = [one for one in instances if one.is_billed]
    for pk, (money, basis) in running_prices(billed).items():
        found[pk].tell(money, basis)
    if with_bill:
        for pk, money in billed_alone(resources, user, now).items():
            found[pk].tell(money, CostBasis.BILLED)
    off = {one.pk for one in instances if _is_off(one)}
    for one in resources:
        if one.is_gone or one.pk in off:
            cost = found[one.pk]
            cost.monthly, cost.currency = ZERO, None
            cost.basis = CostBasis.NOT_BILLED
    _add_savings(found, resources, user)
    return found


def _instances(resources: Sequence[Resource]) -> list[Instance]:
    found = [one for one in resources if isinstance(one, Instance)]
    known = {one.pk for one in found}
    keys = [
        one.pk
        for one in resources
        if one.kind == Resource.Kind.INSTANCE and one.pk not in known
    ]
    if keys:
        found += Instance.objects.filter(pk__in=keys).select_related("account")
    return found


def running_prices(
    instances: Sequence[Instance],
) -> dict[int, tuple[Money, CostBasis]]:
    """Return what each costs a month while its cloud takes money for it, by its key.

    Two queries.
    """
    prices = InstancePrice.objects.of_instances(instances) if instances else {}
    by_key = {one.pk: one for one in instances}
    rates = {
        (rate.account_id, rate.region): rate
        for rate in EffectiveRate.objects.filter(
            account__in={one.account_id for one in instances}
        )
    }
    found = {}
    for pk, price in prices.items():
        rate = rates.get((by_key[pk].account_id, by_key[pk].region))
        money = Money(price.monthly, price.currency)
        if rate is None or rate.currency != price.currency:
            found[pk] = money, CostBasis.LIST
        else:
            amount = money.amount * rate.factor
            found[pk] = money._replace(amount=amount), CostBasis.RATE
    return found


def _is_off(one: Instance) -> bool:
    """Return whether nothing is taken for it. Of one on a host that costs the same
    anyway, nobody knows its part."""
    return one.state != UNKNOWN and not one.is_billed and not one.paid_anyway


def _add_savings(
    costs: dict[int, ResourceCost], resources: Sequence[Resource], user: AnyUser
) -> None:
    """Add the live recommendations, the largest saving first, and their sum in the
    currency of the first one. Where rules looked and found none, it is 0."""
    live = Recommendation.objects.visible_to(user).live().filter(resource__in=costs)
    columns = ("resource_id", "title", "counted_monthly", "currency")
    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for pk, title, saving, currency in live.largest_saving_first().values_list(
        *columns
    ):
        cost = costs[pk]
        cost.recommendations.append(title)
        if saving is not None:
            cost.savings_currency = cost.savings_currency or currency
            sums[pk, currency] += saving
    refreshed = RefreshState.objects.computed()
    looked = {*refreshed.values_list("account_id", flat=True)}
    for one in resources:
        cost = costs[one.pk]
        if cost.savings_currency:
            cost.savings = sums[one.pk, cost.savings_currency]
        elif not cost.recommendations and one.account_id in looked:
            cost.savings = ZERO
