"""What machines cost, from AWS's price list."""

import json
from decimal import Decimal

import pytest

from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.price_list import product
from providers.aws.client import AwsAccount, AwsOptions
from providers.aws.provider import AwsProvider
from providers.errors import ErrorKind, ProviderError
from providers.records import InstancePriceRecord, Market

REGION = "us-east-1"


@pytest.fixture
def provider(aws: EmulatedAws) -> AwsProvider:
    return AwsProvider(AwsAccount(), AwsOptions(max_attempts=2))


def prices(provider: AwsProvider, *families: str) -> dict[str, Decimal]:
    found = provider.fetch_prices(Market(REGION, "Linux"), families, "USD")
    return {record.instance_type: record.hourly for record in found}


def test_it_reads_the_price_and_the_size(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    graviton = "AWS Graviton2 Processor"
    aws.products = [
        product("m5.large", "0.0960000000"),
        product("t4g.nano", "0.0042000000", memory="0.5 GiB", processor=graviton),
        product("m5.24xlarge", "4.6080000000", vcpus=96, memory="1,384 GiB"),
    ]
    found = provider.fetch_prices(Market(REGION, "Linux"), ["m5", "t4g"], "USD")
    assert found == [
        record("m5.large", "0.096", 2, 8192),
        record("m5.24xlarge", "4.608", 96, 1_417_216),
        record("t4g.nano", "0.0042", 2, 512, "arm64"),
    ]


def record(
    name: str, usd: str, vcpus: int, memory_mib: int, architecture: str = "x86_64"
) -> InstancePriceRecord:
    return InstancePriceRecord(
        *(REGION, name, "Linux", Decimal(usd), "USD", vcpus, memory_mib, architecture),
        is_current_generation=True,
        # Standard, of one year, without a payment ahead.
        committed_hourly=Decimal(usd) * Decimal("0.63"),
    )


def test_a_price_of_a_year_that_is_unclear_is_unknown(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    other = product("m5.large", "0.0960000000")
    terms = other["terms"]["Reserved"]
    for key in [key for key in terms if "4NA7Y494T4" in key]:
        terms[key + "x"] = json.loads(json.dumps(terms[key]).replace("0.06048", "0.07"))
    aws.products = [other]
    (found,) = provider.fetch_prices(Market(REGION, "Linux"), ["m5"], "USD")
    assert (found.hourly, found.committed_hourly) == (Decimal("0.096"), None)


def test_products_that_differ_in_the_price_of_a_year_alone_have_one_of_an_hour(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    other = product("m5.large", "0.0960000000")
    other["terms"]["Reserved"] = {}
    aws.products = [product("m5.large", "0.0960000000"), other]
    (found,) = provider.fetch_prices(Market(REGION, "Linux"), ["m5"], "USD")
    assert (found.hourly, found.committed_hourly) == (Decimal("0.096"), None)


def test_it_takes_the_ordinary_machine_among_its_look_alikes(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    aws.products = [
        product("m5.large", "0.5760000000", preInstalledSw="SQL Std"),
        product("m5.large", "0.0000000000", capacitystatus="AllocatedHost"),
        product("m5.large", "0.0870000000", marketoption="CapacityBlock"),
        product("m5.large", "0.1020000000", tenancy="Dedicated"),
        product("m5.large", "0.1880000000", operatingSystem="Windows"),
        product("m5.large", "0.1070000000", "eu-west-1"),
        product("m5.large", "0.0960000000"),
    ]
    assert prices(provider, "m5") == {"m5.large": Decimal("0.096")}


def test_a_family_is_not_another_that_ends_alike(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    aws.products = [product("g5.xlarge", "1.006"), product("xg5.xlarge", "3.0")]
    assert list(prices(provider, "g5")) == ["g5.xlarge"]


def test_it_reads_every_page_and_counts_them_as_free(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    aws.page_size["pricing:GetProducts"] = 2
    names = [f"m5.{number}xlarge" for number in range(2, 7)]
    aws.products = [product(name, "0.1") for name in names]
    assert list(prices(provider, "m5")) == names
    assert provider.meter.requests_by_operation["pricing:GetProducts"] == 3
    assert provider.meter.usd == 0


def test_a_region_without_the_type_has_no_price(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    aws.products = [product("m5.large", "0.107", "eu-west-1")]
    assert prices(provider, "m5") == {}


def test_a_price_of_nothing_or_two_prices_are_unknown(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    aws.products = [
        product("m5.large", "0.0000000000"),
        product("m5.4xlarge", "NaN"),
        product("m5.8xlarge", "10000000000"),
        product("m5.xlarge", "0.1920000000"),
        product("m5.xlarge", "0.2000000000", storage="1 x 60 SSD"),
        product("m5.2xlarge", "0.3840000000"),
        product("m5.2xlarge", "0.3840000000", storage="1 x 60 SSD"),
    ]
    assert prices(provider, "m5") == {"m5.2xlarge": Decimal("0.384")}


def test_a_type_that_is_not_sold_on_demand_has_no_price(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    reserved_only = product("p5.48xlarge", "98.32")
    del reserved_only["terms"]["OnDemand"]
    aws.products = [reserved_only]
    assert prices(provider, "p5") == {}


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", json.dumps(product("m5.large", "a tenth"))]
)
def test_what_can_not_be_understood_is_a_failed_read(
    aws: EmulatedAws, provider: AwsProvider, text: str
) -> None:
    aws.products = [text]
    with pytest.raises(ProviderError, match="Prices of m5 in us-east-1") as raised:
        prices(provider, "m5")
    assert raised.value.kind is ErrorKind.INCOMPLETE


def test_a_failed_read_is_never_an_empty_list(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    aws.deny("pricing:GetProducts")
    with pytest.raises(ProviderError, match=r"pricing:GetProducts") as raised:
        prices(provider, "m5")
    assert raised.value.kind is ErrorKind.DENIED


def test_a_missing_permission_is_reported_as_what_sync_prices_needs(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    aws.deny("pricing:GetProducts")
    checks = {check.permission: check for check in provider.check_access(aws.now)}
    check = checks["pricing:GetProducts"]
    assert check.error is not None
    assert (check.is_required, check.needed_for) == (True, "sync_prices")


def test_a_product_without_a_size_takes_no_price_from_others(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    aws.products = [
        product("m5.large", "0.096"),
        product("m5.metal", "4.608", memory="NA"),
    ]
    assert prices(provider, "m5") == {"m5.large": Decimal("0.096")}


@pytest.mark.parametrize(
    "market", [Market(REGION, "Linux", "Host"), Market(REGION, "", "Shared")]
)
def test_a_market_without_prices_is_not_asked_for(
    provider: AwsProvider, market: Market
) -> None:
    assert provider.fetch_prices(market, ["m5"], "USD") == []
    assert provider.meter.requests == 0


def test_other_families_are_not_asked_for(
    aws: EmulatedAws, provider: AwsProvider
) -> None:
    others = [product(f"c{number}.large", "0.1") for number in range(250)]
    aws.products = [product("m5.large", "0.0960000000"), *others]
    assert prices(provider, "m5") == {"m5.large": Decimal("0.096")}
    assert provider.meter.requests_by_operation["pricing:GetProducts"] == 1
