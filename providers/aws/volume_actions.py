"""Deleting EBS volumes, each after a snapshot, and changing their type."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
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
from providers.aws.client import AwsClients
from providers.aws.dry_runs import Attempt, dry_run, in_words, try_right
from providers.aws.resource_change import ResourceChange
from providers.aws.snapshots import normalize_snapshot
from providers.aws.volumes import normalize_volume
from providers.records import ResourceRecord, SnapshotRecord, VolumeRecord

NO_VOLUME, NO_SNAPSHOT = "vol-00000000000000000", "snap-00000000000000000"
# Of these types more speed than usual is ordered.
PAID_SPEED = {"gp3", "io1", "io2"}
NOT_FOUND = "InvalidVolume.NotFound"
# AWS's own tags can't be given to anything.
RESERVED_TAGS = "aws:"
# What gp3 has without being paid for it, and the most that gp2 and io1 reach.
# https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
GP3_IOPS, GP3_MOST_IOPS, GP3_MIB = 3000, 16000, 125
GP2_SMALL_GIB, GP2_MIB = 170, 250
# https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html
IO1_MOST_MIB, IO1_IOPS_PER_MIB = 500, 4
FAILED = "failed"
# An older snapshot lacks what was written since, if the volume was attached in between.
FRESH = timedelta(days=1)
NOT_BEGUN = {"", FAILED}
USABLE = {"optimizing", "completed"}


class _VolumeChange(ResourceChange):
    @property
    def volume(self) -> dict[str, str]:
        return {"VolumeId": self.action.resource_id}

    def look(self) -> ResourceRecord | None:
        raw = self.raw(self.action.resource_id)
        return normalize_volume(raw, self.region) if raw else None

    def raw(self, volume_id: str) -> Any:
        """Return the volume as EC2 has it; None: it is gone."""
        call, permission = self.ec2.describe_volumes, "ec2:DescribeVolumes"
        answer = self.ask(call, permission, missing=NOT_FOUND, VolumeIds=[volume_id])
        return answer["Volumes"][0] if answer else None

    def snapshots(self, *filters: tuple[str, str]) -> list[Any]:
        """Return the account's own, of these values of filters."""
        found: Any = self.ask(
            self.ec2.describe_snapshots,
            "ec2:DescribeSnapshots",
            OwnerIds=["self"],
            Filters=[{"Name": name, "Values": [value]} for name, value in filters],
        )
        snapshots: list[Any] = found["Snapshots"]
        return snapshots


class Delete(_VolumeChange):
    def dry_run(self, record: ResourceRecord) -> str:
        refuse_held(self.action, record)
        snapshot, delete = self.ec2.create_snapshot, self.ec2.delete_volume
        tags = self._tags(record)
        tried = [
            dry_run(
                snapshot,
                "ec2:CreateSnapshot",
                self.region,
                TagSpecifications=tags,
                **self.volume,
            ),
            dry_run(delete, "ec2:DeleteVolume", self.region, **self.volume),
        ]
        return in_words(tried)

    def do(self, record: ResourceRecord, task: Task) -> str:
        """The snapshot may take hours, after which it is looked at once more."""
        refuse_held(self.action, record)
        snapshot_id = self._fresh_snapshot(task) or self._take_snapshot(record)
        task.until(
            "until its snapshot is complete",
            lambda: self._is_complete(snapshot_id) or None,
        )
        task.progress(f"Snapshot {snapshot_id} is complete")
        now = self.look()
        if now and now.state != "deleting":
            refuse_held(self.action, task.check_again(now))
            self._delete()
        task.until("until it is deleted", lambda: self.look() is None or None)
        return f"EC2 deleted the volume; its snapshot {snapshot_id} stays."

    def _fresh_snapshot(self, task: Task) -> str:
        """Return the one that this action has begun, maybe in an earlier run."""
        since = task.options.now() - FRESH
        ids = (i for i, raw in self._own_snapshots() if raw["StartTime"] >= since)
        return next(ids, "")

    def _own_snapshots(self) -> list[tuple[str, Mapping[str, Any]]]:
        own = self.snapshots(
            (f"tag:{ACTION_TAG}", self.action.key),
            ("volume-id", self.action.resource_id),
        )
        return [(raw["SnapshotId"], raw) for raw in own]

    def _take_snapshot(self, record: ResourceRecord) -> str:
        answer = self.ask(
            self.ec2.create_snapshot,
            "ec2:CreateSnapshot",
            **self.volume,
            Description=f"Of {self.action.resource_id} before it was deleted",
            TagSpecifications=self._tags(record),
        )
        return str(answer["SnapshotId"])

    def _tags(self, record: ResourceRecord) -> list[dict[str, Any]]:
        """Those of the volume, so that whose it is stays known, and ours."""
        raw = self.raw(self.action.resource_id) or {}
        names = ("zone", "AvailabilityZone"), ("type", "VolumeType"), ("iops", "Iops")
        facts = {name: raw.get(field) for name, field in names}
        facts["throughput"] = raw.get("Throughput")
        own = {ACTION_TAG: self.action.key, VOLUME_TAG: in_tag(facts)}
        return _tag_specifications("snapshot", {**record.tags, **own})

    def restoring(self) -> CloudAction | None:
        snapshots = sorted(self._own_snapshots(), key=lambda one: one[1]["StartTime"])
        if not snapshots:
            return None
        snapshot_id, _ = snapshots[-1]
        kind = ActionKind.RESTORE_VOLUME
        return replace(self.action, key="", kind=kind, target=snapshot_id)

    def _is_complete(self, snapshot_id: str) -> bool:
        """It is listed with a delay."""
        raw = dict(self._own_snapshots()).get(snapshot_id)
        if raw and raw["State"] == "error":
            reason = raw.get("StateMessage") or "EC2 does not say why"
            raise self.conflict(
                f"the snapshot {snapshot_id} failed: {reason}",
                "The volume was not deleted: delete the snapshot and try again.",
                "ec2:CreateSnapshot",
            )
        return raw is not None and raw["State"] == "completed"

    def _delete(self) -> None:
        # It is missing when the same request, sent a second time, deleted it before.
        call, permission = self.ec2.delete_volume, "ec2:DeleteVolume"
        self.ask(call, permission, missing=NOT_FOUND, **self.volume)


class Restore(_VolumeChange):
    """Makes a volume from a snapshot, which says what the deleted one was."""

    def look(self) -> SnapshotRecord | None:
        """What is approved is the snapshot."""
        found = self.snapshots(("snapshot-id", self.action.target))
        return normalize_snapshot(found[0], self.region, ()) if found else None

    def dry_run(self, record: ResourceRecord) -> str:
        request = self._request(record)
        call = self.ec2.create_volume
        return in_words([dry_run(call, "ec2:CreateVolume", self.region, **request)])

    def do(self, record: ResourceRecord, task: Task) -> str:
        volume_id = self._made_before() or self._make(record)
        task.until("until it is available", lambda: self._is_made(volume_id) or None)
        return (
            f"EC2 made the volume {volume_id} of {self.action.target}, of the same "
            "type and tags. Its id is another one: attach it where the deleted one is "
            "missed."
        )

    def _made_before(self) -> str:
        """Return the volume that an earlier run has made; "" if it is not listed."""
        own = [{"Name": f"tag:{ACTION_TAG}", "Values": [self.action.key]}]
        answer = self.ask(self.ec2.describe_volumes, "ec2:DescribeVolumes", Filters=own)
        return next((str(raw["VolumeId"]) for raw in answer["Volumes"]), "")

    def _make(self, record: ResourceRecord) -> str:
        """By a token EC2 makes one only, for a while: then the volume is listed."""
        answer = self.ask(
            self.ec2.create_volume,
            "ec2:CreateVolume",
            ClientToken=self.action.key,
            **self._request(record),
        )
        return str(answer["VolumeId"])

    def _is_made(self, volume_id: str) -> bool:
        raw = self.raw(volume_id)
        if raw is not None and raw["State"] == "error":
            raise self.conflict(
                f"EC2 could not make the volume {volume_id}, as where the role may not "
                "use the key of its encryption",
                "Delete it, and create the volume in AWS's console.",
                "ec2:CreateVolume",
            )
        return raw is not None and raw["State"] in ("available", "in-use")

    def _request(self, record: ResourceRecord) -> dict[str, Any]:
        facts = of_tag(record.tags.get(VOLUME_TAG, ""))
        if not (facts.get("zone") and facts.get("type")):
            raise self.conflict(
                f"the snapshot {self.action.target} has no tag {VOLUME_TAG}, which "
                "says in which zone the volume was, and of which type",
                "Create the volume in AWS's console.",
            )
        tags = {k: v for k, v in record.tags.items() if k != VOLUME_TAG}
        speed = {"Iops": facts.get("iops"), "Throughput": facts.get("throughput")}
        if facts["type"] not in PAID_SPEED:
            speed = {}
        return {
            "SnapshotId": self.action.target,
            "AvailabilityZone": facts["zone"],
            "VolumeType": facts["type"],
            **{name: int(value) for name, value in speed.items() if value},
            "TagSpecifications": _tag_specifications(
                "volume", {**tags, ACTION_TAG: self.action.key}
            ),
        }


def _tag_specifications(kind: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    own = {k: v for k, v in tags.items() if not k.startswith(RESERVED_TAGS)}
    listed = [{"Key": key, "Value": value} for key, value in own.items()]
    return [{"ResourceType": kind, "Tags": listed}]


class ChangeType(_VolumeChange):
    def dry_run(self, record: ResourceRecord) -> str:
        request = self._request(record)
        call = self.ec2.modify_volume
        return in_words([dry_run(call, "ec2:ModifyVolume", self.region, **request)])

    def do(self, record: ResourceRecord, task: Task) -> str:
        before, target = self.action.expected.type, self.action.target
        if isinstance(record, VolumeRecord) and record.volume_type != target:
            if self._modification(target) in NOT_BEGUN:
                request = self._request(record)
                self.ask(self.ec2.modify_volume, "ec2:ModifyVolume", **request)
            task.until(f"until it is {target}", lambda: self._is_usable() or None)
        return f"EC2 changed the volume from {before} to {target}, in use or not."

    def _is_usable(self) -> bool:
        """It serves as the new type while EC2 still moves its blocks."""
        state = self._modification(self.action.target)
        if state == FAILED:
            reason, advice = "EC2 could not change it", "It is as it was."
            raise self.conflict(reason, advice, "ec2:ModifyVolume")
        return state in USABLE

    def _modification(self, target: str) -> str:
        """Return how far the newest change is, if it is to this type."""
        answer = self.ask(
            self.ec2.describe_volumes_modifications,
            "ec2:DescribeVolumesModifications",
            Filters=[{"Name": "volume-id", "Values": [self.action.resource_id]}],
        )
        found = answer["VolumesModifications"]
        is_to = found and found[0].get("TargetVolumeType") == target
        return str(found[0]["ModificationState"]) if is_to else ""

    def _request(self, record: ResourceRecord) -> dict[str, Any]:
        """As fast as before, which a change of the type alone does not keep."""
        target = self.action.target
        request: dict[str, Any] = {**self.volume, "VolumeType": target}
        if not isinstance(record, VolumeRecord):
            return request
        if target == "io2" and record.iops:
            return request | {"Iops": record.iops}
        return request | (_speed_as_gp3(record) if target == "gp3" else {})


def _speed_as_gp3(record: VolumeRecord) -> dict[str, int]:
    """Return what is to be paid for beside what gp3 has anyway."""
    iops, throughput = record.iops or 0, GP3_MIB
    if record.volume_type == "gp2" and (record.size_gib or 0) > GP2_SMALL_GIB:
        throughput = GP2_MIB
    if record.volume_type == "io1":
        throughput = min(IO1_MOST_MIB, round(iops / IO1_IOPS_PER_MIB))
    speed = {"Iops": min(iops, GP3_MOST_IOPS)} if iops > GP3_IOPS else {}
    return speed | ({"Throughput": throughput} if throughput > GP3_MIB else {})


def attempts(clients: AwsClients, region: str) -> Sequence[Attempt]:
    """Return the rights by which volumes are changed."""
    ec2, volume = clients.ec2(region), {"VolumeId": NO_VOLUME}

    def attempt(
        kind: ActionKind, call: Callable[..., Any], name: str, **request: Any
    ) -> Attempt:
        return name, [kind], try_right(call, name, region, **volume, **request)

    delete, change = ActionKind.DELETE_VOLUME, ActionKind.CHANGE_VOLUME_TYPE
    return [
        attempt(delete, ec2.create_snapshot, "ec2:CreateSnapshot"),
        attempt(delete, ec2.delete_volume, "ec2:DeleteVolume"),
        attempt(change, ec2.modify_volume, "ec2:ModifyVolume", VolumeType="gp3"),
        (
            "ec2:CreateVolume",
            [ActionKind.RESTORE_VOLUME],
            try_right(
                ec2.create_volume,
                "ec2:CreateVolume",
                region,
                AvailabilityZone=f"{region}a",
                SnapshotId=NO_SNAPSHOT,
            ),
        ),
    ]
