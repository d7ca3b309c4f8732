"""Virtual machines and scale sets: what they are, and when they ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

CREATED = datetime(2026, 1, 1, 8, 30, 15, 275561, tzinfo=UTC)
# What costs money: the hardware is held, whatever the system in it does.
ALLOCATED = ("running", "starting", "stopping", "stopped")
# The points of metrics come from these.
AT_WORK = ("running", "starting", "stopping")


def guid(seed: str) -> str:
    """A GUID, the same each time."""
    return str(uuid5(NAMESPACE_URL, seed))


@dataclass
class EmulatedVm:
    """One machine. Times are aware datetimes."""

    subscription_id: str
    name: str
    group: str = "Shop-RG"  # mixed case, and each API has its own
    location: str = "westeurope"
    size: str = "Standard_D2s_v5"
    # As after "PowerState/"; None: Azure does not say.
    power: str | None = "running"
    provisioning: str = "succeeded"  # "failed/AllocationFailed" has a third part
    os_type: str = "Linux"
    priority: str = "Regular"
    license_type: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    zones: list[str] = field(default_factory=list)
    created_at: datetime = CREATED
    # The machine holds its hardware until then; None follows the state.
    deallocated_at: datetime | None = None
    # When it ran, [start, end); None derives it from the times above.
    runs: list[tuple[datetime, datetime | None]] | None = None
    # A constant load; None leaves it to the shape of days.
    cpu_percent: float | None = None
    memory_percent: float = 40.0
    network_bytes_a_minute_and_percent: float = 20_000.0
    # "plain" or "status": the one of the two lists that does not have it (yet).
    missing_from: str = ""
    metric_error: str = ""  # what its metrics' errorCode is instead of Success
    scale_set: ScaleSet | None = field(default=None, repr=False)
    instance_id: str = ""  # of a uniform scale set

    @property
    def id(self) -> str:
        """Its resource id as it was created."""
        base = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
        if self.instance_id and self.scale_set:
            return f"{self.scale_set.id}/virtualMachines/{self.instance_id}"
        return f"{base}/providers/Microsoft.Compute/virtualMachines/{self.name}"

    @property
    def kind(self) -> str:
        """Its resource type, which is the namespace of its metrics."""
        if self.instance_id:
            return "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"
        return "Microsoft.Compute/virtualMachines"

    @property
    def is_windows(self) -> bool:
        return self.os_type == "Windows"

    def running_periods(self) -> list[tuple[datetime, datetime | None]]:
        """When it ran: one that is deallocated at an unknown time never did."""
        if self.runs is not None:
            return self.runs
        if self.power in (None, *AT_WORK):
            return [(self.created_at, None)]
        until = self.deallocated_at
        return [(self.created_at, until)] if until else []

    def charged_as(self) -> dict[str, Any]:
        """What its charges say of it."""
        return {
            "subscription_id": self.subscription_id,
            "resource_id": self.scale_set.id
            if self.instance_id and self.scale_set
            else self.id,
            "resource_group": self.group,
            "location": self.location,
            "tags": dict(self.tags),
        }


@dataclass
class ScaleSet:
    """A scale set, whose uniform instances are in no list of machines."""

    subscription_id: str
    name: str
    group: str = "Shop-RG"
    location: str = "westeurope"
    size: str = "Standard_D2s_v5"
    mode: str = "Uniform"  # or Flexible
    capacity: int = 0
    tags: dict[str, str] = field(default_factory=dict)
    instances: dict[str, EmulatedVm] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its resource id as it was created."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
            f"/providers/Microsoft.Compute/virtualMachineScaleSets/{self.name}"
        )

    def make_instance(self, number: int) -> EmulatedVm:
        """Its next machine."""
        uniform = self.mode == "Uniform"
        return EmulatedVm(
            self.subscription_id,
            f"{self.name}_{number if uniform else guid(f'{self.id}{number}')[:8]}",
            group=self.group,
            location=self.location,
            size=self.size,
            tags=dict(self.tags),
            scale_set=self,
            instance_id=str(number) if uniform else "",
        )
