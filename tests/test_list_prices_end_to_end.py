"""From either cloud's list to what a month of each resource costs."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws, EmulatedVolume
from core.testing.aws_emulator.resource_products import products_of_region
from core.testing.aws_emulator.resources import (
    EmulatedAddress,
    EmulatedBucket,
    EmulatedDatabase,
    EmulatedLoadBalancer,
    EmulatedNatGateway,
    EmulatedSnapshot,
)
from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator.disks import Disk, Snapshot
from core.testing.azure_emulator.flexible_servers import PostgreSqlServer
from core.testing.azure_emulator.network import LoadBalancer, NatGateway, PublicIp
from core.testing.azure_emulator.resource_meters import (
    meters_of_all_regions,
    meters_of_region,
)
from core.testing.azure_emulator.sql import SqlServer
from core.testing.azure_emulator.storage_accounts import StorageAccount
from core.testing.stored import Rows, sorted_rows
from costs.sync import sync_cost
from inventory.models import Resource
from inventory.sync import sync_databases, sync_network, sync_storage
from pricing.models import ResourcePrice
from pricing.monthly import monthly_list_price
from pricing.sync import sync_prices
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
GIB = 2**30
# A dollar in euros, as the emulator has it.
EUROS = Decimal("0.9228")


def read(mine: CloudAccount, at: datetime) -> None:
    for sync in (sync_storage, sync_databases, sync_network, sync_cost, sync_prices):
        assert outcome(sync(mine, at))[0] == "succeeded"


def stored() -> Rows:
    columns = [field.name for field in ResourcePrice._meta.fields]
    columns = [name for name in columns if name not in ("id", "read_at")]
    return {"prices": sorted_rows(ResourcePrice, *columns)}


def months() -> dict[str, tuple[Decimal, str] | None]:
    """Return amount and currency by the last part of the id."""
    resources = list(Resource.objects.select_related("account"))
    found = monthly_list_price(resources)
    return {
        one.resource_id.rpartition("/")[2].rpartition(":")[2]: found[one.pk]
        for one in resources
    }


def test_a_month_of_what_aws_has(aws: EmulatedAws, now: datetime) -> None:
    region = "eu-west-1"
    aws.products = [*products_of_region(region)]
    world = aws.world()
    world.add_volume(
        EmulatedVolume(
            *("vol-1", region),
            volume_type="gp3",
            size_gib=100,
            iops=4000,
            throughput_mib=125,
        )
    )
    world.add_snapshot(EmulatedSnapshot("snap-1", region, "vol-1", size_gib=100))
    tiers = {"StandardStorage": 1000 * GIB, "GlacierStorage": 500 * GIB}
    world.add_bucket(EmulatedBucket("assets", region, bytes_by_type=tiers, objects=5))
    world.add_database(
        EmulatedDatabase(
            *("orders", region),
            engine="postgres",
            database_class="db.m5.large",
            storage_gib=100,
            storage_type="gp3",
            multi_az=True,
        )
    )
    world.add_address(EmulatedAddress("eipalloc-1", region))
    world.add_nat_gateway(EmulatedNatGateway("nat-1", region))
    world.add_load_balancer(
        EmulatedLoadBalancer("web", region, balancer_type="classic")
    )
    mine = aws_account()
    read(mine, now)
    found = months()
    assert {name: price and price[1] for name, price in found.items()} == dict.fromkeys(
        found, "USD"
    )
    amounts = {name: price[0] for name, price in found.items() if price}
    assert amounts.pop("snap-1") == 2  # of its blocks
    assert amounts == {
        "vol-1": Decimal(8 + 5),
        "assets": 1000 * Decimal("0.023") + 500 * Decimal("0.0036"),
        "orders": 730 * Decimal("0.356") + 23,
        "eipalloc-1": Decimal("3.65"),
        "nat-1": 730 * Decimal("0.045"),
        "web": 730 * Decimal("0.025"),
    }
    once, requests = stored(), aws.requests["pricing:GetProducts"]
    assert outcome(sync_prices(mine, now + timedelta(hours=1)))[0] == "succeeded"
    assert stored() == once
    assert aws.requests["pricing:GetProducts"] == requests


def test_a_month_of_what_azure_has_in_the_currency_of_its_bill(
    azure: EmulatedAzure, now: datetime
) -> None:
    azure.prices = [*meters_of_region("westeurope"), *meters_of_all_regions()]
    azure.world.currency = "EUR"
    owner = azure.world.add_subscription(name="shop")
    owner.add(Disk, "data", sku="Premium_LRS", size_gb=100)
    owner.add(Snapshot, "copy", size_gb=100)
    owner.add(StorageAccount, "media", bytes_by_tier={"Hot": 1000 * GIB}, blobs=9)
    owner.add(PostgreSqlServer, "orders", sku="Standard_D4ds_v5", storage_gb=128)
    server = owner.add(SqlServer, "sql")
    server.add_database("ledger", objective="GP_Gen5_4", size_gb=250)
    server.add_database("small", objective="S1", size_gb=250)
    owner.add(PublicIp, "entry")
    owner.add(NatGateway, "out")
    owner.add(LoadBalancer, "front")
    for days in (2, 3):
        day = azure.now.date() - timedelta(days=days)
        azure.world.cost(day, "Storage", 5.0, subscription=owner)
    call_command(
        *("add_account", "--provider", "azure", "--tenant", azure.world.tenant_id),
        *("--subscription", owner.subscription_id, "--name", "shop"),
        stdout=StringIO(),
    )
    read(CloudAccount.objects.get(), now)
    found = {
        name: price and (round(price[0] / EUROS, 2), price[1])
        for name, price in months().items()
    }
    premium_v2 = Decimal("0.1")
    assert found == {
        name: (round(amount, 2), "EUR")
        for name, amount in {
            "data": Decimal("19.2"),  # P10
            "copy": Decimal("5"),
            "media": Decimal("18.4"),
            "orders": 730 * Decimal("0.356") + 128 * premium_v2,
            "ledger": 730 * Decimal("1.0088") + 250 * Decimal("0.115"),
            "small": 730 * Decimal("0.968") / 24,
            "entry": Decimal("3.65"),
            "out": 730 * Decimal("0.045"),
            "front": 730 * Decimal("0.025"),
        }.items()
    }
    assert azure.leaks == []
