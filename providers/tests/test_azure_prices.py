"""List prices of machines, among all that the public list has beside them."""

from decimal import Decimal

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from core.testing.azure_emulator.retail_prices import price, prices_of_region
from providers.azure.account_settings import AzureSettings
from providers.azure.client import AzureAccount
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind, ProviderError
from providers.records import InstancePriceRecord, Market
from providers.tests.azure_reads import provider_of

RETAIL = "RetailPrices/read"
LINUX, WINDOWS = Market("westeurope", "Linux"), Market("westeurope", "Windows")
HYBRID = Market("westeurope", "Windows with Azure Hybrid Benefit")
FAMILY = ["Standard_Ds_v5"]


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    azure.prices = prices_of_region("westeurope")
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def hourly(provider: AzureProvider, market: Market) -> dict[str, str]:
    found = provider.fetch_prices(market, FAMILY, "USD")
    return {one.instance_type: f"{one.hourly:.6f}" for one in found}


def test_only_the_hour_of_an_ordinary_machine_is_a_price(
    provider: AzureProvider,
) -> None:
    assert hourly(provider, LINUX) == {
        "Standard_D2s_v5": "0.096000",
        "Standard_D4s_v5": "0.192000",
        "Standard_D8s_v5": "0.384000",
    }


def test_windows_has_its_own_price_and_a_brought_license_has_that_of_linux(
    provider: AzureProvider,
) -> None:
    assert hourly(provider, WINDOWS)["Standard_D2s_v5"] == "0.188000"
    assert hourly(provider, HYBRID) == hourly(provider, LINUX)
    assert {
        one.operating_system for one in provider.fetch_prices(HYBRID, FAMILY, "USD")
    } == {HYBRID.operating_system}


def test_a_price_has_the_size_of_its_machine(provider: AzureProvider) -> None:
    found = provider.fetch_prices(LINUX, ["Standard_Dps_v5", "Standard_M_v2"], "USD")
    assert found == [
        InstancePriceRecord(
            region="westeurope",
            instance_type="Standard_D2ps_v5",
            operating_system="Linux",
            hourly=Decimal("0.077"),
            currency="USD",
            vcpus=2,
            memory_mib=8192,
            architecture="arm64",
            is_current_generation=True,
            # By a savings plan of one year.
            committed_hourly=Decimal("0.0539"),
        )
    ]


def test_a_region_is_read_once_for_all_its_markets(
    provider: AzureProvider, azure: EmulatedAzure
) -> None:
    azure.page_size[RETAIL] = 30
    for market in (LINUX, WINDOWS, HYBRID):
        provider.fetch_prices(market, FAMILY, "USD")
    requests = provider.meter.requests_by_operation
    assert requests["prices.azure.com/retail"] == 3
    assert requests["Microsoft.Compute/skus"] == 1


def test_the_public_list_never_sees_a_token(
    provider: AzureProvider, azure: EmulatedAzure
) -> None:
    provider.fetch_prices(LINUX, FAMILY, "USD")
    assert azure.leaks == []


def test_one_of_two_prices_is_no_price(
    provider: AzureProvider, azure: EmulatedAzure
) -> None:
    azure.prices.append(price("Standard_D2s_v5", "westeurope", 0.5))
    assert "Standard_D2s_v5" not in hourly(provider, LINUX)


@pytest.mark.parametrize("dollars", [0.0, -1.0, 1e6])
def test_what_no_machine_can_cost_is_no_price(
    provider: AzureProvider, azure: EmulatedAzure, dollars: float
) -> None:
    azure.prices = [price("Standard_D2s_v5", "westeurope", dollars)]
    assert hourly(provider, LINUX) == {}


def test_what_has_no_price_is_not_asked_for(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    for market in (
        Market("westeurope", "Linux", "Host"),
        Market("westeurope", ""),
        Market("westeurope", "Windows with SQL Server"),
    ):
        assert provider.fetch_prices(market, FAMILY, "USD") == []
    assert provider.meter.requests == 0
    china = AzureAccount(subscription.subscription_id, AzureSettings(cloud="china"))
    assert AzureProvider(china).fetch_prices(LINUX, FAMILY, "USD") == []


def test_a_list_that_fails_is_an_error_and_no_missing_price(
    provider: AzureProvider, azure: EmulatedAzure
) -> None:
    azure.show_gateway(RETAIL, 503)
    with pytest.raises(ProviderError) as raised:
        provider.fetch_prices(LINUX, FAMILY, "USD")
    assert raised.value.kind == ErrorKind.UNAVAILABLE
    assert "List prices of virtual machines in westeurope" in str(raised.value)
