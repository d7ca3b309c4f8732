"""What virtual machines cost on demand, from Azure's retail prices: fetch, normalize.

https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
The list is public and knows nothing of an account's own discounts. A region is read
whole, as the list has no families; sizes are the subscription's own list of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from providers.azure import compute
from providers.azure.client import AzureClient, Question, Service, understood
from providers.azure.compute import LINUX, WINDOWS, WINDOWS_HYBRID, Size
from providers.instance_types import family_of
from providers.records import InstancePriceRecord, Market

API_VERSION = "2023-01-01-preview"
# Operating system -> that of the meters that bill it.
BILLED_AS = {LINUX: LINUX, WINDOWS: WINDOWS, WINDOWS_HYBRID: LINUX}
# A dedicated host is billed itself, and none of its machines.
PRICED_TENANCIES = ("Shared",)
# The list of Azure in China is another, which has no API.
UNLISTED_CLOUDS = ("china",)
CHEAPER = ("Spot", "Low Priority")
# No machine costs a million an hour: such a price is a mistake, and so unknown.
DEAREST = 10**6

# (size in lower case, Linux or Windows) -> meters
Meters = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]


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
        is_listed = self._client.account.settings.cloud not in UNLISTED_CLOUDS
        is_priced = market.tenancy in PRICED_TENANCIES and is_listed
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
            self._meters[region] = fetch_meters(self._client, region, currency)
            self._sizes[region] = compute.fetch_sizes(self._client, region)


def fetch_meters(client: AzureClient, region: str, currency: str) -> Meters:
    """Return the meters of machines on demand there. Raise ProviderError."""
    question = _question(region, currency)
    meters: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for page in client.pages(question):
        with understood(question):
            for raw in page["Items"]:
                if is_on_demand(raw):
                    is_windows = raw["productName"].endswith(WINDOWS)
                    system = WINDOWS if is_windows else LINUX
                    meters[raw["armSkuName"].lower(), system].append(raw)
    return meters


def try_prices(client: AzureClient, region: str) -> None:
    """Ask for one page. Raise ProviderError."""
    client.ask(_question(region, "USD"))


def _question(region: str, currency: str) -> Question:
    return Question(
        what=f"List prices of virtual machines in {region}",
        operation="prices.azure.com/retail",
        path="/api/retail/prices",
        api_version=API_VERSION,
        params={
            "currencyCode": f"'{currency}'",
            "$filter": "serviceName eq 'Virtual Machines' and "
            f"armRegionName eq '{region}' and priceType eq 'Consumption'",
        },
        service=Service.PRICES,
        region=region,
    )


def is_on_demand(raw: Mapping[str, Any]) -> bool:
    """Return whether a meter is of an ordinary machine's hour."""
    names = raw["skuName"] + raw["meterName"]
    return bool(
        raw["type"] == "Consumption"
        and raw.get("armSkuName")
        and raw["unitOfMeasure"] == "1 Hour"
        and raw.get("isPrimaryMeterRegion", True)
        and not raw.get("tierMinimumUnits")
        and not any(word in names for word in CHEAPER)
        and "Cloud Services" not in raw["productName"]
    )


def _records(
    market: Market, size: Size, meters: Iterable[Mapping[str, Any]], now: datetime
) -> list[InstancePriceRecord]:
    """The newest price that holds by now, if there is one."""
    by_start: dict[datetime, set[tuple[str, Decimal]]] = defaultdict(set)
    for raw in meters:
        start = datetime.fromisoformat(raw["effectiveStartDate"]).astimezone(UTC)
        if start <= now:
            by_start[start].add((raw["currencyCode"], Decimal(raw["retailPrice"])))
    newest = by_start[max(by_start)] if by_start else set()
    return [
        InstancePriceRecord(
            **market._asdict(),
            instance_type=size.name,
            hourly=amount,
            currency=currency,
            vcpus=size.vcpus,
            memory_mib=size.memory_mib,
            architecture=size.architecture,
            is_current_generation=True,  # the list does not say
        )
        for currency, amount in newest
        if len(newest) == 1 and 0 < amount < DEAREST
    ]
