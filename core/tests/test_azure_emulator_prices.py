"""The emulated Azure's public price list."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator.clients import Reply, ask
from core.testing.azure_emulator.retail_prices import price, prices_of_region

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
PATH = "/api/retail/prices"


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(now=NOW) as emulated:
        emulated.prices = [
            *prices_of_region("westeurope"),
            *prices_of_region("eastus"),
        ]
        yield emulated


def prices(azure: EmulatedAzure, where: str = "", **asked: str) -> Reply:
    if where:
        asked["$filter"] = where
    return ask(azure, PATH, token=None, **asked)


def items(reply: Reply) -> list[dict[str, Any]]:
    assert reply.status == 200, reply.text
    found: list[dict[str, Any]] = reply.json["Items"]
    return found


def test_a_token_is_refused_and_noted(azure: EmulatedAzure) -> None:
    assert prices(azure).status == 200
    assert azure.leaks == []
    assert ask(azure, PATH).status == 400
    assert azure.leaks == ["GET /api/retail/prices with Bearer emulated-access-token"]


def test_values_are_compared_with_their_case(azure: EmulatedAzure) -> None:
    found = items(
        prices(
            azure,
            "serviceName eq 'Virtual Machines' and armRegionName eq 'westeurope' and "
            "priceType eq 'Consumption' and armSkuName eq 'Standard_D2s_v5'",
        )
    )
    assert {each["type"] for each in found} == {"Consumption"}
    assert {each["armRegionName"] for each in found} == {"westeurope"}
    assert items(prices(azure, "serviceName eq 'virtual machines'")) == []
    assert items(prices(azure, "armRegionName eq 'WestEurope'")) == []
    assert items(prices(azure, "contains(productName, 'Windows')"))
    assert not items(prices(azure, "contains(productName, 'windows')"))


def test_one_row_of_many_is_linux_on_demand_today(azure: EmulatedAzure) -> None:
    found = items(prices(azure, "armSkuName eq 'Standard_D2s_v5'"))
    left = [
        each
        for each in found
        if each["armRegionName"] == "eastus"
        and each["type"] == "Consumption"
        and each["isPrimaryMeterRegion"]
        and "Spot" not in each["skuName"]
        and "Low Priority" not in each["meterName"]
        and not each["productName"].endswith("Windows")
        and "Cloud Services" not in each["productName"]
        and each["effectiveStartDate"] <= f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    ]
    newest = max(left, key=lambda each: str(each["effectiveStartDate"]))
    assert len(left) == 2
    assert newest["retailPrice"] == 0.096
    assert len(found) > 20


def test_it_pages_by_addresses(azure: EmulatedAzure) -> None:
    azure.prices = [price("Standard_B1s", "eastus", 0.01)] * 1_001
    first = prices(azure, "armRegionName eq 'eastus'").json
    assert (first["Count"], first["BillingCurrency"]) == (1_000, "USD")
    second = ask(azure, first["NextPageLink"], token=None).json
    assert (second["Count"], second["NextPageLink"]) == (1, None)


def test_currencies_are_for_reference(azure: EmulatedAzure) -> None:
    dollars, euros = (
        items(prices(azure, "armSkuName eq 'Standard_B1s'", currencyCode=code))[0]
        for code in ("USD", "'EUR'")
    )
    assert euros["currencyCode"] == "EUR"
    assert euros["retailPrice"] == pytest.approx(dollars["retailPrice"] * 0.9228)
    assert prices(azure, currencyCode="XYZ").status == 400


@pytest.mark.parametrize(
    "where",
    ["retailPrice eq '1'", "armRegionName lt 'a'", "armRegionName eq eastus", "x"],
)
def test_it_refuses_other_filters(azure: EmulatedAzure, where: str) -> None:
    assert prices(azure, where).status == 400
