"""The emulated Azure's lists of disks, accounts, databases, addresses, balancers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core.testing.azure_emulator import (
    ApplicationGateway,
    Disk,
    EmulatedAzure,
    EmulatedSubscription,
    LoadBalancer,
    MySqlServer,
    NatGateway,
    NetworkInterface,
    PostgreSqlServer,
    PublicIp,
    Snapshot,
    SqlServer,
    StorageAccount,
)
from core.testing.azure_emulator.clients import ask
from core.testing.azure_emulator.resources import EmulatedResource

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
KINDS: list[type[EmulatedResource]] = [
    *(Disk, Snapshot, StorageAccount, SqlServer, PostgreSqlServer, MySqlServer),
    *(NetworkInterface, PublicIp, NatGateway, LoadBalancer, ApplicationGateway),
]
EACH_KIND = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(now=NOW) as emulated:
        yield emulated


@pytest.fixture
def shop(azure: EmulatedAzure) -> EmulatedSubscription:
    return azure.world.add_subscription(name="shop")


def address(shop: EmulatedSubscription, kind: type[EmulatedResource]) -> str:
    return f"{shop.id}/providers/{kind.resource_type}"


def only(azure: EmulatedAzure, made: EmulatedResource) -> Any:
    """The one entry of its list."""
    (found,) = ask(
        azure, f"/subscriptions/{made.subscription_id}/providers/{made.resource_type}"
    ).json["value"]
    return found


@EACH_KIND
def test_a_kind_is_listed_alone_and_in_pages(
    azure: EmulatedAzure, shop: EmulatedSubscription, kind: type[EmulatedResource]
) -> None:
    for one in KINDS:
        shop.add(one, "other", group="other", tags={"a": "b"})
    for number in range(100):
        shop.add(kind, f"one-{number}")
    first = ask(azure, address(shop, kind)).json
    second = ask(azure, first["nextLink"]).json
    assert (len(first["value"]), len(second["value"])) == (100, 1)
    assert "nextLink" not in second
    entry = first["value"][0]
    assert (entry["name"], entry["type"]) == ("other", kind.resource_type)
    assert entry["tags"] == {"a": "b"}
    assert "tags" not in second["value"][0]


@EACH_KIND
def test_each_is_refused_without_its_version_registration_or_right(
    azure: EmulatedAzure, shop: EmulatedSubscription, kind: type[EmulatedResource]
) -> None:
    path = address(shop, kind)
    old = ask(azure, path, **{"api-version": "2010-01-01"})
    assert (old.status, old.code) == (400, "NoRegisteredProviderFound")
    azure.deny(f"{kind.resource_type}/read")
    assert ask(azure, path).status == 403
    azure.heal()
    shop.registered.discard(kind.resource_type.partition("/")[0])
    refused = ask(azure, path)
    assert (refused.status, refused.code) == (409, "MissingSubscriptionRegistration")


def test_a_resource_is_there_once_until_it_is_removed(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    made = shop.add(Disk, "data")
    with pytest.raises(ValueError, match="exists"):
        shop.add(Disk, "DATA")
    shop.remove(made)
    assert ask(azure, address(shop, Disk)).json["value"] == []


def test_a_disk_has_its_group_in_upper_case_and_a_state_by_its_machines(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    disk = shop.add(Disk, "data")
    entry = only(azure, disk)
    assert "/SHOP-RG/" in entry["id"]
    assert entry["properties"]["diskState"] == "Unattached"
    assert "managedBy" not in entry
    one, two = shop.add_vm("one"), shop.add_vm("two", power="deallocated")
    disk.vms = [two]
    entry = only(azure, disk)
    assert entry["properties"]["diskState"] == "Reserved"
    assert entry["managedBy"].endswith("/SHOP-RG" + two.id.partition("/Shop-RG")[2])
    disk.vms = [one, two]
    entry = only(azure, disk)
    assert entry["properties"]["diskState"] == "Attached"
    assert (len(entry["managedByExtended"]), "managedBy" in entry) == (2, False)


def test_a_snapshot_names_its_disk_in_another_case_and_a_gateway_what_it_has(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    disk = shop.add(Disk, "data")
    made = only(azure, shop.add(Snapshot, "copy", source=disk.id))["properties"]
    assert "/SHOP-RG/" in made["creationData"]["sourceResourceId"]
    bare = only(azure, shop.add(NatGateway, "out"))["properties"]
    assert not {"publicIpAddresses", "subnets"} & set(bare)


def test_an_account_has_a_default_tier_only_where_its_kind_has_one(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    account = shop.add(StorageAccount, "shop", access_tier="Cool")
    assert only(azure, account)["properties"]["accessTier"] == "Cool"
    account.kind, account.access_tier = "FileStorage", ""
    entry = only(azure, account)
    assert (entry["kind"], entry["sku"]["tier"]) == ("FileStorage", "Standard")
    assert "accessTier" not in entry["properties"]


def test_a_server_of_azure_sql_has_its_databases_and_one_for_itself(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    server = shop.add(SqlServer, "Main")
    server.add_database("orders", pool="shared")
    path = f"{server.id.lower()}/databases"
    found = {each["name"]: each for each in ask(azure, path).json["value"]}
    assert sorted(found) == ["master", "orders"]
    properties = found["orders"]["properties"]
    assert properties["currentServiceObjectiveName"] == "ElasticPool"
    assert properties["elasticPoolId"] == f"{server.id}/elasticPools/shared"
    assert properties["maxSizeBytes"] == 32 * 2**30
    assert "elasticPoolId" not in found["master"]["properties"]
    missing = ask(azure, path.replace("/main/", "/gone/"))
    assert (missing.status, missing.code) == (404, "ResourceNotFound")


def test_flexible_servers_are_where_pages_say(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    postgres = only(azure, shop.add(PostgreSqlServer, "db"))
    mysql = only(azure, shop.add(MySqlServer, "db", location="eastus"))
    assert (postgres["location"], mysql["location"]) == ("West Europe", "East US")
    assert postgres["properties"]["minorVersion"] == "4"
    assert "minorVersion" not in mysql["properties"]
    assert "storageSku" not in postgres["properties"]["storage"]


def test_a_dynamic_address_is_none_while_nothing_has_it(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    made = shop.add(PublicIp, "front", allocation="Dynamic")
    properties = only(azure, made)["properties"]
    assert not {"ipAddress", "ipConfiguration", "natGateway"} & set(properties)
    made.configuration = shop.add(NetworkInterface, "web").configuration
    properties = only(azure, made)["properties"]
    assert properties["ipAddress"] == "20.50.1.4"
    assert properties["ipConfiguration"]["id"].endswith("/ipConfigurations/ipconfig1")


def test_an_interface_has_its_machine_if_there_is_any(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    made = shop.add(NetworkInterface, "web-nic")
    assert "virtualMachine" not in only(azure, made)["properties"]
    made.vm = shop.add_vm("web")
    assert only(azure, made)["properties"]["virtualMachine"] == {"id": made.vm.id}


def test_a_balancer_has_its_members_as_interfaces_and_as_addresses(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    members = [shop.add(NetworkInterface, "web").configuration]
    made = shop.add(LoadBalancer, "front", members=members, addresses=["10.0.0.9"])
    pools = only(azure, made)["properties"]["backendAddressPools"]
    both, plain, empty = (pool["properties"] for pool in pools)
    assert both["backendIPConfigurations"] == [{"id": members[0]}]
    assert len(both["loadBalancerBackendAddresses"]) == 1
    assert "backendIPConfigurations" not in plain
    assert (len(plain["loadBalancerBackendAddresses"]), empty) == (1, {})
