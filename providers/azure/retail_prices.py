"""What virtual machines cost on demand, from Azure's retail prices: fetch, normalize.

A region is read whole, as the list has no families; sizes are the subscription's own
list of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from providers.azure import compute
from providers.azure.client import AzureClient, Question, understood
from providers.azure.compute import LINUX, WINDOWS, WINDOWS_HYBRID, Size
from providers.azure.retail_meters import (
    DEAREST,
    Meter,
    fetch_meters,
    is_listed,
    meters_question,
    newest_price,
)
from providers.instance_types import family_of
from providers.records import InstancePriceRecord, Market

# Operating system -> that of the meters that bill it.
BILLED_AS = {LINUX: LINUX, WINDOWS: WINDOWS, WINDOWS_HYBRID: LINUX}
# A dedicated host is billed itself, and none of its machines.
PRICED_TENANCIES = ("Shared",)
ONE = Decimal(1)
CHEAPER = ("Spot", "Low Priority")
ONE_YEAR = "1 Year"

# (size in lower case, Linux or Windows) -> meters
Meters = Mapping[tuple[str, str], Sequence[Meter]]


class RetailPrices:
    """The list, each region of which is read once, in one currency."""

    def __init__(self, client: AzureClient) -> None:
        self._client = client
        self._meters: dict[str, Meters] = {}
        self._sizes: dict[str, Mapping[str, Size]] = {}

    def fetch_prices(
        self, market: Market, families: Sequence[str], currency: str
    ) -> list[InstancePriceRecord]:
        """Return every size of these families that the region offers. Raise
        ProviderError.

        A size whose price is not one amount per hour is left out: an unknown price is
        better than one of several.
        """
        billed_as = BILLED_AS.get(market.operating_system)
        is_priced = market.tenancy in PRICED_TENANCIES and is_listed(self._client)
        if billed_as is None or not is_priced:
            return []
        self._read(market.region, currency)
        wanted = set(families)
        records = []
        for size in self._sizes[market.region].values():
            meters = self._meters[market.region].get((size.name.lower(), billed_as))
            if meters and family_of(size.name) in wanted:
                records += _records(market, size, meters, self._client.now)
        return records

    def _read(self, region: str, currency: str) -> None:
        if region not in self._sizes:
            self._meters[region] = fetch_machine_meters(self._client, region, currency)
            self._sizes[region] = compute.fetch_sizes(self._client, region)


def fetch_machine_meters(client: AzureClient, region: str, currency: str) -> Meters:
    """Return the meters of machines on demand there. Raise ProviderError."""
    question = _question(region, currency)
    meters: dict[tuple[str, str], list[Meter]] = defaultdict(list)
    for raw in fetch_meters(client, question):
        with understood(question):
            if is_on_demand(raw):
                is_windows = raw["productName"].endswith(WINDOWS)
                system = WINDOWS if is_windows else LINUX
                meters[raw["armSkuName"].lower(), system].append(raw)
    return meters


def try_prices(client: AzureClient, region: str) -> None:
    """Ask for one page. Raise ProviderError."""
    client.ask(_question(region, "USD"))


def _question(region: str, currency: str) -> Question:
    return meters_question(
        f"List prices of virtual machines in {region}",
        currency,
        region=region,
        serviceName="Virtual Machines",
        armRegionName=region,
    )


def is_on_demand(raw: Meter) -> bool:
    """Return whether a meter is of an ordinary machine's hour."""
    names = raw["skuName"] + raw["meterName"]
    return bool(
        raw.get("armSkuName")
        and raw["unitOfMeasure"] == "1 Hour"
        and not raw.get("tierMinimumUnits")
        and not any(word in names for word in CHEAPER)
        and "Cloud Services" not in raw["productName"]
    )


def _records(
    market: Market, size: Size, meters: Sequence[Meter], now: datetime
) -> list[InstancePriceRecord]:
    """The one price of a size, if there is one."""
    price = newest_price(((raw, ONE) for raw in meters), now)
    if price is None or not 0 < price[1] < DEAREST:
        return []
    return [
        InstancePriceRecord(
            **market._asdict(),
            instance_type=size.name,
            hourly=price[1],
            currency=price[0],
            vcpus=size.vcpus,
            memory_mib=size.memory_mib,
            architecture=size.architecture,
            is_current_generation=True,  # the list does not say
            committed_hourly=_plan_rate(meters, price),
        )
    ]


def _plan_rate(meters: Iterable[Meter], price: tuple[str, Decimal]) -> Decimal | None:
    """Return what an hour costs by a savings plan of one year, of the meter that has
    that price; None where that is unclear."""
    amounts = {
        Decimal(plan["retailPrice"])
        for raw in meters
        if (raw["currencyCode"], Decimal(raw["retailPrice"])) == price
        for plan in raw.get("savingsPlan") or ()
        if plan["term"] == ONE_YEAR
    }
    amount = amounts.pop() if len(amounts) == 1 else None
    return amount if amount and 0 < amount < DEAREST else None
