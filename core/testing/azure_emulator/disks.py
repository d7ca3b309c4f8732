"""Microsoft.Compute's managed disks and their snapshots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from core.testing.azure_emulator.compute import seven_decimals, upper_group
from core.testing.azure_emulator.machines import EmulatedVm, guid
from core.testing.azure_emulator.resources import EmulatedResource, list_route

VERSIONS = {"2022-07-02", "2023-04-02", "2023-10-02", "2024-03-02", "2025-01-02"}


@dataclass
class Disk(EmulatedResource):
    """A disk, which is attached to no machine, to one, or to several."""

    resource_type: ClassVar[str] = "Microsoft.Compute/disks"

    vms: list[EmulatedVm] = field(default_factory=list)
    # Such as ActiveSAS; "" follows from its machines: Reserved where one is off.
    state: str = ""
    sku: str = "Premium_LRS"
    size_gb: int = 128
    iops: int = 500
    mbps: int = 100
    network_access: str = "AllowAll"
    detached_at: datetime | None = None  # None: nothing ever had it
    source: str = ""  # the id of the snapshot that it was made from
    # What Azure tells of some disks only: encryption, tier, maxShares...
    more: dict[str, Any] = field(default_factory=dict)

    def listed(self) -> dict[str, Any]:
        """Its ids have the group in upper case."""
        entry = super().listed() | {
            "id": upper_group(self.id),
            "sku": {"name": self.sku, "tier": self.sku.partition("_")[0]},
        }
        holders = [upper_group(vm.id) for vm in self.vms]
        if len(holders) > 1:
            entry["managedByExtended"] = holders
        elif holders:
            entry["managedBy"] = holders[0]
        return entry

    def properties(self) -> dict[str, Any]:
        used = self.detached_at
        origin = {"createOption": "Empty"}
        if self.source:
            source = upper_group(self.source)
            origin = {"createOption": "Copy", "sourceResourceId": source}
        return ({"LastOwnershipUpdateTime": seven_decimals(used)} if used else {}) | {
            "creationData": origin,
            "diskSizeGB": self.size_gb,
            "diskSizeBytes": self.size_gb * 2**30,
            "diskIOPSReadWrite": self.iops,
            "diskMBpsReadWrite": self.mbps,
            "diskState": self.state or self._state_by_machines(),
            "networkAccessPolicy": self.network_access,
            "timeCreated": seven_decimals(self.created_at),
            "provisioningState": "Succeeded",
            "uniqueId": guid(self.id),
            **self.more,
        }

    def _state_by_machines(self) -> str:
        if not self.vms:
            return "Unattached"
        is_held = all(vm.power == "deallocated" for vm in self.vms)
        return "Reserved" if is_held else "Attached"


@dataclass
class Snapshot(EmulatedResource):
    """A copy of a disk, which stays when the disk goes."""

    resource_type: ClassVar[str] = "Microsoft.Compute/snapshots"

    source: str = ""  # the id of a disk, or of another snapshot
    sku: str = "Standard_LRS"
    size_gb: int = 128
    incremental: bool = True
    provisioning: str = "Succeeded"
    network_access: str = "AllowAll"
    encryption: dict[str, str] = field(default_factory=dict)

    def listed(self) -> dict[str, Any]:
        return super().listed() | {"sku": {"name": self.sku, "tier": "Standard"}}

    def properties(self) -> dict[str, Any]:
        """Its disk's id has the group in upper case; that of a blob has no id."""
        origin = {"createOption": "Import"}
        if self.source:
            source = upper_group(self.source)
            origin = {"createOption": "Copy", "sourceResourceId": source}
        return {
            "creationData": origin,
            "diskSizeGB": self.size_gb,
            "diskState": "Unattached",  # of every snapshot
            "networkAccessPolicy": self.network_access,
            "incremental": self.incremental,
            "timeCreated": seven_decimals(self.created_at),
            "provisioningState": self.provisioning,
            "uniqueId": guid(self.id),
            **({"encryption": self.encryption} if self.encryption else {}),
        }


ROUTES = (list_route(Disk, VERSIONS), list_route(Snapshot, VERSIONS))
