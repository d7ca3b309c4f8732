"""Virtual machines of a subscription: fetch, join, normalize.

Azure lists the machines of all regions at once, and their power states in a second
list. Its ids differ in case from one answer to the next, so they are joined, and
stored, in lower case.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from providers.azure.client import AzureClient, Question, understood
from providers.azure.resource_ids import region_name, resource_group_of
from providers.azure.resources import in_regions, instant, listed, read_regions
from providers.base import Progress
from providers.errors import ProviderError
from providers.records import DETAILED, ON_DEMAND, InstanceRecord, RegionResources

API_VERSION = "2024-07-01"
SKUS_VERSION = "2021-07-01"
MIB_PER_GB = 1024  # Azure's "GB" of memory are GiB
POWER_STATE = "PowerState/"
# Licenses that the customer brings: the machine is billed as if it ran Linux.
HYBRID_BENEFIT = {"windows_server", "windows_client"}
LINUX, WINDOWS = "Linux", "Windows"
WINDOWS_HYBRID = "Windows with Azure Hybrid Benefit"


@dataclass(frozen=True, slots=True)
class Size:
    """What a VM size has."""

    name: str
    vcpus: int
    memory_mib: int
    architecture: str


@dataclass(frozen=True, slots=True)
class ScaleSet:
    """What a group of equal machines belongs to."""

    resource_id: str
    region: str


def fetch_instances(
    client: AzureClient, progress: Progress
) -> Iterator[RegionResources]:
    """Return each region's machines; those of a region without any are none.

    A scale set that can't be read makes its region fail. Raises ProviderError where
    the lists of the subscription can't be read.
    """
    with ThreadPoolExecutor(1) as beside:
        of_states = beside.submit(fetch_states, client)
        found = list(list_machines(client))
        states = of_states.result()
    machines = in_regions(found)
    scale_sets = in_regions(list_scale_sets(client))

    def read(region: str) -> RegionResources:
        instances = list(machines.get(region, []))
        for scale_set in scale_sets.get(region, []):
            instances += fetch_scale_set(client, scale_set)
        return _described(client, region, instances, states)

    known = {*machines, *scale_sets}
    yield from read_regions(client, known, read, progress, "instances")


def _described(
    client: AzureClient,
    region: str,
    instances: Sequence[InstanceRecord],
    states: Mapping[str, str],
) -> RegionResources:
    """Return them with their states, and with what their sizes have if that is read."""
    sizes: Mapping[str, Size] = {}
    warning = None
    try:
        sizes = fetch_sizes(client, region) if instances else {}
    except ProviderError as error:
        warning = error
    found = [_with_state_and_size(one, states, sizes) for one in instances]
    return RegionResources(region, found, warning=warning)


def _with_state_and_size(
    record: InstanceRecord, states: Mapping[str, str], sizes: Mapping[str, Size]
) -> InstanceRecord:
    state = states.get(record.resource_id, record.state)
    size = sizes.get(record.instance_type.lower())
    if size is None:
        return replace(record, state=state)
    return replace(
        record,
        state=state,
        instance_type=size.name,
        vcpus=size.vcpus,
        memory_mib=size.memory_mib,
    )


def list_machines(client: AzureClient) -> Iterator[InstanceRecord]:
    """Return the subscription's machines without their states. Raise ProviderError."""
    question = _machines_question(client, {})
    with understood(question):
        for raw in listed(client, question):
            yield normalize_instance(raw)


def try_machines(client: AzureClient) -> list[InstanceRecord]:
    """Return a page of them. Raise ProviderError."""
    question = _machines_question(client, {})
    with understood(question):
        return [normalize_instance(raw) for raw in client.ask(question)["value"]]


def fetch_states(client: AzureClient) -> Mapping[str, str]:
    """Return id -> power state of what has one. Raise ProviderError."""
    question = _machines_question(client, {"statusOnly": "true"})
    with understood(question):
        return {raw["id"].lower(): power_state(raw) for raw in listed(client, question)}


def _machines_question(client: AzureClient, params: Mapping[str, str]) -> Question:
    return Question(
        what=f"Virtual machines of {client.account}",
        operation="Microsoft.Compute/virtualMachines",
        path=f"{client.account.scope}/providers/Microsoft.Compute/virtualMachines",
        api_version=API_VERSION,
        params=params,
        fractions=float,  # there are none
    )


def list_scale_sets(client: AzureClient) -> Iterator[ScaleSet]:
    """Return the uniform ones, whose instances are in no list of machines; those of
    flexible ones are. Raise ProviderError."""
    question = _scale_sets_question(client)
    with understood(question):
        for raw in listed(client, question):
            if raw.get("properties", {}).get("orchestrationMode") != "Flexible":
                yield ScaleSet(raw["id"], region_name(raw["location"]))


def try_scale_sets(client: AzureClient) -> None:
    """Ask for a page of them. Raise ProviderError."""
    client.ask(_scale_sets_question(client))


def _scale_sets_question(client: AzureClient) -> Question:
    return Question(
        what=f"Scale sets of {client.account}",
        operation="Microsoft.Compute/virtualMachineScaleSets",
        path=f"{client.account.scope}/providers/Microsoft.Compute/"
        "virtualMachineScaleSets",
        api_version=API_VERSION,
    )


def fetch_scale_set(client: AzureClient, scale_set: ScaleSet) -> list[InstanceRecord]:
    """Return the instances of a uniform one. Raise ProviderError."""
    name, region = scale_set.resource_id.rpartition("/")[2], scale_set.region
    question = Question(
        what=f"Instances of the scale set {name} in {region} of {client.account}",
        operation="Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
        path=f"{scale_set.resource_id}/virtualMachines",
        api_version=API_VERSION,
        params={"$expand": "instanceView"},
        region=region,
    )
    with understood(question):
        return [
            replace(normalize_instance(raw), state=power_state(raw))
            for raw in client.values(question)
        ]


def fetch_sizes(client: AzureClient, region: str) -> Mapping[str, Size]:
    """Return the VM sizes of a region by their names in lower case. Raise
    ProviderError."""
    question = Question(
        what=f"VM sizes in {region} of {client.account}",
        operation="Microsoft.Compute/skus",
        path=f"{client.account.scope}/providers/Microsoft.Compute/skus",
        api_version=SKUS_VERSION,
        params={"$filter": f"location eq '{region}'"},
        region=region,
    )
    sizes = {}
    with understood(question):
        for raw in client.values(question):
            if raw["resourceType"] == "virtualMachines":
                size = normalize_size(raw)
                sizes[size.name.lower()] = size
    return sizes


def normalize_size(raw: Mapping[str, Any]) -> Size:
    """One size. All of its figures are texts."""
    has = {one["name"]: one["value"] for one in raw["capabilities"]}
    return Size(
        name=raw["name"],
        # A constrained size has fewer than the hardware that it is billed as.
        vcpus=int(has.get("vCPUsAvailable") or has["vCPUs"]),
        memory_mib=int(Decimal(has["MemoryGB"]) * MIB_PER_GB),
        architecture="arm64" if has.get("CpuArchitectureType") == "Arm64" else "x86_64",
    )


def normalize_instance(raw: Mapping[str, Any]) -> InstanceRecord:
    """One machine, of a list or of a scale set, as far as its own entry tells."""
    properties = raw["properties"]
    disk = properties.get("storageProfile", {}).get("osDisk", {})
    is_spot = properties.get("priority", "") in ("Spot", "Low")
    license_type = properties.get("licenseType") or ""
    system = disk.get("osType", "")
    if system == WINDOWS and license_type.lower() in HYBRID_BENEFIT:
        system = WINDOWS_HYBRID
    on_host = properties.get("host") or properties.get("hostGroup")
    return InstanceRecord(
        resource_id=raw["id"].lower(),
        region=region_name(raw["location"]),
        state="",
        instance_type=_size_name(raw),
        name=raw["name"],
        platform="windows" if disk.get("osType") == WINDOWS else "",
        operating_system=system,
        tenancy="Host" if on_host else "Shared",
        paid_anyway=_paid_anyway(properties),
        monitoring=DETAILED,  # Azure measures every machine each minute
        lifecycle="spot" if is_spot else ON_DEMAND,
        availability_zone=", ".join(raw.get("zones") or ()),
        resource_group=resource_group_of(raw["id"]),
        launched_at=instant(properties.get("timeCreated")),
        tags=raw.get("tags") or {},
    )


def _size_name(raw: Mapping[str, Any]) -> str:
    hardware = raw["properties"].get("hardwareProfile") or {}
    name: str = hardware.get("vmSize") or raw.get("sku", {}).get("name", "")
    return name


def _paid_anyway(properties: Mapping[str, Any]) -> str:
    if properties.get("host") or properties.get("hostGroup"):
        return "dedicated host"
    return "capacity reservation" if properties.get("capacityReservation") else ""


def power_state(raw: Mapping[str, Any]) -> str:
    """Return "running", "stopped", "deallocated"...; "" where Azure does not know."""
    view = raw["properties"].get("instanceView") or {}
    for status in view.get("statuses") or ():
        code: str = status.get("code", "")
        if code.startswith(POWER_STATE):
            return code.removeprefix(POWER_STATE)
    return ""
