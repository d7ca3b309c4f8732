"""Read the list prices that an account's instances need, and store them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from django.contrib.auth.models import User

from clouds.models import CloudAccount
from core.clocks import is_recent
from core.db.storable import Fitter
from core.windows import utc_day
from inventory.models import Instance
from pricing.families import families_to_price
from pricing.models import FAMILY_KEY, PRICE_KEY, InstancePrice, PricedFamily
from providers.base import PriceSource, Progress
from providers.errors import ProviderError
from providers.records import InstancePriceRecord, Market
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim
from syncs.runs.run_context import run_context, say_nothing

# Clouds change a price list a few times a year.
READ_AGAIN_AFTER = timedelta(days=7)
# Instances terminated since then are still compared with the bill of their days.
LOOK_BACK = timedelta(days=90)
NEVER = datetime.min.replace(tzinfo=UTC)
RECORDED = {field.name for field in fields(InstancePriceRecord)}


def sync_prices(
    account: CloudAccount,
    now: datetime,
    *,
    trigger: SyncRun.Trigger = SyncRun.Trigger.COMMAND,
    user: User | None = None,
    on_progress: Progress = say_nothing,
) -> SyncRun:
    """Read the prices of the account's instance types and of those they could become.

    What was read within a week, for any account of the same cloud, is not read again.
    A market that fails keeps its prices, and the run ends as partial; when all fail, so
    does the run. Raises SlotTaken and Refused before anything is read.
    """
    run = claim(account, Dataset.PRICES, now, trigger=trigger, user=user)
    return read_prices(run, on_progress)


def read_prices(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Execute a claimed run."""
    with run_context(run, on_progress) as current:
        source = current.source(PriceSource)
        wanted = families_in_use(run.account, run.started_at)
        read_at = last_read(run.account, wanted)
        now, parts_read = run.started_at, 0
        fitter = Fitter(InstancePriceRecord, InstancePrice)
        for market, families in sorted(wanted.items()):
            missing = [
                family
                for family in families
                if not is_recent(read_at[market, family], now, READ_AGAIN_AFTER)
            ]
            if not missing:
                continue
            current.progress(f"{', '.join(market)}: {len(missing)} families")
            try:
                records = source.fetch_prices(market, missing)
            except ProviderError as error:
                current.record_failed_part(error)
                continue
            records = [fitter.fit(one, one.instance_type) for one in records]
            with current.storing():
                store_prices(run, records)
                store_families(run, market, missing)
            current.rows += len(records)
            parts_read += 1
        current.remarks.append(fitter.remark)
        if not parts_read and _are_new_for(run, read_at.values()):
            with current.storing():
                pass  # read for another account: what was made without them is stale
        current.finish_parts(parts_read=parts_read, read={})
    return run


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
            types[Market(*market)].add(instance_type)
    return {market: families_to_price(names) for market, names in types.items()}


def last_read(
    account: CloudAccount, wanted: Mapping[Market, Sequence[str]]
) -> dict[tuple[Market, str], datetime]:
    """(market, family) -> when it was last read. One query."""
    rows = PricedFamily.objects.filter(
        provider=account.provider, region__in={market.region for market in wanted}
    )
    read_at = {
        (Market(row.region, row.operating_system, row.tenancy), row.family): row.read_at
        for row in rows
    }
    return {
        (market, family): read_at.get((market, family), NEVER)
        for market, families in wanted.items()
        for family in families
    }


def store_prices(run: SyncRun, records: Iterable[InstancePriceRecord]) -> None:
    """Replace older ones by these, within the caller's transaction."""
    # In one order, as two runs may store the same list at once.
    ordered = sorted(records, key=attrgetter("instance_type"))
    common = {"provider": run.account.provider, "read_at": run.started_at}
    InstancePrice.objects.bulk_create(
        [InstancePrice(**common, **asdict(one)) for one in ordered],
        update_conflicts=True,
        unique_fields=PRICE_KEY,
        update_fields=["read_at", *(RECORDED - set(PRICE_KEY))],
    )


def store_families(run: SyncRun, market: Market, families: Iterable[str]) -> None:
    """Record that these were read, those that are not sold there too."""
    PricedFamily.objects.bulk_create(
        [
            PricedFamily(
                provider=run.account.provider,
                **market._asdict(),
                family=family,
                read_at=run.started_at,
            )
            for family in families
        ],
        update_conflicts=True,
        unique_fields=FAMILY_KEY,
        update_fields=["read_at"],
    )


def _are_new_for(run: SyncRun, read_at: Iterable[datetime]) -> bool:
    """Return whether any was read since the account's last good run."""
    runs = SyncRun.objects.filter(account=run.account, dataset=run.dataset)
    good = runs.filter(status__in=SyncRun.GOOD).order_by("-pk").first()
    return any(good is None or at > good.started_at for at in read_at)
