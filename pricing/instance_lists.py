"""Which prices of instance types an account needs: fetch, store."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from operator import attrgetter

from clouds.models import CloudAccount
from core.db.storable import Fitter
from core.windows import utc_day
from inventory.models import Instance
from pricing.due import NEVER, is_due
from pricing.families import families_to_price
from pricing.models import FAMILY_KEY, PRICE_KEY, InstancePrice, PricedFamily
from providers.base import PriceSource
from providers.records import InstancePriceRecord, Market
from syncs.models import SyncRun

# Instances terminated since then are still compared with the bill of their days.
LOOK_BACK = timedelta(days=90)
RECORDED = {field.name for field in fields(InstancePriceRecord)}


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
            update_fields=["read_at", *(RECORDED - set(PRICE_KEY))],
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
