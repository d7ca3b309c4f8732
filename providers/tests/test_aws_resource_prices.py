"""What storage, databases and network cost, from AWS's price list."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.price_list import other_product
from core.testing.aws_emulator.resource_products import products_of_region
from providers.aws.client import AwsAccount, AwsOptions
from providers.aws.provider import AwsProvider
from providers.errors import ErrorKind, ProviderError
from providers.records import MULTI_ZONE, PriceUnit, ResourceMarket, ResourcePriceRecord

REGIONS = ["us-east-1", "eu-west-1"]
REGION = "eu-west-1"
HOUR, GIB, GIB_MONTH = PriceUnit.HOUR, PriceUnit.GIB, PriceUnit.GIB_MONTH

Price = tuple[str, PriceUnit, str, str]
Read = Callable[..., list[ResourcePriceRecord]]


@pytest.fixture
def provider(aws: EmulatedAws) -> AwsProvider:
    aws.products = [one for region in REGIONS for one in products_of_region(region)]
    return AwsProvider(AwsAccount(), AwsOptions(max_attempts=2))


def read(
    provider: AwsProvider, kind: str, region: str = REGION, engine: str = ""
) -> list[ResourcePriceRecord]:
    market = ResourceMarket(region, kind, engine)
    found = list(provider.fetch_resource_prices(market, "USD"))
    assert all((one.region, one.kind, one.engine) == market for one in found)
    assert {one.currency for one in found} <= {"USD"}
    return found


def prices(found: list[ResourcePriceRecord]) -> dict[tuple[object, ...], Decimal]:
    """(sku, unit, from what quantity) -> amount."""
    return {
        (one.sku, one.unit.value, int(one.from_quantity)): one.amount for one in found
    }


@pytest.mark.parametrize("region", REGIONS)
def test_a_volume_has_its_gibibytes_and_what_is_provisioned_beside(
    provider: AwsProvider, region: str
) -> None:
    found = prices(read(provider, "volume", region))
    assert found == {
        ("standard", "GiB-month", 0): Decimal("0.05"),
        ("gp2", "GiB-month", 0): Decimal("0.10"),
        ("gp3", "GiB-month", 0): Decimal("0.08"),
        ("gp3", "IOPS-month", 3000): Decimal("0.005"),
        ("gp3", "MiB/s-month", 125): Decimal("0.04"),
        ("io1", "GiB-month", 0): Decimal("0.125"),
        ("io1", "IOPS-month", 0): Decimal("0.065"),
        ("io2", "GiB-month", 0): Decimal("0.125"),
        ("io2", "IOPS-month", 0): Decimal("0.065"),
        ("io2", "IOPS-month", 32_000): Decimal("0.0455"),
        ("io2", "IOPS-month", 64_000): Decimal("0.03185"),
        ("st1", "GiB-month", 0): Decimal("0.045"),
        ("sc1", "GiB-month", 0): Decimal("0.015"),
    }


def test_snapshots_have_a_tier_with_a_least_time(provider: AwsProvider) -> None:
    found = read(provider, "snapshot")
    assert [(one.sku, one.amount, one.minimum_days) for one in found] == [
        ("standard", Decimal("0.05"), 0),
        ("archive", Decimal("0.0125"), 90),
    ]


@pytest.mark.parametrize("region", REGIONS)
def test_addresses_gateways_and_balancers_have_hours(
    provider: AwsProvider, region: str
) -> None:
    assert prices(read(provider, "address", region)) == {
        ("idle", "hour", 0): Decimal("0.005"),
        ("in-use", "hour", 0): Decimal("0.005"),
    }
    assert prices(read(provider, "nat-gateway", region)) == {
        (sku, unit, 0): Decimal("0.045")
        for sku in ("public", "private")
        for unit in ("hour", "GiB")
    }
    assert prices(read(provider, "load-balancer", region)) == {
        ("classic", "hour", 0): Decimal("0.025"),
        ("application", "hour", 0): Decimal("0.0225"),
        ("network", "hour", 0): Decimal("0.0225"),
        ("gateway", "hour", 0): Decimal("0.0125"),
    }


@pytest.mark.parametrize("region", REGIONS)
def test_a_bucket_has_a_price_of_each_tier_that_cloudwatch_measures(
    provider: AwsProvider, region: str
) -> None:
    found = read(provider, "bucket", region)
    stored = {
        key[::2]: amount for key, amount in prices(found).items() if key[1] != GIB
    }
    bands = (Decimal("0.023"), Decimal("0.022"), Decimal("0.021"))
    for tier in ("StandardStorage", "GlacierS3ObjectOverhead"):
        assert [stored[tier, start] for start in (0, 51_200, 512_000)] == [*bands]
    for tier, amount in {
        "StandardIASizeOverhead": "0.0125",
        "GlacierInstantRetrievalStorage": "0.004",
        "GlacierStorage": "0.0036",
        "GlacierObjectOverhead": "0.0036",
        "DeepArchiveStorage": "0.00099",
        "IntelligentTieringAIAStorage": "0.004",
    }.items():
        assert stored[tier, 0] == Decimal(amount)
    assert {one.sku: one.minimum_days for one in found if one.minimum_days} == {
        **dict.fromkeys(["StandardIAStorage", "StandardIASizeOverhead"], 30),
        **dict.fromkeys(["OneZoneIAStorage", "OneZoneIASizeOverhead"], 30),
        **dict.fromkeys(["GlacierStorage", "GlacierObjectOverhead"], 90),
        "GlacierInstantRetrievalStorage": 90,
        "GlacierIRSizeOverhead": 90,
        "GlacierInstantRetrievalSizeOverhead": 90,
        **dict.fromkeys(["DeepArchiveStorage", "DeepArchiveObjectOverhead"], 180),
    }


def test_what_is_read_back_from_a_colder_tier_has_a_price(
    provider: AwsProvider,
) -> None:
    found = [one for one in read(provider, "bucket") if one.unit == GIB]
    assert {one.sku: str(one.amount) for one in found} == {
        "StandardIAStorage": "0.01",
        "OneZoneIAStorage": "0.01",
        "GlacierInstantRetrievalStorage": "0.03",
        "GlacierStorage": "0.01",
        "DeepArchiveStorage": "0.02",
    }


def test_a_database_has_the_hours_of_its_engine_and_its_storage(
    provider: AwsProvider,
) -> None:
    found = read(provider, "database", engine="postgres")
    amounts = {(one.sku, one.redundancy): one.amount for one in found}
    assert amounts["db.m5.large", ""] == Decimal("0.178")
    assert amounts["db.m5.large", MULTI_ZONE] == Decimal("0.356")
    assert amounts["gp3", ""] == Decimal("0.115")
    assert amounts["gp3", MULTI_ZONE] == Decimal("0.23")
    # Its provisioned IOPS cost beside it, and are not known.
    assert "io1" not in {one.sku for one in found}
    units = {one.sku.partition(".")[0]: one.unit for one in found}
    assert units == {
        **{"db": HOUR, "gp2": GIB_MONTH, "gp3": GIB_MONTH, "standard": GIB_MONTH}
    }


@pytest.mark.parametrize(
    ("kind", "engine"),
    [("instance", ""), ("database", "neptune"), ("database", "oracle-se2")],
)
def test_what_has_no_list_is_not_asked_for(
    provider: AwsProvider, kind: str, engine: str
) -> None:
    assert read(provider, kind, engine=engine) == []
    assert provider.meter.requests == 0


def volume_price(usage: str, unit: str, usd: str) -> dict[str, object]:
    family = {"GB-Mo": "Storage", "IOPS-Mo": "System Operation"}[unit]
    return other_product("AmazonEC2", family, f"EU-EBS:{usage}", REGION, unit, usd)


def test_of_two_prices_none_is_known_and_the_type_has_none(
    provider: AwsProvider, aws: EmulatedAws
) -> None:
    aws.products = [
        volume_price("VolumeUsage.gp2", "GB-Mo", "0.10"),
        volume_price("VolumeUsage.io1", "GB-Mo", "0.10"),
        volume_price("VolumeUsage.piops", "GB-Mo", "0.125"),
        volume_price("VolumeP-IOPS.piops", "IOPS-Mo", "0.065"),
        volume_price("VolumeP-IOPS.piops", "IOPS-Mo", "0.066"),
    ]
    assert {one.sku for one in read(provider, "volume")} == {"gp2"}


def test_a_type_of_which_a_part_is_missing_has_no_price(
    provider: AwsProvider, aws: EmulatedAws
) -> None:
    aws.products = [volume_price("VolumeUsage.gp3", "GB-Mo", "0.08")]
    assert read(provider, "volume") == []


@pytest.mark.parametrize("usd", ["0.0000000000", "NaN", "1000000", "-0.1"])
def test_what_nothing_can_cost_is_no_price(
    provider: AwsProvider, aws: EmulatedAws, usd: str
) -> None:
    aws.products = [volume_price("VolumeUsage.gp2", "GB-Mo", usd)]
    assert read(provider, "volume") == []


def test_what_can_not_be_understood_is_a_failed_read(
    provider: AwsProvider, aws: EmulatedAws
) -> None:
    aws.products = ["{}"]
    with pytest.raises(
        ProviderError, match="List prices of volume in eu-west-1"
    ) as raised:
        read(provider, "volume")
    assert raised.value.kind is ErrorKind.INCOMPLETE


def test_a_denied_read_is_never_an_empty_list(
    provider: AwsProvider, aws: EmulatedAws
) -> None:
    aws.deny("pricing:GetProducts")
    with pytest.raises(
        ProviderError, match="List prices of postgres database in eu"
    ) as raised:
        read(provider, "database", engine="postgres")
    assert raised.value.kind is ErrorKind.DENIED
