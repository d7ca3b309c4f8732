"""What each resource costs a month, and what is recommended about it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from clouds.access import AnyUser
from core.money import CENT, ZERO
from insights.models import Recommendation, RefreshState
from inventory.models import Instance, Resource
from inventory.querysets import UNKNOWN
from pricing.models import InstancePrice


class CostBasis(StrEnum):
    """What a monthly cost is made of."""

    LIST = "list price"
    NOT_BILLED = "not billed"


@dataclass(slots=True)
class ResourceCost:
    """What is known of one resource; None is unknown."""

    monthly: Decimal | None = None
    basis: CostBasis | None = None
    currency: str | None = None
    savings: Decimal | None = None
    savings_currency: str | None = None
    recommendations: list[str] = field(default_factory=list)


def resource_costs(
    resources: Sequence[Resource], user: AnyUser
) -> dict[int, ResourceCost]:
    """Return what each of these costs, by its key. Four queries at most.

    An instance has the list price of 730 hours while it is billed, and 0 while its
    cloud takes nothing for it. What the others cost is on no list that is read.
    """
    found = {one.pk: _not_billed(one) for one in resources}
    prices = InstancePrice.objects.of_instances(
        one for one in _instances(resources) if one.is_billed
    )
    for pk, price in prices.items():
        cost = found[pk]
        cost.monthly = price.monthly.quantize(CENT)
        cost.basis, cost.currency = CostBasis.LIST, price.currency
    _add_savings(found, resources, user)
    return found


def _instances(resources: Sequence[Resource]) -> Iterable[Instance]:
    if all(isinstance(one, Instance) for one in resources):
        return [one for one in resources if isinstance(one, Instance)]
    keys = [one.pk for one in resources if one.kind == Resource.Kind.INSTANCE]
    return Instance.objects.filter(pk__in=keys).select_related("account")


def _not_billed(one: Resource) -> ResourceCost:
    """Return a cost of 0 where that is known, else an unknown one."""
    is_off = one.kind == Resource.Kind.INSTANCE and one.state != UNKNOWN
    if one.is_gone or (is_off and not one.is_billed):
        return ResourceCost(monthly=ZERO, basis=CostBasis.NOT_BILLED)
    return ResourceCost()


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
    refreshed = RefreshState.objects.exclude(refreshed_at=None)
    looked = {*refreshed.values_list("account_id", flat=True)}
    for one in resources:
        cost = costs[one.pk]
        if cost.savings_currency:
            cost.savings = sums[one.pk, cost.savings_currency]
        elif not cost.recommendations and one.account_id in looked:
            # Rules are about instances.
            is_instance = one.kind == Resource.Kind.INSTANCE
            cost.savings = ZERO if is_instance else None
