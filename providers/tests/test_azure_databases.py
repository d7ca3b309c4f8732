"""Databases of the emulated Azure, of each of its three services."""

import pytest

from core.testing.azure_emulator import (
    EmulatedAzure,
    EmulatedSubscription,
    MySqlServer,
    PostgreSqlServer,
    SqlServer,
)
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind
from providers.records import DatabaseRecord
from providers.tests.azure_reads import provider_of
from providers.tests.azure_resources import by_name, by_region

DATABASES = "Microsoft.Sql/servers/databases/read"


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def databases(provider: AzureProvider) -> dict[str, DatabaseRecord]:
    found = by_name(provider.fetch_databases)
    return {name: one for name, one in found.items() if isinstance(one, DatabaseRecord)}


def test_a_database_of_azure_sql_is_distinguished_from_its_namesakes(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    server = subscription.add(SqlServer, "Main", tags={"of": "the server"})
    made = server.add_database("Orders", zone_redundant=True, tags={"team": "shop"})
    subscription.add(SqlServer, "other").add_database("Orders", status="Paused")
    found = databases(provider)
    assert sorted(found) == ["Main/Orders", "other/Orders"]  # and no master
    created = found["Main/Orders"].created_at
    assert created
    assert created.date() == made.created_at.date()
    assert found["Main/Orders"] == DatabaseRecord(
        resource_id=made.id.lower(),
        region="westeurope",
        state="online",
        name="Main/Orders",
        resource_group="shop-rg",
        created_at=created,
        tags={"team": "shop"},
        engine="sqlserver",
        engine_version="12.0",
        database_class="GP_Gen5_2",
        storage_gib=32,
        storage_type="GeneralPurpose",
        is_multi_zone=True,
    )
    assert found["other/Orders"].state == "paused"


def test_a_database_in_a_pool_names_it(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    server = subscription.add(SqlServer, "main")
    server.add_database("one", pool="Shared")
    server.add_database("small", size_gb=0.5)
    found = databases(provider)
    assert found["main/one"].database_class == "ElasticPool"
    assert found["main/one"].cluster == "Shared"
    assert (found["main/small"].cluster, found["main/small"].storage_gib) == ("", 1)


def test_flexible_servers_of_both_engines(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    made = subscription.add(PostgreSqlServer, "Shop", standby="ZoneRedundant")
    subscription.add(
        MySqlServer, "blog", sku="Standard_B1ms", state="Stopped", standby="SameZone"
    )
    found = databases(provider)
    assert found["Shop"] == DatabaseRecord(
        resource_id=made.id.lower(),
        region="westeurope",
        state="ready",
        name="Shop",
        resource_group="shop-rg",
        created_at=made.created_at,
        engine="postgres",
        engine_version="16.4",
        database_class="Standard_D2ds_v5",
        storage_gib=128,
        storage_type="PremiumV2_LRS",
        is_multi_zone=True,
    )
    blog = found["blog"]
    assert (blog.engine, blog.engine_version) == ("mysql", "8.0.21")
    assert (blog.state, blog.database_class) == ("stopped", "Standard_B1ms")
    assert (blog.storage_type, blog.is_multi_zone) == ("Premium_LRS", False)


def test_databases_of_a_server_are_paged(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    server = subscription.add(SqlServer, "main")
    for number in range(5):
        server.add_database(f"db{number}")
    azure.page_size[DATABASES] = 2
    assert sorted(databases(provider)) == [f"main/db{number}" for number in range(5)]
    assert azure.requests[DATABASES] == 3


def test_a_server_whose_databases_fail_makes_only_its_region_fail(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    subscription.add(SqlServer, "main").add_database("orders")
    subscription.add(SqlServer, "far", location="eastus")
    subscription.add(PostgreSqlServer, "shop", location="eastus")
    azure.fail(DATABASES, "InternalServerError", status=500, where="/far/")
    parts = by_region(provider.fetch_databases)
    error = parts["eastus"].error
    assert error
    assert "Databases of the SQL server far in eastus" in error.reading
    assert parts["eastus"].resources == ()
    assert [one.name for one in parts["westeurope"].resources] == ["main/orders"]


def test_denied_databases_name_the_role_and_where_it_is_missing(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    subscription.add(SqlServer, "main").add_database("orders")
    azure.deny(DATABASES)
    error = by_region(provider.fetch_databases)["westeurope"].error
    assert error
    assert error.kind == ErrorKind.DENIED
    assert f"Assign the role Reader on {subscription.id}" in error.advice
    assert DATABASES in error.advice
