"""What storage, databases and network cost, among all that the public list has."""

from decimal import Decimal
from typing import Any

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from core.testing.azure_emulator.resource_meters import (
    meters_of_all_regions,
    meters_of_region,
)
from core.testing.azure_emulator.retail_prices import meter
from providers.azure.account_settings import AzureSettings
from providers.azure.client import AzureAccount
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind, ProviderError
from providers.records import MULTI_ZONE, PriceUnit, ResourceMarket, ResourcePriceRecord
from providers.tests.azure_reads import provider_of

RETAIL = "RetailPrices/read"
REGION = "westeurope"
HOUR, GIB, GIB_MONTH = PriceUnit.HOUR, PriceUnit.GIB, PriceUnit.GIB_MONTH
IP = ("Virtual Network", "IP Addresses", "Standard", "Standard IPv4 Static Public IP")


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    azure.prices = [*meters_of_region(REGION), *meters_of_region("northeurope")]
    azure.prices += meters_of_all_regions()
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def read(
    provider: AzureProvider, kind: str, engine: str = "", currency: str = "USD"
) -> list[ResourcePriceRecord]:
    market = ResourceMarket(REGION, kind, engine)
    found = list(provider.fetch_resource_prices(market, currency))
    assert all((one.region, one.kind, one.engine) == market for one in found)
    assert {one.currency for one in found} <= {currency}
    keys = [
        (one.sku, one.redundancy, one.unit, one.from_quantity, one.currency)
        for one in found
    ]
    assert len(keys) == len(set(keys))
    return found


def amounts(
    found: list[ResourcePriceRecord], *, unit: PriceUnit = HOUR, redundancy: str = ""
) -> dict[str, str]:
    return {
        one.sku: f"{one.amount.normalize():f}"
        for one in found
        if one.unit == unit and one.redundancy == redundancy
    }


def test_a_disk_has_the_price_of_its_size_and_redundancy(
    provider: AzureProvider,
) -> None:
    found = read(provider, "volume")
    sizes = {
        (one.sku, int(one.from_quantity)): f"{one.amount.normalize():f}"
        for one in found
        if one.unit == PriceUnit.MONTH
    }
    assert sizes["Premium_LRS", 0] == "0.6"  # P1
    assert sizes["Premium_LRS", 64] == "19.2"  # P10
    assert sizes["Premium_ZRS", 64] == "28.8"
    assert sizes["StandardSSD_LRS", 64] == "9.6"  # E10
    assert sizes["Standard_LRS", 0] == "1.536"  # S4, the smallest
    assert sizes["Standard_LRS", 64] == "6.144"  # S10
    assert ("Standard_LRS", 16) not in sizes


def test_a_disk_of_the_second_version_has_what_is_provisioned_by_the_month(
    provider: AzureProvider,
) -> None:
    v2 = {
        one.unit: one for one in read(provider, "volume") if one.sku == "PremiumV2_LRS"
    }
    assert v2[GIB_MONTH].amount == Decimal("0.0803")
    assert v2[PriceUnit.IOPS_MONTH].from_quantity == 3000
    assert v2[PriceUnit.IOPS_MONTH].amount == Decimal("0.004964")
    # 125 MB/s are included, which are fewer MiB/s.
    throughput = v2[PriceUnit.MIBPS_MONTH]
    assert throughput.from_quantity == Decimal("119.2093")
    assert throughput.amount == Decimal("0.0421003264")


def test_an_ultra_disk_has_no_speed_that_is_included(provider: AzureProvider) -> None:
    ultra = [one for one in read(provider, "volume") if one.sku == "UltraSSD_LRS"]
    assert {(one.unit, one.from_quantity): one.amount for one in ultra} == {
        (GIB_MONTH, 0): Decimal("0.11972"),
        (PriceUnit.IOPS_MONTH, 0): Decimal("0.04964"),
        (PriceUnit.MIBPS_MONTH, 0): Decimal("0.3666555699"),
    }


def test_snapshots_have_what_their_redundancy_costs(provider: AzureProvider) -> None:
    assert amounts(read(provider, "snapshot"), unit=GIB_MONTH) == {
        "Standard_LRS": "0.05",
        "Standard_ZRS": "0.05",
        "Premium_LRS": "0.132",
        "Premium_ZRS": "0.132",
    }


def test_blobs_have_a_price_of_each_tier_and_redundancy(
    provider: AzureProvider,
) -> None:
    found = [one for one in read(provider, "bucket") if one.unit == GIB_MONTH]
    stored = {
        (one.sku, one.redundancy, int(one.from_quantity)): one.amount for one in found
    }
    assert stored["Hot", "Standard_LRS", 0] == Decimal("0.0184")
    assert stored["Hot", "Standard_LRS", 51_200] == Decimal("0.017664")
    assert stored["Hot", "Standard_RAGRS", 0] == Decimal("0.046")
    assert stored["Cool", "Standard_RAGZRS", 0] == Decimal("0.028")
    assert ("Archive", "Standard_ZRS", 0) not in stored
    assert {one.sku: one.minimum_days for one in found} == {
        **{"Hot": 0, "Cool": 30, "Cold": 90, "Archive": 180}
    }


def test_what_is_read_back_from_a_colder_tier_has_a_price(
    provider: AzureProvider,
) -> None:
    found = read(provider, "bucket")
    assert amounts(found, unit=GIB, redundancy="Standard_LRS") == {
        **{"Cool": "0.01", "Cold": "0.03", "Archive": "0.02"}
    }


def test_addresses_cost_the_same_in_use_or_not(provider: AzureProvider) -> None:
    assert amounts(read(provider, "address")) == {"idle": "0.005", "in-use": "0.005"}


def test_gateways_and_balancers_that_are_priced_for_all_regions(
    provider: AzureProvider,
) -> None:
    found = read(provider, "nat-gateway")
    assert amounts(found) == {"Standard": "0.045", "StandardV2": "0.045"}
    assert amounts(found, unit=GIB) == amounts(found)
    assert amounts(read(provider, "load-balancer")) == {
        "Standard": "0.025",
        "Gateway": "0.013",
        "Application Gateway Standard_v2": "0.246",
        "Application Gateway WAF_v2": "0.443",
    }


@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_a_flexible_server_has_the_hours_of_its_size_and_twice_with_a_standby(
    provider: AzureProvider, engine: str
) -> None:
    found = read(provider, "database", engine)
    alone, both = amounts(found), amounts(found, redundancy=MULTI_ZONE)
    assert alone["Standard_D4ds_v5"] == "0.356"  # the price of a vCore, four times
    assert alone["Standard_D4ds_v4"] == "0.352"  # the price of four
    assert "Standard_D8ds_v4" not in alone
    assert alone["Standard_B1ms"] == "0.017"
    assert alone["Standard_B2s"] == "0.068"
    assert both["Standard_D4ds_v5"] == "0.712"
    assert amounts(found, unit=GIB_MONTH) == {
        "Premium_LRS": "0.115",
        "PremiumV2_LRS": "0.1",
    }
    assert amounts(found, unit=GIB_MONTH, redundancy=MULTI_ZONE) == {
        "Premium_LRS": "0.23",
        "PremiumV2_LRS": "0.2",
    }


def test_a_class_of_azure_sql_is_its_vcores_and_their_license(
    provider: AzureProvider,
) -> None:
    found = read(provider, "database", "sqlserver")
    assert amounts(found) == {
        "GP_Gen5_2": "0.5044",
        "GP_Gen5_4": "1.0088",
        "GP_Gen5_8": "2.0176",
        "BC_Gen5_2": "1.3588",
        "BC_Gen5_4": "2.7176",
        "BC_Gen5_8": "5.4352",
        "S0": "0.0201625",
        "S1": "0.0403333333",
    }
    # A general one in several zones has another price; a critical one the same.
    both = amounts(found, redundancy=MULTI_ZONE)
    assert set(both) == {"BC_Gen5_2", "BC_Gen5_4", "BC_Gen5_8"}
    assert amounts(found, unit=GIB_MONTH) == {
        "GeneralPurpose": "0.115",
        "BusinessCritical": "0.25",
    }
    assert amounts(found, unit=PriceUnit.MONTH) == {"Standard": "0"}


def test_without_the_license_a_class_has_no_price(
    provider: AzureProvider, azure: EmulatedAzure
) -> None:
    azure.prices = meters_of_region(REGION)
    found = amounts(read(provider, "database", "sqlserver"))
    assert set(found) == {"S0", "S1"}


def test_they_are_asked_for_in_the_currency_of_the_bill(
    provider: AzureProvider,
) -> None:
    found = read(provider, "address", currency="EUR")
    assert [one.amount for one in found] == [Decimal("0.004614")] * 2


@pytest.mark.parametrize(
    ("kind", "engine"), [("instance", ""), ("database", "neptune")]
)
def test_what_has_no_list_is_not_asked_for(
    provider: AzureProvider, kind: str, engine: str
) -> None:
    assert read(provider, kind, engine) == []
    assert provider.meter.requests == 0


def test_the_cloud_of_china_has_no_such_list(
    subscription: EmulatedSubscription,
) -> None:
    china = AzureAccount(subscription.subscription_id, AzureSettings(cloud="china"))
    market = ResourceMarket("chinanorth3", "address")
    assert AzureProvider(china).fetch_resource_prices(market, "USD") == []


def test_the_newest_price_of_today_holds(
    provider: AzureProvider, azure: EmulatedAzure
) -> None:
    azure.prices = [
        meter(IP, REGION, dollars, effectiveStartDate=f"{year}-01-01T00:00:00Z")
        for year, dollars in ((2020, 0.004), (2024, 0.005), (2099, 0.006))
    ]
    assert amounts(read(provider, "address"))["idle"] == "0.005"


def test_one_of_two_prices_is_no_price(
    provider: AzureProvider, azure: EmulatedAzure
) -> None:
    azure.prices.append(meter(IP, REGION, 0.006))
    assert read(provider, "address") == []


@pytest.mark.parametrize(
    "fields", [{"type": "Reservation"}, {"isPrimaryMeterRegion": False}]
)
def test_what_is_not_paid_by_use_or_is_of_another_place_is_no_price(
    provider: AzureProvider, azure: EmulatedAzure, fields: dict[str, Any]
) -> None:
    azure.prices.append(meter(IP, REGION, 0.006, **fields))
    assert amounts(read(provider, "address"))["idle"] == "0.005"


def test_a_list_that_fails_is_an_error_and_sees_no_token(
    provider: AzureProvider, azure: EmulatedAzure
) -> None:
    azure.show_gateway(RETAIL, 503)
    with pytest.raises(ProviderError, match="List prices of volume in west") as raised:
        read(provider, "volume")
    assert raised.value.kind == ErrorKind.UNAVAILABLE
    assert azure.leaks == []
