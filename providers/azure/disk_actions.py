"""Deleting managed disks, each after a snapshot, and changing their type."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from providers.acting import ActionKind, CloudAction
from providers.acting_steps import Task
from providers.approved import (
    ACTION_TAG,
    VOLUME_TAG,
    in_tag,
    of_tag,
    refuse_held,
)
from providers.azure.azure_errors import failure
from providers.azure.client import understood
from providers.azure.disks import API_VERSION, normalize_disk, normalize_snapshot
from providers.azure.resource_change import SUCCEEDED, ResourceChange
from providers.azure.resources import instant
from providers.errors import ErrorKind
from providers.records import ResourceRecord, VolumeRecord

DISKS, SNAPSHOTS = "Microsoft.Compute/disks", "Microsoft.Compute/snapshots"
COMPLETE = 100
# Who can read it over the network, and by whose key: a snapshot has it as its disk.
SHARED = (
    *("networkAccessPolicy", "publicNetworkAccess", "diskAccessId"),
    *("encryption",),
)
# What only a disk has, and a tag of its snapshot holds: word -> property.
ORDERED = {
    "tier": "tier",
    "shares": "maxShares",
    "bursting": "burstingEnabled",
}
# Ordered of these types alone; of others it follows from their size.
# https://learn.microsoft.com/rest/api/compute/disks/create-or-update
ORDERED_SPEED = {"iops": "diskIOPSReadWrite", "mbps": "diskMBpsReadWrite"}
OF_ORDERED_SPEED = ("PremiumV2_LRS", "UltraSSD_LRS")
# When it was last attached or detached.
LAST_USE = "LastOwnershipUpdateTime"


class _DiskChange(ResourceChange):
    resource_type = DISKS
    api_version = API_VERSION

    def normalize(self, raw: Mapping[str, Any]) -> VolumeRecord:
        return normalize_disk(raw)


class Delete(_DiskChange):
    actions = (
        f"{DISKS}/delete",
        f"{DISKS}/beginGetAccess/action",
        f"{SNAPSHOTS}/read",
        f"{SNAPSHOTS}/write",
    )

    def dry_run(self, record: ResourceRecord) -> str:
        refuse_held(self.action, record)
        return super().dry_run(record)

    def do(self, record: ResourceRecord, task: Task) -> str:
        """The snapshot may take long, after which the disk is looked at once more."""
        refuse_held(self.action, record)
        if self.read(self.snapshot_id) is None:
            self.change(
                f"{SNAPSHOTS}/write",
                "PUT",
                task,
                path=self.snapshot_id,
                body=self._snapshot(record),
            )
        task.until("until its snapshot is complete", self._completed)
        task.progress(f"Snapshot {self.snapshot_id} is complete")
        now = self.look()
        if now:
            refuse_held(self.action, task.check_again(now))
            self._refuse_used_since()
            self.change("delete", "DELETE", task)
        task.until("until it is deleted", lambda: self.look() is None or None)
        return f"Azure deleted the disk; its snapshot {self.snapshot_id} stays."

    @property
    def snapshot_id(self) -> str:
        """Named by the action, so that a repeated one finds it."""
        group = self.action.resource_id.lower().partition("/providers/")[0]
        return f"{group}/providers/{SNAPSHOTS}/cloudintel-{self.action.key}"

    def _snapshot(self, record: ResourceRecord) -> Mapping[str, Any]:
        """Open to whom the disk is open, as Azure's default is every network, and
        encrypted by its key."""
        own = self._properties(self.action.resource_id)
        return {
            "location": record.region,
            "tags": {
                **record.tags,
                ACTION_TAG: self.action.key,
                VOLUME_TAG: in_tag(self._made_as()),
            },
            "properties": {
                **{name: own[name] for name in SHARED if name in own},
                "incremental": True,
                "creationData": {
                    "createOption": "Copy",
                    "sourceResourceId": self.action.resource_id,
                },
            },
        }

    def _made_as(self) -> Mapping[str, object]:
        raw: Any = self.read(self.action.resource_id) or {}
        properties = raw.get("properties", {})
        sku = raw.get("sku", {}).get("name", "")
        return {
            "sku": sku,
            "zones": ",".join(raw.get("zones") or ()),
            **{word: properties.get(name) for word, name in _ordered(sku).items()},
        }

    def restoring(self) -> CloudAction | None:
        if self.read(self.snapshot_id) is None:
            return None
        target = self.snapshot_id.rpartition("/")[2]
        kind = ActionKind.RESTORE_VOLUME
        return replace(self.action, key="", kind=kind, target=target)

    def _completed(self) -> bool | None:
        properties = (self.read(self.snapshot_id) or {}).get("properties", {})
        state = str(properties.get("provisioningState", "")).lower()
        if state in ("failed", "canceled"):
            raise failure(
                ErrorKind.CONFLICT,
                f"{self.action} ({SNAPSHOTS}/write)",
                f"the snapshot {self.snapshot_id} {state}",
                "The disk was not deleted: delete the snapshot and try again.",
            )
        is_whole = properties.get("completionPercent", COMPLETE) >= COMPLETE
        return (state == SUCCEEDED and is_whole) or None

    def _refuse_used_since(self) -> None:
        """Its snapshot may be of an earlier run, and lack what was written since."""
        disk = self._properties(self.action.resource_id)
        snapshot = self._properties(self.snapshot_id)
        with understood(self.question("read", self.action.resource_id)):
            used_at = instant(disk.get(LAST_USE))
            taken_at = instant(snapshot["timeCreated"])
            is_used = bool(used_at and taken_at and used_at > taken_at)
        if is_used:
            raise failure(
                ErrorKind.CHANGED,
                str(self.action),
                f"it was attached after its snapshot {self.snapshot_id} was taken",
                "The disk was not deleted: look at it, and propose the action again.",
            )

    def _properties(self, resource_id: str) -> Mapping[str, Any]:
        raw: Any = self.read(resource_id)
        with understood(self.question("read", resource_id)):
            found: Mapping[str, Any] = raw["properties"]
            return found


class Restore(_DiskChange):
    """Recreates the disk, of its name, from a snapshot that says what it was."""

    # A snapshot is read by the right to read disks.
    # https://github.com/kubernetes/kubernetes/issues/93020
    actions = (
        f"{DISKS}/write",
        f"{DISKS}/beginGetAccess/action",
        f"{SNAPSHOTS}/read",
    )

    @property
    def snapshot_id(self) -> str:
        group = self.action.resource_id.lower().partition("/providers/")[0]
        return f"{group}/providers/{SNAPSHOTS}/{self.action.target}"

    def look(self) -> ResourceRecord | None:
        """What is approved is the snapshot."""
        raw = self.read(self.snapshot_id)
        if raw is None:
            return None
        with understood(self.question("read", self.snapshot_id)):
            return normalize_snapshot(raw, (), self.client.account.scope)

    def dry_run(self, record: ResourceRecord) -> str:
        self._is_there()
        return super().dry_run(record)

    def do(self, record: ResourceRecord, task: Task) -> str:
        if not self._is_there():
            self.change("write", "PUT", task, body=self._disk(record))
        task.until("until it is there", lambda: self._is_there() or None)
        return f"Azure recreated the disk from its snapshot {self.action.target}."

    def _is_there(self) -> bool:
        """Raise ProviderError where another disk has its name by now."""
        raw: Any = self.read(self.action.resource_id)
        if raw is None:
            return False
        with understood(self.question("read", self.action.resource_id)):
            made_from = raw["properties"]["creationData"].get("sourceResourceId") or ""
        if made_from.lower() != self.snapshot_id.lower():
            raise failure(
                ErrorKind.CONFLICT,
                str(self.action),
                "a disk of that name is there, which was not made from the snapshot "
                f"{self.action.target}",
                "Nothing was changed: make a disk of another name in Azure's portal.",
            )
        return True

    def _disk(self, record: ResourceRecord) -> Mapping[str, Any]:
        facts = of_tag(record.tags.get(VOLUME_TAG, ""))
        own = {ACTION_TAG, VOLUME_TAG}
        read: Any = self.read(self.snapshot_id) or {}
        snapshot = read.get("properties", {})
        zones = {"zones": facts["zones"].split(",")} if "zones" in facts else {}
        sku = {"sku": {"name": facts["sku"]}} if "sku" in facts else {}
        return {
            "location": record.region,
            "tags": {k: v for k, v in record.tags.items() if k not in own},
            **zones,
            **sku,
            "properties": {
                **{name: snapshot[name] for name in SHARED if name in snapshot},
                **{
                    name: _as_ordered(facts[word])
                    for word, name in _ordered(facts.get("sku", "")).items()
                    if word in facts
                },
                "creationData": {
                    "createOption": "Copy",
                    "sourceResourceId": self.snapshot_id,
                },
            },
        }


def _ordered(sku: str) -> Mapping[str, str]:
    return ORDERED | ORDERED_SPEED if sku in OF_ORDERED_SPEED else ORDERED


def _as_ordered(text: str) -> object:
    """Return a number, a truth, or the name of a tier."""
    if text.isdecimal():
        return int(text)
    return text == "True" if text in ("True", "False") else text


class ChangeType(_DiskChange):
    actions = (f"{DISKS}/write",)

    def do(self, record: ResourceRecord, task: Task) -> str:
        before, target = self.action.expected.type, self.action.target
        if isinstance(record, VolumeRecord) and record.volume_type != target:
            self.change("write", "PATCH", task, body={"sku": {"name": target}})
        task.until(f"until it is {target}", lambda: self._is_changed() or None)
        return f"Azure changed the disk from {before} to {target}."

    def _is_changed(self) -> bool:
        record = self.look()
        if not isinstance(record, VolumeRecord):
            return False
        return record.volume_type == self.action.target
