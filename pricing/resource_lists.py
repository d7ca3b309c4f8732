"""Which prices of resources beside instances an account needs: fetch, store."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime

from django.db.models import F, Max

from clouds.models import CloudAccount
from core.db.storable import Fitter
from inventory.models import Resource
from pricing.due import NEVER, is_due
from pricing.models import RESOURCE_PRICE_KEY, ResourcePrice
from pricing.monthly import USES
from providers.base import PriceSource
from providers.records import ResourceMarket, ResourcePriceRecord
from syncs.models import SyncRun

RECORDED = {field.name for field in fields(ResourcePriceRecord)}


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
            update_fields=["read_at", *(RECORDED - set(RESOURCE_PRICE_KEY))],
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
