"""Deallocating, starting and resizing virtual machines."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from providers.acting_steps import Task, do_or_take_back
from providers.azure.azure_errors import failure
from providers.azure.client import understood
from providers.azure.compute import API_VERSION, normalize_instance, power_state
from providers.azure.resource_change import ResourceChange
from providers.errors import ErrorKind
from providers.records import InstanceRecord, ResourceRecord

MACHINES = "Microsoft.Compute/virtualMachines"
DEALLOCATE, START, WRITE = (
    f"{MACHINES}/deallocate/action",
    f"{MACHINES}/start/action",
    f"{MACHINES}/write",
)
ALLOCATED = {"running", "starting", "stopping", "stopped"}


class _MachineChange(ResourceChange):
    resource_type = MACHINES
    api_version = API_VERSION

    @property
    def expanded(self) -> Mapping[str, str]:
        return {"$expand": "instanceView"}

    def normalize(self, raw: Mapping[str, Any]) -> InstanceRecord:
        return replace(normalize_instance(raw), state=power_state(raw))

    def look(self) -> ResourceRecord | None:
        self._refuse_uniform()
        return super().look()

    def _refuse_uniform(self) -> None:
        if "/virtualmachinescalesets/" in self.action.resource_id.lower():
            raise failure(
                ErrorKind.CONFLICT,
                str(self.action),
                "it belongs to a scale set, which would start another in its place",
                "Change the scale set instead. Nothing was changed.",
            )

    def deallocate(self, task: Task) -> None:
        if self.state() in ALLOCATED:
            self.post("deallocate", task)
        self.reach("deallocated", task)

    def start(self, task: Task) -> None:
        if self.state() not in ("running", "starting"):
            self.post("start", task)
        self.reach("running", task)


class Stop(_MachineChange):
    """Deallocate it, as one that is only off inside is billed on."""

    actions = (DEALLOCATE,)

    def do(self, record: ResourceRecord, task: Task) -> str:
        self.deallocate(task)
        return "Azure deallocated the machine; its disks stay, and cost what they did."


class Start(_MachineChange):
    actions = (START,)

    def do(self, record: ResourceRecord, task: Task) -> str:
        self.start(task)
        return "Azure started the machine."


class Resize(_MachineChange):
    """Deallocated it can have any size of the region; else only what its hardware
    has."""

    actions = (WRITE, DEALLOCATE, START)

    @property
    def shall_run(self) -> bool:
        return self.action.expected.state == "running"

    def dry_run(self, record: ResourceRecord) -> str:
        sizes = self.question("vmSizes/read", f"{self.action.resource_id}/vmSizes")
        with understood(sizes):
            offered = {raw["name"].lower() for raw in self.client.values(sizes)}
        if self.action.target.lower() not in offered:
            reason = f"Azure offers no size {self.action.target!r} for it"
            raise failure(ErrorKind.INVALID, str(self.action), reason)
        return super().dry_run(record)

    def do(self, record: ResourceRecord, task: Task) -> str:
        before, target = self.action.expected.type, self.action.target
        do_or_take_back(
            lambda: self._resize(record, task), lambda: self._take_back(task)
        )
        return f"Azure changed the size from {before} to {target}."

    def _resize(self, record: ResourceRecord, task: Task) -> None:
        """It may take minutes to deallocate, after which it is looked at once more."""
        target = self.action.target
        if not self._has(record, target):
            self.deallocate(task)
            now, etag = self._with_etag()
            if not self._has(task.check_again(now), target):
                self._change_to(target, task, etag)
        if self.shall_run:
            self.start(task)

    def _take_back(self, task: Task) -> str:
        """What somebody else has made of it meanwhile stays."""
        now, _ = self._with_etag()
        if now and self._has(now, self.action.target):
            self.deallocate(task)
            _, etag = self._with_etag()
            self._change_to(self.action.expected.type, task, etag)
        if self.shall_run:
            self.start(task)
        now = self.look()
        if not isinstance(now, InstanceRecord):
            return "It is gone."
        return f"It is {now.state} as {now.instance_type}."

    def _with_etag(self) -> tuple[ResourceRecord | None, str]:
        raw = self.read(self.action.resource_id)
        with understood(self.question("read", self.action.resource_id)):
            return (self.normalize(raw), raw.get("etag", "")) if raw else (None, "")

    def _has(self, record: ResourceRecord, size: str) -> bool:
        return isinstance(record, InstanceRecord) and record.instance_type == size

    def _change_to(self, size: str, task: Task, etag: str) -> None:
        body = {"properties": {"hardwareProfile": {"vmSize": size}}}
        self.change("write", "PATCH", task, body=body, etag=etag)
