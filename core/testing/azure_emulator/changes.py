"""One resource: read, changed, deleted; and changes that take their time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.azure_emulator import disks, network, storage_accounts
from core.testing.azure_emulator.compute import COMPUTE_VERSIONS, machine_entry
from core.testing.azure_emulator.disks import Disk, Snapshot
from core.testing.azure_emulator.locks import refuse_locked, resource_id_of
from core.testing.azure_emulator.machines import ALLOCATED, EmulatedVm
from core.testing.azure_emulator.network import PublicIp
from core.testing.azure_emulator.resources import EmulatedResource
from core.testing.azure_emulator.sizes import SIZES
from core.testing.azure_emulator.storage_accounts import StorageAccount
from core.testing.azure_emulator.wire import (
    GROUP,
    SUBSCRIPTION,
    Answer,
    AzureError,
    Call,
    Route,
    path_of,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure
    from core.testing.azure_emulator.world import EmulatedSubscription

MACHINES = "Microsoft.Compute/virtualMachines"
NAME = "/(?P<name>[^/]+)"
RETRY_AFTER = "10"
ACCESS_TIERS = {"Hot", "Cool", "Cold"}
# Where a provider tells how far changes are, if not below operations.
OPERATIONS_OF = dict.fromkeys(
    ("microsoft.dbforpostgresql", "microsoft.dbformysql"), "azureAsyncOperation"
)
DISK_SKUS = {"Standard_LRS", "StandardSSD_LRS", "Premium_LRS", "StandardSSD_ZRS"}
DISK_SPEED = ("diskIOPSReadWrite", "diskMBpsReadWrite")
OF_ORDERED_SPEED = {"PremiumV2_LRS", "UltraSSD_LRS"}
DISK_OPTIONS = ("encryption", "tier", "maxShares", "burstingEnabled")


# What is there


def get_machine(azure: EmulatedAzure, call: Call) -> Answer:
    """What it is, and with $expand how it is."""
    expand = call.parameters.get("$expand", "")
    if expand not in ("", "instanceView", "userData"):
        raise AzureError("InvalidParameter", f"$expand '{expand}' is invalid.")
    vm = _vm(azure, call)
    return Answer(machine_entry(vm, expanded=bool(expand)) | {"etag": etag_of(vm)})


def get_resource(azure: EmulatedAzure, call: Call) -> Answer:
    return Answer(resource_asked(azure, call).listed())


def list_vm_sizes(azure: EmulatedAzure, call: Call) -> Answer:
    """What it can become."""
    _vm(azure, call)
    return Answer({"value": [{"name": size.name} for size in SIZES.values()]})


def etag_of(vm: EmulatedVm) -> str:
    """Another after each change of what it is."""
    model = f"{vm.size} {sorted(vm.tags.items())} {vm.zones}"
    return f'"{crc32(model.encode())}"'


def _subscription(azure: EmulatedAzure, call: Call) -> EmulatedSubscription:
    return azure.world.subscriptions[call.subscription_id]


def _vm(azure: EmulatedAzure, call: Call) -> EmulatedVm:
    found = _subscription(azure, call).vms.get(resource_id_of(call))
    if found is None:
        raise _not_found(call)
    return found


def resource_asked(azure: EmulatedAzure, call: Call) -> EmulatedResource:
    found = _subscription(azure, call).resources.get(resource_id_of(call))
    if found is None:
        raise _not_found(call)
    return found


def _not_found(call: Call) -> AzureError:
    return AzureError(
        "ResourceNotFound",
        f"The Resource '{call.path.partition('/providers/')[2]}' under resource group "
        f"'{call.names.get('group', '')}' was not found.",
        404,
    )


# What changes


def deallocate(azure: EmulatedAzure, call: Call) -> Answer:
    """It gives its hardware back after a while."""
    refuse_locked(azure, call)
    vm = _vm(azure, call)
    vm.power = "deallocating" if vm.power in ALLOCATED else vm.power
    return begun(azure, call, partial(_deallocated, azure, vm))


def _deallocated(azure: EmulatedAzure, vm: EmulatedVm) -> str:
    if vm.power == "deallocating":
        vm.runs = [(start, end or azure.now) for start, end in _periods(vm, azure)]
        vm.power, vm.deallocated_at = "deallocated", azure.now
    return "Succeeded"


def _periods(vm: EmulatedVm, azure: EmulatedAzure) -> list[tuple[Any, Any]]:
    if vm.runs is not None:
        return vm.runs
    return [(vm.created_at, azure.now)]


def start(azure: EmulatedAzure, call: Call) -> Answer:
    """It runs after a while, if hardware is free for its size."""
    refuse_locked(azure, call)
    vm = _vm(azure, call)
    return begun(azure, call, partial(_started, azure, vm))


def _started(azure: EmulatedAzure, vm: EmulatedVm) -> str:
    subscription = azure.world.subscriptions[vm.subscription_id]
    if vm.size in subscription.sizes_sold_out:
        return "AllocationFailed"
    if vm.power != "running":
        if vm.power == "deallocated":
            vm.runs = [*vm.running_periods(), (azure.now, None)]
        vm.power = "running"
    return "Succeeded"


def patch_machine(azure: EmulatedAzure, call: Call) -> Answer:
    """Of what can be changed only the size, if nobody has changed it meanwhile."""
    refuse_locked(azure, call)
    vm = _vm(azure, call)
    if call.headers.get("if-match", etag_of(vm)) != etag_of(vm):
        message = "The condition specified using HTTP conditional header is not met."
        raise AzureError("PreconditionFailed", message, 412)
    size = _inner(call, "properties", "hardwareProfile", "vmSize")
    if size not in {each.name for each in SIZES.values()}:
        raise AzureError(
            "InvalidParameter",
            f"The value {size} provided for the VM size is not valid.",
        )
    answer = begun(azure, call, partial(set_values, vm, size=size))
    # Unlike other changes, it answers as if it were done already.
    return replace(answer, content=machine_entry(vm, expanded=False), status=200)


def put_snapshot(azure: EmulatedAzure, call: Call) -> Answer:
    """A snapshot of a disk; one of that name that is there is left as it is."""
    refuse_locked(azure, call)
    subscription = _subscription(azure, call)
    source = _inner(call, "properties", "creationData", "sourceResourceId")
    disk = subscription.resources.get(str(source).lower())
    if not isinstance(disk, Disk):
        raise AzureError("NotFound", f"The disk {source} was not found.", 404)
    if not subscription.resources.get(resource_id_of(call)):
        made = subscription.add(
            Snapshot,
            call.names["name"],
            group=call.names["group"],
            location=call.body["location"],
            tags=call.body.get("tags", {}),
            created_at=azure.now,
            source=disk.id,
            size_gb=disk.size_gb,
            incremental=bool(_inner(call, "properties", "incremental")),
            provisioning="Updating",
            network_access=call.body["properties"].get(
                "networkAccessPolicy", "AllowAll"
            ),
            encryption=call.body["properties"].get("encryption", {}),
        )
        done = partial(set_values, made, provisioning="Succeeded")
        return begun(azure, call, done)
    return Answer(resource_asked(azure, call).listed())


def put_disk(azure: EmulatedAzure, call: Call) -> Answer:
    """A disk of a snapshot."""
    refuse_locked(azure, call)
    subscription = _subscription(azure, call)
    source = _inner(call, "properties", "creationData", "sourceResourceId")
    snapshot = subscription.resources.get(str(source).lower())
    if not isinstance(snapshot, Snapshot):
        raise AzureError("NotFound", f"The snapshot {source} was not found.", 404)
    asked = call.body["properties"]
    speed = {name: asked[name] for name in DISK_SPEED if name in asked}
    if speed and _inner(call, "sku", "name") not in OF_ORDERED_SPEED:
        raise AzureError("InvalidParameter", "The speed of this type is fixed.")
    made = subscription.add(
        Disk,
        call.names["name"],
        group=call.names["group"],
        location=call.body["location"],
        tags=call.body.get("tags", {}),
        created_at=azure.now,
        sku=_inner(call, "sku", "name"),
        size_gb=snapshot.size_gb,
        source=snapshot.id,
        network_access=asked.get("networkAccessPolicy", "AllowAll"),
        more=speed | {name: asked[name] for name in DISK_OPTIONS if name in asked},
    )
    return begun(azure, call, partial(set_values, made))


def patch_disk(azure: EmulatedAzure, call: Call) -> Answer:
    """Of what can be changed only the type, while no machine runs with it."""
    refuse_locked(azure, call)
    disk = resource_asked(azure, call)
    sku = _inner(call, "sku", "name")
    if sku not in DISK_SKUS:
        raise AzureError("InvalidParameter", f"The disk SKU {sku} is not valid.")
    if isinstance(disk, Disk) and any(vm.power in ALLOCATED for vm in disk.vms):
        raise AzureError(
            "OperationNotAllowed",
            f"The type of disk '{disk.name}' can't be changed while it is attached to "
            "a running VM.",
            409,
        )
    return begun(azure, call, partial(set_values, disk, sku=sku))


def patch_storage_account(azure: EmulatedAzure, call: Call) -> Answer:
    """The access tier, at once."""
    refuse_locked(azure, call)
    account = resource_asked(azure, call)
    tier = _inner(call, "properties", "accessTier")
    if tier not in ACCESS_TIERS:
        raise AzureError("InvalidValuesForRequestParameters", f"No tier {tier}.")
    set_values(account, access_tier=tier)
    return Answer(account.listed())


def delete_resource(azure: EmulatedAzure, call: Call) -> Answer:
    """204 where there is none; refused where something has it."""
    refuse_locked(azure, call)
    subscription = _subscription(azure, call)
    found = subscription.resources.get(resource_id_of(call))
    if found is None:
        return Answer(None, status=204)
    if isinstance(found, Disk) and found.vms:
        raise AzureError(
            "OperationNotAllowed",
            f"Disk {found.name} is attached to VM {found.vms[0].id}.",
            409,
        )
    if isinstance(found, PublicIp) and (found.configuration or found.nat_gateway):
        raise AzureError(
            "PublicIPAddressCannotBeDeleted",
            f"Public IP address {found.id} can not be deleted since it is still "
            f"allocated to resource {found.configuration or found.nat_gateway}.",
        )
    return begun(azure, call, partial(_removed, subscription, found))


def _removed(subscription: EmulatedSubscription, resource: EmulatedResource) -> str:
    subscription.resources.pop(resource.id.lower(), None)
    return "Succeeded"


def set_values(thing: object, **values: Any) -> str:
    for name, value in values.items():
        setattr(thing, name, value)
    return "Succeeded"


def _inner(call: Call, *names: str) -> Any:
    found = call.body
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    if found is None:
        raise AzureError(
            "InvalidRequestContent", f"{'.'.join(names)} is missing in the request."
        )
    return found


# Changes that take their time


def begun(azure: EmulatedAzure, call: Call, do: Callable[[], str]) -> Answer:
    """202, and the address that tells how far it is. One at a time of a resource."""
    subscription, changed = _subscription(azure, call), resource_id_of(call)
    if changed in subscription.changing:
        message = "The request failed due to conflict with a concurrent request."
        raise AzureError("Conflict", message, 409)
    subscription.changing.add(changed)
    operations = subscription.operations
    number = f"{crc32(f'{call.operation} {len(operations)}'.encode()):08x}"
    operations[number] = "InProgress"

    def finish() -> None:
        subscription.changing.discard(changed)
        operations[number] = do()

    azure.later(finish)
    provider = call.path.partition("/providers/")[2].partition("/")[0]
    path = f"/subscriptions/{call.subscription_id}/providers/{provider}/locations/"
    kind = OPERATIONS_OF.get(provider.lower(), "operations")
    path += f"westeurope/{kind}/{number}?api-version=2024-01-01"
    url = azure.endpoint_url + path
    headers = {"Azure-AsyncOperation": url, "Retry-After": RETRY_AFTER}
    return Answer(None, headers, 202)


def get_operation(azure: EmulatedAzure, call: Call) -> Answer:
    """How far it is: a failed one has an error, and is answered with 200 too."""
    number = call.names["number"]
    state = _subscription(azure, call).operations.get(number)
    if state is None:
        raise AzureError("NotFound", f"The operation {number} was not found.", 404)
    if state in ("InProgress", "Succeeded"):
        return Answer({"name": number, "status": state})
    error = {"code": state, "message": f"The request failed: {state}."}
    return Answer({"name": number, "status": "Failed", "error": error})


def route(
    operation: str,
    method: str,
    answer: Callable[[EmulatedAzure, Call], Answer],
    versions: frozenset[str] | set[str],
    verb: str = "",
) -> Route:
    """An operation of one resource, such as Microsoft.Compute/disks/delete."""
    namespace, kind, *_ = operation.split("/")
    path = f"{SUBSCRIPTION}{GROUP}/providers/{re.escape(namespace)}/{kind}{NAME}{verb}"
    return Route(
        *(operation, method, path_of(path), answer, frozenset(versions)),
        namespace=namespace,
    )


def _kind(kind: type[EmulatedResource], versions: set[str]) -> list[Route]:
    """Each of a kind can be read and deleted."""
    name = kind.resource_type
    return [
        route(f"{name}/read", "GET", get_resource, versions),
        route(f"{name}/delete", "DELETE", delete_resource, versions),
    ]


def operations_route(namespace: str) -> Route:
    """How far changes of a provider are."""
    path = f"{SUBSCRIPTION}/providers/{re.escape(namespace)}/locations/[^/]+"
    kind = OPERATIONS_OF.get(namespace.lower(), "operations")
    path += f"/{kind}/(?P<number>[^/]+)"
    name = f"{namespace}/locations/{kind}/read"
    return Route(name, "GET", path_of(path), get_operation)


ROUTES = (
    route(f"{MACHINES}/read", "GET", get_machine, COMPUTE_VERSIONS),
    route(f"{MACHINES}/write", "PATCH", patch_machine, COMPUTE_VERSIONS),
    route(
        *(f"{MACHINES}/deallocate/action", "POST", deallocate, COMPUTE_VERSIONS),
        "/deallocate",
    ),
    route(f"{MACHINES}/start/action", "POST", start, COMPUTE_VERSIONS, "/start"),
    route(
        *(f"{MACHINES}/vmSizes/read", "GET", list_vm_sizes, COMPUTE_VERSIONS),
        "/vmSizes",
    ),
    *_kind(Disk, disks.VERSIONS),
    route("Microsoft.Compute/disks/write", "PATCH", patch_disk, disks.VERSIONS),
    route("Microsoft.Compute/disks/write", "PUT", put_disk, disks.VERSIONS),
    *_kind(Snapshot, disks.VERSIONS),
    route("Microsoft.Compute/snapshots/write", "PUT", put_snapshot, disks.VERSIONS),
    *_kind(PublicIp, network.VERSIONS),
    *_kind(StorageAccount, storage_accounts.VERSIONS),
    route(
        "Microsoft.Storage/storageAccounts/write",
        *("PATCH", patch_storage_account, storage_accounts.VERSIONS),
    ),
    operations_route("Microsoft.Compute"),
    operations_route("Microsoft.Network"),
)
