"""List prices of the machines there are, read from the cloud once a week."""

from collections import defaultdict
from collections.abc import Iterable, MutableMapping
from datetime import datetime, timedelta

from insights.advice.prices import Prices, operating_system
from insights.advice.records import MachineFacts
from insights.advice.sizes import families_to_price, family_of
from insights.models import InstancePrice
from providers.errors import ProviderError
from providers.windows import utc_day
from syncs.clouds import provider_for
from syncs.models import CloudAccount
from syncs.usage import keep_usage

# AWS changes a price list a few times a year.
READ_AGAIN_AFTER = timedelta(days=7)
# Region and operating system.
Market = tuple[str, str]
# "region/operating system/family", and the day on which its prices were asked for. A
# family that is not sold there has no price, and is not asked for at each refresh.
Asked = MutableMapping[str, str]


def read_prices(
    account: CloudAccount,
    machines: Iterable[MachineFacts],
    now: datetime,
    asked: Asked,
) -> tuple[Prices, list[str]]:
    """The prices that advice on these machines needs, and what could not be read.

    `asked` is what the account asked for before; what is asked now is added to it.
    """
    wanted: dict[Market, set[str]] = defaultdict(set)
    for machine in machines:
        market = (machine.region, operating_system(machine.platform))
        wanted[market].update(families_to_price(machine.instance_types))
    failures = []
    for market, families in sorted(wanted.items()):
        lately = str(utc_day(now - READ_AGAIN_AFTER))
        known = _known_families(account, market, now)
        keys = {family: "/".join((*market, family)) for family in families - known}
        missing = [one for one, key in keys.items() if asked.get(key, "") <= lately]
        try:
            if missing:
                _fetch(account, market, sorted(missing), now)
                asked.update({keys[family]: str(utc_day(now)) for family in missing})
        except ProviderError as error:
            failures.append(str(error))
    regions = {region for region, _ in wanted}
    rows = InstancePrice.objects.filter(provider=account.provider, region__in=regions)
    return Prices(row.record for row in rows), failures


def _known_families(account: CloudAccount, market: Market, now: datetime) -> set[str]:
    """Families of which a price was read lately."""
    rows = InstancePrice.objects.filter(
        provider=account.provider,
        region=market[0],
        operating_system=market[1],
        read_at__gt=now - READ_AGAIN_AFTER,
    )
    return {family_of(name) for name in rows.values_list("instance_type", flat=True)}


def _fetch(
    account: CloudAccount, market: Market, families: list[str], now: datetime
) -> None:
    """Reads them and keeps them in the place of older ones. Raises ProviderError."""
    provider = provider_for(account, now)
    try:
        records = provider.fetch_prices(*market, families)
    finally:
        keep_usage(account, utc_day(now), provider.meter.take_new())
    InstancePrice.objects.bulk_create(
        [
            InstancePrice(
                provider=account.provider,
                region=one.region,
                operating_system=one.operating_system,
                instance_type=one.instance_type,
                tenancy=one.tenancy,
                hourly=one.hourly,
                currency=one.currency,
                vcpus=one.vcpus,
                memory_mib=one.memory_mib,
                architecture=one.architecture,
                is_current_generation=one.is_current_generation,
                read_at=now,
            )
            for one in records
        ],
        update_conflicts=True,
        unique_fields=[
            *("provider", "region", "operating_system", "instance_type"),
            *("tenancy", "currency"),
        ],
        update_fields=[
            *("hourly", "vcpus", "memory_mib", "architecture"),
            *("is_current_generation", "read_at"),
        ],
    )
