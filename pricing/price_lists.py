"""Which list prices an account needs, of instance types and of other resources: fetch,
store."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from django.db.models import F, Max

from clouds.models import CloudAccount
from core.clocks import is_recent
from core.db.storable import Fitter
from core.windows import utc_day
from inventory.models import Instance, Resource
from pricing.families import families_to_price
from pricing.models import (
    FAMILY_KEY,
    PRICE_KEY,
    RESOURCE_PRICE_KEY,
    InstancePrice,
    PricedFamily,
    ResourcePrice,
)
from pricing.monthly import USES
from providers.base import PriceSource
from providers.records import (
    InstancePriceRecord,
    Market,
    ResourceMarket,
    ResourcePriceRecord,
)
from syncs.models import SyncRun

# Clouds change a price list a few times a year.
READ_AGAIN_AFTER = timedelta(days=7)
NEVER = datetime.min.replace(tzinfo=UTC)
# Instances terminated since then are still compared with the bill of their days.
LOOK_BACK = timedelta(days=90)
# What is updated of a price that was read before.
INSTANCE_FIELDS = {one.name for one in fields(InstancePriceRecord)} - {*PRICE_KEY}
RESOURCE_FIELDS = {one.name for one in fields(ResourcePriceRecord)} - {
    *RESOURCE_PRICE_KEY
}


@dataclass
class InstanceList:
    """The prices of some families in one market."""

    run: SyncRun
    market: Market
    currency: str
    read_at: Mapping[str, datetime]
    """Family -> when it was last read."""
    fitter: Fitter[InstancePriceRecord]
    _records: Sequence[InstancePriceRecord] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{', '.join(self.market)}: {len(self.due)} families"

    @property
    def due(self) -> list[str]:
        now = self.run.started_at
        return [family for family, at in self.read_at.items() if is_due(at, now)]

    @property
    def is_due(self) -> bool:
        return bool(self.due)

    @property
    def last_read(self) -> datetime:
        return max(self.read_at.values())

    def fetch(self, source: PriceSource) -> None:
        """Raise ProviderError."""
        records = source.fetch_prices(self.market, self.due, self.currency)
        self._records = [self.fitter.fit(one, one.instance_type) for one in records]

    def store(self) -> int:
        """Replace older ones by what was fetched, within the caller's transaction, and
        record which families were read, those that are not sold there too."""
        common = {
            "provider": self.run.account.provider,
            "read_at": self.run.started_at,
        }
        # In one order, as two runs may store the same list at once.
        ordered = sorted(self._records, key=attrgetter("instance_type"))
        InstancePrice.objects.bulk_create(
            [InstancePrice(**common, **asdict(one)) for one in ordered],
            update_conflicts=True,
            unique_fields=PRICE_KEY,
            update_fields=["read_at", *INSTANCE_FIELDS],
        )
        common |= {**self.market._asdict(), "currency": self.currency}
        PricedFamily.objects.bulk_create(
            [PricedFamily(family=family, **common) for family in self.due],
            update_conflicts=True,
            unique_fields=FAMILY_KEY,
            update_fields=["read_at"],
        )
        return len(ordered)


def instance_lists(
    run: SyncRun, currency: str, fitter: Fitter[InstancePriceRecord]
) -> Iterator[InstanceList]:
    """Return what the account's instances need. Three queries."""
    wanted = families_in_use(run.account, run.started_at)
    rows = PricedFamily.objects.filter(
        provider=run.account.provider,
        currency=currency,
        region__in={market.region for market in wanted},
    )
    read_at = {
        (Market(row.region, row.operating_system, row.tenancy), row.family): row.read_at
        for row in rows
    }
    for market, families in sorted(wanted.items()):
        of_market = {each: read_at.get((market, each), NEVER) for each in families}
        yield InstanceList(run, market, currency, of_market, fitter)


def families_in_use(
    account: CloudAccount, now: datetime
) -> Mapping[Market, Sequence[str]]:
    """Market -> the families whose prices its instances need, in order. Two queries."""
    instances = Instance.objects.filter(account=account)
    instances = instances.present_since(utc_day(now - LOOK_BACK)).order_by()
    types: dict[Market, set[str]] = defaultdict(set)
    retyped = instances.filter(changes__field="instance_type")
    for rows in (
        instances.values_list(*Market._fields, "instance_type").distinct(),
        retyped.values_list(*Market._fields, "changes__old_value").distinct(),
    ):
        for *market, instance_type in rows:
            if instance_type:
                types[Market(*market)].add(instance_type)
    return {market: families_to_price(names) for market, names in types.items()}


@dataclass
class ResourceList:
    """The prices of one kind of resource in one region."""

    run: SyncRun
    market: ResourceMarket
    currency: str
    last_read: datetime
    fitter: Fitter[ResourcePriceRecord]
    _records: Sequence[ResourcePriceRecord] = field(default_factory=list)

    def __str__(self) -> str:
        return f"List prices of {self.market}"

    @property
    def is_due(self) -> bool:
        return is_due(self.last_read, self.run.started_at)

    def fetch(self, source: PriceSource) -> None:
        """Raise ProviderError."""
        records = source.fetch_resource_prices(self.market, self.currency)
        self._records = [self.fitter.fit(one, one.sku) for one in records]

    def store(self) -> int:
        """Replace what was read before by what was fetched, within the caller's
        transaction."""
        provider, read_at = self.run.account.provider, self.run.started_at
        rows = [
            ResourcePrice(provider=provider, read_at=read_at, **asdict(one))
            for one in self._records
        ]
        # In one order, as two runs may store the same list at once.
        rows.sort(key=lambda row: [getattr(row, name) for name in RESOURCE_PRICE_KEY])
        ResourcePrice.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=RESOURCE_PRICE_KEY,
            update_fields=["read_at", *RESOURCE_FIELDS],
        )
        currencies = {self.currency, *(row.currency for row in rows)}
        stored = ResourcePrice.objects.of_market(provider, self.market)
        stored.filter(currency__in=currencies, read_at__lt=read_at).delete()
        return len(rows)


def resource_lists(
    run: SyncRun, currency: str, fitter: Fitter[ResourcePriceRecord]
) -> Iterator[ResourceList]:
    """Return what the account's resources need. Two queries.

    A list without any price is asked for each time: none of it is stored.
    """
    wanted = markets_in_use(run.account)
    rows = ResourcePrice.objects.filter(
        provider=run.account.provider,
        currency=currency,
        region__in={market.region for market in wanted},
    )
    columns = ResourceMarket._fields
    newest = rows.order_by().values(*columns).annotate(at=Max("read_at"))
    read_at = {
        ResourceMarket(*key): at for *key, at in newest.values_list(*columns, "at")
    }
    for market in sorted(wanted):
        yield ResourceList(run, market, currency, read_at.get(market, NEVER), fitter)


def markets_in_use(account: CloudAccount) -> set[ResourceMarket]:
    """Return region, kind and engine of what the account has. One query."""
    present = Resource.objects.filter(account=account, kind__in=USES).present()
    rows = present.order_by().annotate(engine=F("database__engine")).distinct()
    return {
        ResourceMarket(region, kind, engine or "")
        for region, kind, engine in rows.values_list(*ResourceMarket._fields)
    }


def is_due(read_at: datetime, now: datetime) -> bool:
    return not is_recent(read_at, now, READ_AGAIN_AFTER)
