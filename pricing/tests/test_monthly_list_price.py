"""What each kind of resource costs a month at list price, or that it is unknown."""

from collections.abc import Callable
from copy import copy
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from clouds.models import CloudAccount
from clouds.testing import account, azure_account
from core.money import Money
from inventory.models import (
    Address,
    Bucket,
    Database,
    LoadBalancer,
    NatGateway,
    Resource,
    Snapshot,
    Volume,
)
from inventory.testing import instance, one_of_each, resource
from pricing.monthly import ListPrices, monthly_list_price
from pricing.testing import price
from providers.records import MULTI_ZONE, PriceUnit

pytestmark = pytest.mark.django_db
GIB = 2**30
HOUR, MONTH, GIB_MONTH = PriceUnit.HOUR, PriceUnit.MONTH, PriceUnit.GIB_MONTH
IOPS, MIBPS = PriceUnit.IOPS_MONTH, PriceUnit.MIBPS_MONTH


@pytest.fixture
def owner() -> CloudAccount:
    return account()


def usd(one: Resource) -> Decimal | None:
    found = monthly_list_price([one])[one.pk]
    assert found is None or found.currency == "USD"
    return found and found.amount


def volume(owner: CloudAccount, **values: Any) -> Volume:
    return resource(Volume, owner, "vol-1", **values)


def gp3() -> None:
    price("volume", "gp3", GIB_MONTH, "0.08")
    price("volume", "gp3", IOPS, "0.005", from_quantity=3000)
    price("volume", "gp3", MIBPS, "0.04", from_quantity=125)


def test_a_volume_pays_for_its_size_and_for_what_it_has_above_what_is_included(
    owner: CloudAccount,
) -> None:
    gp3()
    plain = volume(
        owner, volume_type="gp3", size_gib=100, iops=3000, throughput_mib=125
    )
    assert usd(plain) == 8
    plain.iops, plain.throughput_mib = 4000, 250
    assert usd(plain) == 8 + 5 + 5


def test_what_a_type_has_no_price_of_is_included(owner: CloudAccount) -> None:
    price("volume", "gp2", GIB_MONTH, "0.10")
    assert usd(volume(owner, volume_type="gp2", size_gib=50, iops=150)) == 5


@pytest.mark.parametrize("missing", ["size_gib", "iops", "throughput_mib"])
def test_of_what_is_unknown_the_price_is_unknown(
    owner: CloudAccount, missing: str
) -> None:
    gp3()
    facts = {"size_gib": 100, "iops": 3000, "throughput_mib": 125, missing: None}
    assert usd(volume(owner, volume_type="gp3", **facts)) is None


def test_each_band_of_a_quantity_has_its_own_price(owner: CloudAccount) -> None:
    for above, amount in ((0, "0.065"), (32_000, "0.0455"), (64_000, "0.032")):
        price("volume", "io2", IOPS, amount, from_quantity=above)
    price("volume", "io2", GIB_MONTH, "0")
    io2 = volume(owner, volume_type="io2", size_gib=100, iops=70_000)
    expected = 32_000 * Decimal("0.065") + 32_000 * Decimal("0.0455")
    assert usd(io2) == expected + 6_000 * Decimal("0.032")


@pytest.mark.parametrize(
    ("size", "amount"), [(64, "9.28"), (65, "17.92"), (128, "17.92"), (129, None)]
)
def test_a_managed_disk_has_the_price_of_the_smallest_size_that_holds_it(
    owner: CloudAccount, size: int, amount: str | None
) -> None:
    price("volume", "Premium_LRS", MONTH, "9.28", from_quantity=32)
    price("volume", "Premium_LRS", MONTH, "17.92", from_quantity=64)
    price("volume", "Premium_ZRS", MONTH, "99", from_quantity=64)
    largest = price("volume", "Premium_LRS", MONTH, "34.56", from_quantity=128)
    if amount is None:
        amount = str(largest.amount)
    assert usd(volume(owner, volume_type="Premium_LRS", size_gib=size)) == Decimal(
        amount
    )


def test_a_bucket_pays_for_the_bytes_of_each_tier(owner: CloudAccount) -> None:
    price("bucket", "StandardStorage", GIB_MONTH, "0.023")
    price("bucket", "StandardStorage", GIB_MONTH, "0.022", from_quantity=51_200)
    price("bucket", "GlacierStorage", GIB_MONTH, "0.0036", minimum_days=90)
    price("bucket", "GlacierStorage", PriceUnit.GIB, "0.01")
    tiers = {"StandardStorage": 60_000 * GIB, "GlacierStorage": 1_000 * GIB}
    bucket = resource(Bucket, owner, "assets", bytes_by_tier=tiers)
    standard = 51_200 * Decimal("0.023") + 8_800 * Decimal("0.022")
    assert usd(bucket) == standard + Decimal("3.6")
    bucket.bytes_by_tier = {"OutpostsStorage": GIB, **tiers}
    assert usd(bucket) is None
    bucket.bytes_by_tier = None
    assert usd(bucket) is None
    bucket.bytes_by_tier = {}  # measured, and empty
    assert usd(bucket) == 0


def test_a_storage_account_pays_by_its_redundancy(owner: CloudAccount) -> None:
    price("bucket", "Hot", GIB_MONTH, "0.0184", redundancy="Standard_LRS")
    price("bucket", "Hot", GIB_MONTH, "0.0458", redundancy="Standard_RAGRS")
    bucket = resource(
        *(Bucket, owner, "media"),
        bytes_by_tier={"Hot": 100 * GIB},
        redundancy="Standard_RAGRS",
    )
    assert usd(bucket) == Decimal("4.58")


def database(owner: CloudAccount, **values: Any) -> Database:
    facts: dict[str, Any] = {"engine": "postgres", "database_class": "db.m5.large"}
    facts |= {"storage_type": "gp3", "storage_gib": 100}
    return resource(Database, owner, "orders", **{**facts, **values})


def database_prices() -> None:
    for redundancy, hourly, storage in (
        ("", "0.178", "0.115"),
        (MULTI_ZONE, "0.356", "0.23"),
    ):
        facts = {"engine": "postgres", "redundancy": redundancy}
        price("database", "db.m5.large", HOUR, hourly, **facts)
        price("database", "gp3", GIB_MONTH, storage, **facts)
    price("database", "db.m5.large", HOUR, "9", engine="oracle-ee")


def test_a_database_pays_for_its_class_and_storage_in_each_zone(
    owner: CloudAccount,
) -> None:
    database_prices()
    one = database(owner)
    assert usd(one) == 730 * Decimal("0.178") + Decimal("11.5")
    one.is_multi_zone = True
    assert usd(one) == 730 * Decimal("0.356") + 23


def test_a_stopped_database_pays_for_its_storage_alone(owner: CloudAccount) -> None:
    database_prices()
    assert usd(database(owner, state="stopped")) == Decimal("11.5")


def test_the_storage_of_a_cluster_is_not_that_of_its_members(
    owner: CloudAccount,
) -> None:
    database_prices()
    assert usd(database(owner, storage_gib=None)) == 730 * Decimal("0.178")


def test_a_class_that_costs_more_with_its_storage_has_no_price(
    owner: CloudAccount,
) -> None:
    database_prices()
    aurora = {"storage_gib": None, "storage_type": "aurora-iopt1"}
    assert usd(database(owner, **aurora)) is None


def test_an_engine_that_is_not_on_the_list_has_no_price(owner: CloudAccount) -> None:
    database_prices()
    assert usd(database(owner, engine="neptune")) is None


@pytest.mark.parametrize(("attached_to", "hourly"), [("", "0.005"), ("i-web", "0.004")])
def test_an_address_pays_for_each_hour(
    owner: CloudAccount, attached_to: str, hourly: str
) -> None:
    price("address", "idle", HOUR, "0.005")
    price("address", "in-use", HOUR, "0.004")
    address = resource(Address, owner, "eipalloc-1", attached_to=attached_to)
    assert usd(address) == 730 * Decimal(hourly)


def test_a_load_balancer_pays_for_each_hour(owner: CloudAccount) -> None:
    price("load-balancer", "application", HOUR, "0.0225")
    balancer = resource(LoadBalancer, owner, "web", balancer_type="application")
    assert usd(balancer) == 730 * Decimal("0.0225")


@pytest.mark.parametrize(("full_gib", "amount"), [(None, "5"), (20, "1"), (0, "0")])
def test_a_snapshot_pays_at_most_for_its_blocks_else_for_its_disk(
    owner: CloudAccount, full_gib: int | None, amount: str
) -> None:
    price("snapshot", "standard", GIB_MONTH, "0.05")
    price("snapshot", "archive", GIB_MONTH, "0.0125", minimum_days=90)
    snapshot = resource(
        *(Snapshot, owner, "snap-1"),
        size_gib=100,
        full_bytes=None if full_gib is None else full_gib * GIB,
        storage_tier="standard",
    )
    assert usd(snapshot) == Decimal(amount)


def test_a_nat_gateway_pays_for_each_hour_and_its_bytes_are_not_in_it(
    owner: CloudAccount,
) -> None:
    price("nat-gateway", "public", HOUR, "0.045")
    price("nat-gateway", "public", PriceUnit.GIB, "0.045")
    gateway = resource(NatGateway, owner, "nat-1", gateway_type="public")
    assert usd(gateway) == 730 * Decimal("0.045")


def test_without_a_list_every_price_is_unknown(owner: CloudAccount) -> None:
    made = one_of_each(owner).values()
    found = monthly_list_price(made)
    assert len(found) == len(made) - 1  # an instance's are others
    assert set(found.values()) == {None}


def test_prices_of_other_regions_and_clouds_are_not_its_own(
    owner: CloudAccount,
) -> None:
    price("address", "idle", HOUR, "0.005", region="us-east-1")
    price("address", "idle", HOUR, "0.005", provider="azure")
    assert usd(resource(Address, owner, "eipalloc-1")) is None


def test_resources_without_their_details_are_priced_too_in_few_queries(
    owner: CloudAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    price("address", "idle", HOUR, "0.01")
    for number in range(5):
        resource(Address, owner, f"eipalloc-{number}")
    instance(owner, "web")
    rows = list(Resource.objects.select_related("account"))
    with django_assert_num_queries(3):  # addresses, prices, currencies
        found = monthly_list_price(rows)
    assert list(found.values()) == [Money(Decimal("7.3"), "USD")] * 5


def test_what_a_resource_could_be_is_priced_without_a_query(
    owner: CloudAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    gp3()
    price("volume", "gp2", GIB_MONTH, "0.10")
    now = volume(owner, volume_type="gp2", size_gib=100, iops=300)
    prices = ListPrices.of([now])
    then = copy(now)
    then.volume_type, then.iops, then.throughput_mib = "gp3", 3000, 125
    with django_assert_num_queries(0):
        assert prices.monthly(now) == Money(Decimal(10), "USD")
        assert prices.monthly(then) == Money(Decimal(8), "USD")


def test_a_price_is_in_the_currency_of_the_accounts_bill_where_it_is_on_the_list(
    billed_in: Callable[[CloudAccount, str], None],
) -> None:
    owner = azure_account()
    for currency, hourly in (("USD", "0.005"), ("EUR", "0.004")):
        price("address", "idle", HOUR, hourly, provider="azure", currency=currency)
    one = resource(Address, owner, "/old-ip")
    for currency, amount in (("EUR", "2.92"), ("GBP", "3.65"), ("USD", "3.65")):
        billed_in(owner, currency)
        found = monthly_list_price([one])[one.pk]
        assert found is not None
        assert found.amount == Decimal(amount)
