"""Meters of Azure's retail prices: fetch, and what one unit of each costs today.

https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
The list is public and knows nothing of an account's own discounts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from providers.azure.client import AzureClient, Question, Service, understood

API_VERSION = "2023-01-01-preview"
# The list of Azure in China is another, which has no API.
UNLISTED_CLOUDS = ("china",)
# Nothing costs a million a unit: such a price is a mistake, and so unknown.
DEAREST = 10**6

Meter = Mapping[str, Any]


def is_listed(client: AzureClient) -> bool:
    return client.account.settings.cloud not in UNLISTED_CLOUDS


def fetch_meters(client: AzureClient, question: Question) -> Iterator[Meter]:
    """Yield what is paid by use, in its main region. Raise ProviderError."""
    for page in client.pages(question):
        with understood(question):
            for raw in page["Items"]:
                is_main = raw.get("isPrimaryMeterRegion", True)
                if raw["type"] == "Consumption" and is_main:
                    yield raw


def meters_question(
    what: str, currency: str, *, region: str = "", **fields: str
) -> Question:
    """Return what asks for the meters with these fields, whose case counts."""
    wanted = {**fields, "priceType": "Consumption"}
    return Question(
        what=what,
        operation="prices.azure.com/retail",
        path="/api/retail/prices",
        api_version=API_VERSION,
        params={
            "currencyCode": f"'{currency}'",
            "$filter": " and ".join(
                f"{name} eq '{value}'" for name, value in wanted.items()
            ),
        },
        service=Service.PRICES,
        region=region,
    )


def newest_price(
    meters: Iterable[tuple[Meter, Decimal]], now: datetime
) -> tuple[str, Decimal] | None:
    """Return currency and amount of the newest price that holds by now, of a meter so
    many times.

    None if there is none, or more than one.
    """
    by_start: dict[datetime, set[tuple[str, Decimal]]] = defaultdict(set)
    for raw, times in meters:
        start = datetime.fromisoformat(raw["effectiveStartDate"]).astimezone(UTC)
        if start <= now:
            amount = Decimal(raw["retailPrice"]) * times
            by_start[start].add((raw["currencyCode"], amount))
    newest = by_start[max(by_start)] if by_start else set()
    return next(iter(newest)) if len(newest) == 1 else None
