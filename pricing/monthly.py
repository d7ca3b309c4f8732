"""What resources beside instances cost a month at list price.

The formula is the same for each cloud and kind: the sum over what a resource uses of
quantity x price, for 730 hours where a price is an hour's. What its use decides, such
as requests, operations and bytes that are sent or processed, is not in it. Sources:
AWS's Price List and Azure's Retail Prices, before any discount.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from core.money import QUANTUM, ZERO, Money
from core.windows import HOURS_PER_MONTH
from inventory.kinds import KINDS, Kind
from inventory.models import Database, Resource
from pricing.currencies import currencies_of, in_currency
from pricing.models import ResourcePrice
from providers.records import IDLE, IN_USE, MULTI_ZONE, PriceUnit

GIB = Decimal(2**30)
SIZE = (PriceUnit.GIB_MONTH, PriceUnit.MONTH)
# Databases in these states keep their storage alone.
OFF = {"stopped", "paused"}

# With it Aurora's classes cost more, which their name does not tell.
UNPRICED_STORAGE = {"aurora-iopt1"}


@dataclass(frozen=True, slots=True)
class Use:
    """How much a resource has of what is priced in one of these units.

    An unknown quantity makes the price unknown. What is optional is included in the
    rest where the list has no price of it.
    """

    sku: str
    units: Sequence[PriceUnit]
    quantity: Decimal | int | None
    redundancy: str = ""
    is_optional: bool = False


def monthly_list_price(resources: Iterable[Resource]) -> dict[int, Money | None]:
    """Return what each of these costs a month, by its key; None: unknown.

    Of instances nothing is returned: InstancePrice has what they cost. Two queries,
    and one for each kind whose rows are resources without their details.
    """
    detailed = with_details(resources)
    prices = ListPrices.of(detailed)
    return {one.pk: prices.monthly(one) for one in detailed}


def with_details(resources: Iterable[Resource]) -> list[Resource]:
    """Return those that are priced here, each as its kind's own model."""
    found, bare = list[Resource](), defaultdict[Kind, list[int]](list)
    for one in resources:
        kind = Kind(one.kind)
        if kind not in USES:
            continue
        if isinstance(one, KINDS[kind].model):
            found.append(one)
        else:
            bare[kind].append(one.pk)
    for kind, keys in bare.items():
        rows = KINDS[kind].model._default_manager.filter(pk__in=keys)
        found += rows.select_related("account")
    return found


class ListPrices:
    """The prices of some resources' markets.

    They price each resource there as it is, and as it could be: a copy of a volume of
    another type, of a database of another class, of a bucket with its bytes elsewhere.
    """

    def __init__(
        self, rows: Iterable[ResourcePrice], currencies: Mapping[int, str]
    ) -> None:
        self._currencies = currencies
        self._markets: dict[Any, dict[str, list[ResourcePrice]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._skus: dict[Any, list[ResourcePrice]] = defaultdict(list)
        for row in rows:
            market = (row.provider, row.region, row.kind, row.engine)
            self._markets[market][row.currency].append(row)
            self._skus[market, row.currency, row.sku, row.redundancy].append(row)

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> Self:
        """Read the prices that these need. Two queries."""
        resources = list(resources)
        accounts = {one.account_id: one.account for one in resources}
        rows = ResourcePrice.objects.filter(
            provider__in={account.provider for account in accounts.values()},
            region__in={one.region for one in resources},
            kind__in={one.kind for one in resources},
        )
        return cls(rows.order_by("from_quantity"), currencies_of(accounts.values()))

    def rows(self, resource: Resource) -> Sequence[ResourcePrice]:
        """Return the prices of its market, in its account's currency if they are on
        the list in that."""
        market = _market(resource)
        if market not in self._markets:
            return []
        wanted = self._currencies[resource.account_id]
        return in_currency(self._markets[market], wanted)

    def monthly(self, resource: Resource) -> Money | None:
        """Return what it costs a month as it is now; None: unknown."""
        rows, uses = self.rows(resource), USES[Kind(resource.kind)](resource)
        if not rows or uses is None:
            return None
        currency, total = rows[0].currency, ZERO
        for use in uses:
            sku = (_market(resource), currency, use.sku, use.redundancy)
            amount = _amount(self._skus.get(sku, []), use)
            if amount is None:
                return None
            total += amount
        return Money(total.quantize(QUANTUM), currency)


def _market(resource: Resource) -> tuple[str, ...]:
    """Return which prices its own are among."""
    engine = resource.engine if isinstance(resource, Database) else ""
    return (resource.account.provider, resource.region, resource.kind, engine)


def _amount(rows: Sequence[ResourcePrice], use: Use) -> Decimal | None:
    """Return what the quantity costs a month; None: unknown."""
    priced = [row for row in rows if row.unit in use.units]
    if not priced and use.is_optional:
        return ZERO
    if not priced or use.quantity is None:
        return None
    quantity = Decimal(use.quantity)
    if priced[0].unit == PriceUnit.MONTH:
        fitting = [row for row in priced if row.from_quantity < quantity]
        return fitting[-1].amount if fitting else None
    ends = [*(row.from_quantity for row in priced[1:]), quantity]
    return sum(
        (
            row.amount * max(ZERO, min(end, quantity) - row.from_quantity)
            for row, end in zip(priced, ends, strict=True)
        ),
        ZERO,
    )


def _of_volume(one: Any) -> list[Use]:
    iops = Use(one.volume_type, [PriceUnit.IOPS_MONTH], one.iops, is_optional=True)
    throughput = Use(
        *(one.volume_type, [PriceUnit.MIBPS_MONTH], one.throughput_mib),
        is_optional=True,
    )
    return [Use(one.volume_type, SIZE, one.size_gib), iops, throughput]


def _of_snapshot(one: Any) -> list[Use]:
    """What other snapshots share is stored once, so this is the most it costs."""
    stored = one.size_gib if one.full_bytes is None else Decimal(one.full_bytes) / GIB
    return [Use(one.storage_tier, [PriceUnit.GIB_MONTH], stored)]


def _of_bucket(one: Any) -> list[Use] | None:
    if one.bytes_by_tier is None:
        return None
    return [
        Use(tier, [PriceUnit.GIB_MONTH], Decimal(size) / GIB, one.redundancy)
        for tier, size in one.bytes_by_tier.items()
    ]


def _of_database(one: Any) -> list[Use] | None:
    """A class, and its storage unless that is its cluster's."""
    if one.storage_type in UNPRICED_STORAGE:
        return None
    redundancy = MULTI_ZONE if one.is_multi_zone else ""
    hours = ZERO if one.state in OFF else HOURS_PER_MONTH
    uses = [Use(one.database_class, [PriceUnit.HOUR], hours, redundancy)]
    if one.storage_gib is not None:
        uses.append(Use(one.storage_type, SIZE, one.storage_gib, redundancy))
    return uses


def _of_address(one: Any) -> list[Use]:
    return [Use(IN_USE if one.attached_to else IDLE, [PriceUnit.HOUR], HOURS_PER_MONTH)]


def _of_nat_gateway(one: Any) -> list[Use]:
    return [Use(one.gateway_type, [PriceUnit.HOUR], HOURS_PER_MONTH)]


def _of_load_balancer(one: Any) -> list[Use]:
    return [Use(one.balancer_type, [PriceUnit.HOUR], HOURS_PER_MONTH)]


# What each uses; None: not known.
USES: dict[Kind, Callable[[Any], list[Use] | None]] = {
    Kind.VOLUME: _of_volume,
    Kind.SNAPSHOT: _of_snapshot,
    Kind.BUCKET: _of_bucket,
    Kind.DATABASE: _of_database,
    Kind.ADDRESS: _of_address,
    Kind.NAT_GATEWAY: _of_nat_gateway,
    Kind.LOAD_BALANCER: _of_load_balancer,
}
