"""Microsoft.Compute: machines, scale sets with theirs, and sizes."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.azure_emulator.machines import EmulatedVm, ScaleSet, guid
from core.testing.azure_emulator.sizes import SIZES, Size
from core.testing.azure_emulator.wire import (
    GROUP,
    SUBSCRIPTION,
    Answer,
    AzureError,
    Call,
    Route,
    path_of,
    same,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

COMPUTE_VERSIONS = frozenset(
    {
        *("2019-03-01", "2019-07-01", "2019-12-01", "2020-06-01", "2020-12-01"),
        *("2021-03-01", "2021-07-01", "2021-11-01", "2022-03-01", "2022-08-01"),
        *("2022-11-01", "2023-03-01", "2023-07-01", "2023-09-01", "2024-03-01"),
        *("2024-07-01", "2024-11-01", "2025-04-01", "2026-04-01"),
    }
)
SKU_VERSIONS = frozenset({"2017-09-01", "2019-04-01", "2021-07-01"})
MACHINES_A_PAGE = 200
PROVIDER = SUBSCRIPTION + "/providers/Microsoft.Compute"
BY_LOCATION = re.compile(r"location eq '([^']+)'")
OF_SCALE_SET = re.compile(r"'virtualMachineScaleSet/id' eq '[^']+'")


def list_machines(azure: EmulatedAzure, call: Call) -> Answer:
    """All machines of all regions: what they are, or with statusOnly their states."""
    status_only = call.parameters.get("statusonly", "false").lower()
    if status_only not in ("true", "false"):
        raise _invalid(f"The value '{status_only}' of parameter statusOnly is invalid.")
    _check_expand(call)
    kind, shape = ("status", _status) if status_only == "true" else ("plain", _machine)
    vms = azure.world.subscriptions[call.subscription_id].vms.values()
    found = [vm for vm in vms if vm.missing_from != kind]
    page, link = azure.page(call, found, MACHINES_A_PAGE)
    return _list([shape(vm) for vm in page], link)


def list_scale_sets(azure: EmulatedAzure, call: Call) -> Answer:
    """All scale sets, without their machines."""
    found = list(azure.world.subscriptions[call.subscription_id].scale_sets.values())
    page, link = azure.page(call, found, MACHINES_A_PAGE)
    return _list([_scale_set(each) for each in page], link)


def list_scale_set_machines(azure: EmulatedAzure, call: Call) -> Answer:
    """The machines of a uniform scale set; a flexible one has ordinary machines."""
    subscription = azure.world.subscriptions[call.subscription_id]
    for scale_set in subscription.scale_sets.values():
        if same(scale_set.group, call.names["group"]) and same(
            scale_set.name, call.names["name"]
        ):
            break
    else:
        raise AzureError(
            "ResourceNotFound",
            "The Resource 'Microsoft.Compute/virtualMachineScaleSets/"
            f"{call.names['name']}' under resource group '{call.names['group']}' was "
            "not found.",
            404,
        )
    expand = call.parameters.get("$expand", "")
    if expand.lower() not in ("", "instanceview"):
        raise _invalid(f"The value '{expand}' of parameter $expand is invalid.")
    vms = list(scale_set.instances.values())
    page, link = azure.page(call, vms, MACHINES_A_PAGE)
    return _list([_instance(vm, expanded=bool(expand)) for vm in page], link)


def list_skus(azure: EmulatedAzure, call: Call) -> Answer:
    """Sizes and other things that are sold, with capabilities as strings."""
    asked = call.parameters.get("$filter", "")
    found = BY_LOCATION.fullmatch(asked)
    if asked and not found:
        raise _invalid(f"The $filter '{asked}' is invalid: only location is supported.")
    regions = [
        each for each in azure.world.regions if not found or same(each, found[1])
    ]
    return _list([sku for region in regions for sku in _skus(region)], "")


def _check_expand(call: Call) -> None:
    if "$expand" in call.parameters and not OF_SCALE_SET.fullmatch(
        call.parameters.get("$filter", "")
    ):
        raise _invalid("$expand needs a $filter on virtualMachineScaleSet/id.")


def _list(value: list[Any], link: str) -> Answer:
    return Answer({"value": value} | ({"nextLink": link} if link else {}))


def _machine(vm: EmulatedVm) -> dict[str, Any]:
    """What it is. The list has no state; its ids have the group in upper case."""
    properties: dict[str, Any] = {
        "vmId": guid(vm.id),
        "hardwareProfile": {"vmSize": vm.size},
        "storageProfile": {
            "osDisk": {"osType": vm.os_type, "name": f"{vm.name}_OsDisk_1"},
            "dataDisks": [],
        },
        "osProfile": {"computerName": vm.name},
        "networkProfile": {"networkInterfaces": []},
        "provisioningState": vm.provisioning.partition("/")[0].title(),
        "timeCreated": seven_decimals(vm.created_at),
    }
    if vm.priority != "Regular":
        properties["priority"] = vm.priority
    if vm.license_type:
        properties["licenseType"] = vm.license_type
    if vm.scale_set:
        properties["virtualMachineScaleSet"] = {"id": vm.scale_set.id.upper()}
    return _resource(vm, upper_group(vm.id)) | {"properties": properties}


def machine_entry(vm: EmulatedVm, *, expanded: bool) -> dict[str, Any]:
    """It alone, with its state if that is asked for."""
    entry = _machine(vm)
    if expanded:
        entry["properties"]["instanceView"] = {"statuses": _statuses(vm)}
    return entry


def _status(vm: EmulatedVm) -> dict[str, Any]:
    """How it is, and hardly anything of what it is; its ids are as they were made."""
    properties = {"vmId": guid(vm.id), "instanceView": {"statuses": _statuses(vm)}}
    return {
        "id": vm.id,
        "name": vm.name,
        "type": vm.kind,
        "location": vm.location,
        "properties": properties,
    }


def _instance(vm: EmulatedVm, *, expanded: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "latestModelApplied": True,
        "vmId": guid(vm.id),
        "hardwareProfile": {},
        "storageProfile": {"osDisk": {"osType": vm.os_type}},
        "provisioningState": vm.provisioning.partition("/")[0].title(),
        "timeCreated": seven_decimals(vm.created_at),
    }
    if expanded:
        properties["instanceView"] = {"statuses": _statuses(vm)}
    return {
        "instanceId": vm.instance_id,
        "sku": {"name": vm.size, "tier": "Standard"},
        **_resource(vm, upper_group(vm.id)),
        "properties": properties,
    }


def _resource(vm: EmulatedVm, listed_id: str) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "id": listed_id,
        "name": vm.name,
        "type": vm.kind,
        "location": vm.location,
    }
    if vm.tags:
        resource["tags"] = vm.tags
    if vm.zones:
        resource["zones"] = vm.zones
    return resource


def _statuses(vm: EmulatedVm) -> list[dict[str, str]]:
    """In no order that could be relied on, and perhaps without a power state."""
    statuses = [
        {
            "code": f"ProvisioningState/{vm.provisioning}",
            "level": "Info",
            "displayStatus": "Provisioning " + vm.provisioning.partition("/")[0],
        }
    ]
    if vm.power is not None:
        power = {
            "code": f"PowerState/{vm.power}",
            "level": "Info",
            "displayStatus": f"VM {vm.power}",
        }
        statuses.insert(crc32(vm.name.encode()) % 2, power)
    return statuses


def _scale_set(scale_set: ScaleSet) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "name": scale_set.name,
        "id": upper_group(scale_set.id),
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "location": scale_set.location,
        "sku": {
            "name": scale_set.size,
            "tier": "Standard",
            "capacity": scale_set.capacity,
        },
        "properties": {
            "orchestrationMode": scale_set.mode,
            "provisioningState": "Succeeded",
            "uniqueId": guid(scale_set.id),
        },
    }
    return shape | ({"tags": scale_set.tags} if scale_set.tags else {})


def _skus(region: str) -> list[dict[str, Any]]:
    disk = {
        "resourceType": "disks",
        "name": "Premium_LRS",
        "tier": "Premium",
        "size": "P4",
        "locations": [region],
        "capabilities": [{"name": "MaxSizeGiB", "value": "32"}],
        "restrictions": [],
    }
    return [disk, *(_sku(size, region) for size in SIZES.values())]


def _sku(size: Size, region: str) -> dict[str, Any]:
    """Places are in mixed case here, as nowhere else; numbers are strings."""
    capabilities = {
        "MaxResourceVolumeMB": "0",
        "vCPUs": str(size.vcpus),
        "MemoryGB": f"{size.memory_gb:g}",
        "CpuArchitectureType": size.architecture,
        "LowPriorityCapable": "True",
    }
    if size.vcpus_available:
        capabilities["vCPUsAvailable"] = str(size.vcpus_available)
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": "Standard",
        "size": size.name.removeprefix("Standard_"),
        "family": f"standard{size.series}Family",
        "locations": [region[:1].upper() + region[1:]],
        "capabilities": [
            {"name": name, "value": value} for name, value in capabilities.items()
        ],
        "restrictions": [],
    }


def upper_group(resource_id: str) -> str:
    """The id as lists of machines have it."""
    parts = resource_id.split("/")
    parts[4] = parts[4].upper()
    return "/".join(parts)


def seven_decimals(moment: datetime) -> str:
    """A time as .NET writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "3+00:00"


def _invalid(message: str) -> AzureError:
    return AzureError("InvalidParameter", message)


ROUTES = (
    Route(
        "Microsoft.Compute/virtualMachines/read",
        "GET",
        path_of(PROVIDER + "/virtualMachines"),
        list_machines,
        COMPUTE_VERSIONS,
        namespace="Microsoft.Compute",
    ),
    Route(
        "Microsoft.Compute/virtualMachineScaleSets/read",
        "GET",
        path_of(PROVIDER + "/virtualMachineScaleSets"),
        list_scale_sets,
        COMPUTE_VERSIONS,
        namespace="Microsoft.Compute",
    ),
    Route(
        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read",
        "GET",
        path_of(
            SUBSCRIPTION
            + GROUP
            + "/providers/Microsoft.Compute/virtualMachineScaleSets/(?P<name>[^/]+)"
            "/virtualMachines"
        ),
        list_scale_set_machines,
        COMPUTE_VERSIONS,
        namespace="Microsoft.Compute",
    ),
    Route(
        "Microsoft.Compute/skus/read",
        "GET",
        path_of(PROVIDER + "/skus"),
        list_skus,
        SKU_VERSIONS,
        namespace="Microsoft.Compute",
    ),
)
