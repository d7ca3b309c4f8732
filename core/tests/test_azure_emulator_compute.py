"""The emulated Azure's machines, scale sets and sizes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from core.testing.azure_emulator.clients import ask

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
READ_VMS = "Microsoft.Compute/virtualMachines/read"


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(now=NOW) as emulated:
        yield emulated


@pytest.fixture
def shop(azure: EmulatedAzure) -> EmulatedSubscription:
    return azure.world.add_subscription(name="shop")


def address(shop: EmulatedSubscription, what: str = "virtualMachines") -> str:
    return f"{shop.id}/providers/Microsoft.Compute/{what}"


def pages(azure: EmulatedAzure, path: str, **asked: str) -> list[Any]:
    """The pages of a list, by its links."""
    found = [ask(azure, path, **asked).json]
    while link := found[-1].get("nextLink"):
        found.append(ask(azure, link).json)
    return found


def test_what_a_machine_is_and_how_it_is_are_two_lists(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    shop.add_vm("web", tags={"Team": "a"}, priority="Spot", power="stopped")
    (plain,) = ask(azure, address(shop)).json["value"]
    (status,) = ask(azure, address(shop), statusOnly="true").json["value"]
    assert plain["properties"]["hardwareProfile"] == {"vmSize": "Standard_D2s_v5"}
    assert plain["properties"]["priority"] == "Spot"
    assert plain["properties"]["timeCreated"] == "2026-01-01T08:30:15.2755613+00:00"
    assert plain["tags"] == {"Team": "a"}
    assert "instanceView" not in plain["properties"]
    assert "hardwareProfile" not in status["properties"]
    assert "tags" not in status
    codes = {each["code"] for each in status["properties"]["instanceView"]["statuses"]}
    assert codes == {"ProvisioningState/succeeded", "PowerState/stopped"}


def test_ids_differ_in_case_between_the_two(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("Web", group="Shop-RG")
    (plain,) = ask(azure, address(shop)).json["value"]
    (status,) = ask(azure, address(shop), statusOnly="true").json["value"]
    assert "/resourceGroups/SHOP-RG/" in plain["id"]
    assert status["id"] == vm.id
    assert plain["id"].lower() == status["id"].lower()


def test_a_power_state_may_be_unknown_and_stands_anywhere(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    shop.add_vm("unknown", power=None, provisioning="failed/AllocationFailed")
    for number in range(8):
        shop.add_vm(f"web-{number}")
    unknown, *rest = ask(azure, address(shop), statusOnly="true").json["value"]
    (only,) = unknown["properties"]["instanceView"]["statuses"]
    assert only["code"] == "ProvisioningState/failed/AllocationFailed"
    firsts = {
        vm["properties"]["instanceView"]["statuses"][0]["code"].split("/")[0]
        for vm in rest
    }
    assert firsts == {"PowerState", "ProvisioningState"}


def test_a_machine_may_be_in_one_list_only(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    shop.add_vm("new", missing_from="status")
    shop.add_vm("old", missing_from="plain")
    (plain,) = ask(azure, address(shop)).json["value"]
    (status,) = ask(azure, address(shop), statusOnly="true").json["value"]
    assert (plain["name"], status["name"]) == ("new", "old")


def test_it_pages_and_keeps_the_question(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    for number in range(401):
        shop.add_vm(f"web-{number}")
    found = pages(azure, address(shop), statusOnly="true")
    assert [len(page["value"]) for page in found] == [200, 200, 1]
    assert all("instanceView" in vm["properties"] for vm in found[2]["value"])
    assert azure.requests[READ_VMS] == 3
    link = ask(azure, address(shop)).json["nextLink"]
    token = link.partition("skiptoken=")[2]
    other = ask(azure, address(shop), **{"statusOnly": "true", "$skiptoken": token})
    assert (other.status, other.code) == (400, "InvalidSkipToken")


def test_a_page_may_be_empty_and_not_the_last(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    shop.add_vm("web")
    azure.empty_pages = True
    found = pages(azure, address(shop))
    assert [len(page["value"]) for page in found] == [0, 1]


@pytest.mark.parametrize(
    "asked",
    [{"statusOnly": "yes"}, {"$expand": "instanceView"}],
)
def test_it_refuses_other_questions(
    azure: EmulatedAzure, shop: EmulatedSubscription, asked: dict[str, str]
) -> None:
    refused = ask(azure, address(shop), **asked)
    assert (refused.status, refused.code) == (400, "InvalidParameter")


def test_machines_of_uniform_scale_sets_are_asked_for_each(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    shop.add_scale_set("Front", instances=3)
    shop.add_scale_set("flexible", instances=2, mode="Flexible")
    (one, two) = ask(azure, address(shop)).json["value"]
    assert one["properties"]["virtualMachineScaleSet"]["id"].endswith("/FLEXIBLE")
    sets = ask(azure, address(shop, "virtualMachineScaleSets")).json["value"]
    modes = [each["properties"]["orchestrationMode"] for each in sets]
    assert modes == ["Uniform", "Flexible"]
    found = ask(azure, f"{sets[0]['id']}/virtualMachines").json["value"]
    assert [each["name"] for each in found] == ["Front_0", "Front_1", "Front_2"]
    assert "instanceView" not in found[0]["properties"]
    asked = {"$expand": "instanceView"}
    found = ask(azure, f"{sets[0]['id']}/virtualMachines", **asked).json["value"]
    assert found[2]["id"].endswith("/virtualMachines/2")
    assert len(found[2]["properties"]["instanceView"]["statuses"]) == 2
    assert ask(azure, f"{sets[1]['id']}/virtualMachines").json["value"] == []
    assert ask(azure, f"{sets[0]['id']}x/virtualMachines").status == 404


def test_sizes_are_strings_in_a_region_of_another_case(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    asked = {"$filter": "location eq 'westeurope'"}
    found = ask(azure, address(shop, "skus"), **asked).json["value"]
    assert {each["resourceType"] for each in found} == {"disks", "virtualMachines"}
    machines = {each["name"]: each for each in found if each["tier"] == "Standard"}
    assert machines["Standard_DS1_v2"]["locations"] == ["Westeurope"]
    able = {
        each["name"]: each["value"]
        for each in machines["Standard_E8-4s_v5"]["capabilities"]
    }
    assert (able["vCPUs"], able["vCPUsAvailable"], able["MemoryGB"]) == ("8", "4", "64")
    everywhere = ask(azure, address(shop, "skus")).json["value"]
    assert len(everywhere) == 3 * len(found)
    other = ask(azure, address(shop, "skus"), **{"$filter": "name eq 'a'"})
    assert other.status == 400
    compute_version = {"api-version": "2024-07-01"}
    refused = ask(azure, address(shop, "skus"), **compute_version)
    assert refused.code == "NoRegisteredProviderFound"
