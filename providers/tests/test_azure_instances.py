"""Machines of the emulated Azure: both lists joined, states with Azure's meaning."""

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from providers.azure.client import AzureClient
from providers.azure.compute import normalize_instance, power_state
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind, ProviderError
from providers.records import InstanceRecord, RegionResources
from providers.tests.azure_reads import provider_of

MACHINES = "Microsoft.Compute/virtualMachines/read"
SCALE_SETS = "Microsoft.Compute/virtualMachineScaleSets/read"
OF_SCALE_SET = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read"
SKUS = "Microsoft.Compute/skus/read"
LOCATIONS = "Microsoft.Resources/subscriptions/locations/read"


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def read(provider: AzureProvider) -> dict[str, RegionResources]:
    return {part.region: part for part in provider.fetch_instances(lambda _: None)}


def machines(provider: AzureProvider) -> dict[str, InstanceRecord]:
    parts = read(provider).values()
    return {one.name: one for part in parts for one in instances(part)}


def instances(part: RegionResources) -> list[InstanceRecord]:
    return [one for one in part.resources if isinstance(one, InstanceRecord)]


def test_a_machine_is_described_as_azure_describes_it(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    made = subscription.add_vm(
        "Web-1", size="standard_d4S_v5", tags={"team": "shop"}, zones=["2"]
    )
    record = machines(provider)["Web-1"]
    assert record.resource_id == made.id.lower()
    assert (record.region, record.state) == ("westeurope", "running")
    assert record.instance_type == "Standard_D4s_v5"
    assert (record.vcpus, record.memory_mib) == (4, 16 * 1024)
    assert (record.operating_system, record.platform) == ("Linux", "")
    assert (record.lifecycle, record.tenancy) == ("on-demand", "Shared")
    assert record.launched_at == made.created_at
    assert record.tags == {"team": "shop"}
    assert (record.resource_group, record.availability_zone) == ("shop-rg", "2")


@pytest.mark.parametrize(
    "power",
    ["running", "starting", "stopping", "stopped", "deallocated", "deallocating"],
)
def test_a_state_has_azure_s_own_name(
    provider: AzureProvider, subscription: EmulatedSubscription, power: str
) -> None:
    subscription.add_vm("one", power=power)
    assert machines(provider)["one"].state == power


def test_a_machine_without_a_power_state_is_in_none(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add_vm("one", power=None, provisioning="failed/AllocationFailed")
    assert machines(provider)["one"].state == ""


def test_a_system_is_named_as_it_is_billed(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add_vm("linux")
    subscription.add_vm("windows", os_type="Windows")
    subscription.add_vm("own", os_type="Windows", license_type="Windows_Server")
    subscription.add_vm("suse", license_type="SLES_BYOS")
    assert {name: one.operating_system for name, one in machines(provider).items()} == {
        "linux": "Linux",
        "windows": "Windows",
        "own": "Windows with Azure Hybrid Benefit",
        "suse": "Linux",
    }


def test_spot_machines_and_constrained_sizes(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add_vm("spot", priority="Spot", size="Standard_DS1_v2")
    subscription.add_vm("few", size="Standard_E8-4s_v5")
    subscription.add_vm("new", size="Standard_Z9_v9")
    found = machines(provider)
    assert (found["spot"].lifecycle, found["spot"].memory_mib) == ("spot", 3584)
    assert (found["few"].vcpus, found["few"].memory_mib) == (4, 64 * 1024)
    assert (found["new"].vcpus, found["new"].memory_mib) == (None, None)


def test_instances_of_both_kinds_of_scale_sets_are_there_once(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    uniform = subscription.add_scale_set("web", instances=2, location="eastus")
    subscription.add_scale_set("flex", instances=3, mode="Flexible")
    parts = read(provider)
    assert [one.resource_id for one in instances(parts["eastus"])] == [
        f"{uniform.id}/virtualMachines/{number}".lower() for number in (0, 1)
    ]
    assert {one.state for one in instances(parts["eastus"])} == {"running"}
    assert [one.vcpus for one in instances(parts["eastus"])] == [2, 2]
    assert len(parts["westeurope"].resources) == 3


def test_every_region_answers_also_without_a_machine(
    provider: AzureProvider, azure: EmulatedAzure
) -> None:
    parts = read(provider)
    assert sorted(parts) == sorted(azure.world.regions)
    assert not any(part.resources or part.error for part in parts.values())
    assert provider.meter.requests == 4  # regions, states, machines, scale sets


def test_pages_of_any_size_have_the_same_machines(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for number in range(7):
        subscription.add_vm(f"vm-{number}")
    expected = read(provider)
    azure.page_size |= {MACHINES: 3}
    assert read(provider) == expected


@pytest.mark.parametrize("operation", [LOCATIONS, MACHINES, SCALE_SETS])
def test_a_list_that_is_denied_is_no_empty_list(
    provider: AzureProvider, azure: EmulatedAzure, operation: str
) -> None:
    azure.deny(operation)
    with pytest.raises(ProviderError) as raised:
        read(provider)
    assert raised.value.kind == ErrorKind.DENIED
    assert f"which allows {operation}" in raised.value.advice


def test_a_list_that_ends_in_the_middle_is_none(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for number in range(5):
        subscription.add_vm(f"vm-{number}")
    azure.page_size |= {MACHINES: 2}
    azure.fail(MACHINES, "ServiceUnavailable", status=503, after=4)
    with pytest.raises(ProviderError) as raised:
        read(provider)
    assert raised.value.kind == ErrorKind.UNAVAILABLE


def test_a_subscription_without_the_provider_has_no_machines(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    subscription.registered.discard("Microsoft.Compute")
    parts = read(provider)
    assert sorted(parts) == sorted(azure.world.regions)
    assert not any(part.resources or part.error for part in parts.values())


@pytest.mark.parametrize(
    "page", [{}, [], {"value": [{"name": "no id"}]}, {"value": None}, "text"]
)
def test_a_list_of_another_shape_is_refused(
    provider: AzureProvider, monkeypatch: pytest.MonkeyPatch, page: object
) -> None:
    monkeypatch.setattr(AzureClient, "ask", lambda self, question: page)
    with pytest.raises(ProviderError, match="can't be understood") as raised:
        read(provider)
    assert raised.value.kind == ErrorKind.INCOMPLETE


def test_a_scale_set_that_fails_makes_only_its_region_fail(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    subscription.add_vm("one")
    subscription.add_scale_set("web", location="eastus")
    azure.fail(OF_SCALE_SET, "InternalServerError", status=500)
    parts = read(provider)
    error = parts["eastus"].error
    assert error
    assert "scale set web in eastus" in error.reading
    assert len(parts["westeurope"].resources) == 1


def test_sizes_that_are_denied_are_only_a_warning(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    subscription.add_vm("one")
    azure.deny(SKUS)
    part = read(provider)["westeurope"]
    assert part.warning
    assert [one.vcpus for one in instances(part)] == [None]


def test_the_power_state_is_found_by_its_name() -> None:
    def view(*codes: str) -> dict[str, object]:
        statuses = [{"code": code} for code in codes]
        return {"properties": {"instanceView": {"statuses": statuses}}}

    failed = "ProvisioningState/failed/AllocationFailed"
    assert power_state(view(failed, "PowerState/deallocated")) == "deallocated"
    assert power_state(view("PowerState/running", failed)) == "running"
    assert power_state(view(failed)) == ""
    assert power_state({"properties": {}}) == ""


@pytest.mark.parametrize(
    ("properties", "tenancy", "paid_anyway"),
    [
        ({"host": {"id": "h"}}, "Host", "dedicated host"),
        ({"hostGroup": {"id": "h"}}, "Host", "dedicated host"),
        ({"capacityReservation": {"x": 1}}, "Shared", "capacity reservation"),
        ({}, "Shared", ""),
    ],
)
def test_what_is_paid_for_whether_it_runs_or_not(
    properties: dict[str, object], tenancy: str, paid_anyway: str
) -> None:
    raw = {"id": "/s", "name": "n", "location": "West Europe", "properties": properties}
    record = normalize_instance(raw)
    assert (record.tenancy, record.paid_anyway) == (tenancy, paid_anyway)
    assert record.region == "westeurope"
    assert (record.resource_group, record.launched_at) == ("", None)
