"""Making snapshots and volumes, changing and deleting these; ReleaseAddress."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.aws_emulator.addresses import NO_ADDRESS
from core.testing.aws_emulator.changing import found_in, refuse_dry_run
from core.testing.aws_emulator.resources import (
    EmulatedSnapshot,
    EmulatedVolume,
    Modification,
)
from core.testing.aws_emulator.volumes import NO_VOLUME
from core.testing.aws_emulator.wire import Answer, AwsError, Call

if TYPE_CHECKING:
    from datetime import datetime

    from core.testing.aws_emulator.aws import EmulatedAws

NO_SNAPSHOT = "InvalidSnapshot.NotFound"
VOLUME_TYPES = {"gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"}
MOST_TAGS = 50
RESERVED = "aws:"
# Between two changes of one volume.
HOURS_BETWEEN = 6


def create_snapshot(aws: EmulatedAws, call: Call) -> Answer:
    """It is pending for a while; to tag it is another right."""
    asked, world = call.parameters, aws.world(call.account_id)
    volume = found_in(world.volumes, call, asked["VolumeId"], NO_VOLUME)
    tags = _tags(aws, call)
    refuse_dry_run(call)
    snapshot = world.add_snapshot(
        EmulatedSnapshot(
            f"snap-{len(world.snapshots) + 1:017x}",
            *(call.region, volume.volume_id, aws.now, volume.size_gib),
            state="pending",
            description=asked.get("Description", ""),
            tags=tags,
        )
    )
    aws.later(partial(_completed, snapshot))
    return {
        "SnapshotId": snapshot.snapshot_id,
        "VolumeId": volume.volume_id,
        "State": snapshot.state,
        "StartTime": aws.now,
        "VolumeSize": volume.size_gib,
    }


def _tags(aws: EmulatedAws, call: Call) -> dict[str, str]:
    specifications = call.parameters.get("TagSpecifications", [])
    if not specifications:
        return {}
    aws.check_right(replace(call, operation="CreateTags"))
    tags: dict[str, str] = {}
    for each in specifications:
        if each["ResourceType"] != call.operation.removeprefix("Create").lower():
            raise AwsError("InvalidParameterValue", "Tag what is made")
        tags |= {tag["Key"]: tag["Value"] for tag in each["Tags"]}
    if reserved := [key for key in tags if key.lower().startswith(RESERVED)]:
        message = f"Tag keys starting with 'aws:' are reserved: {reserved}"
        raise AwsError("InvalidParameterValue", message)
    if len(tags) > MOST_TAGS:
        raise AwsError("TagLimitExceeded", f"More than {MOST_TAGS} tags")
    return tags


def _completed(snapshot: EmulatedSnapshot) -> None:
    if snapshot.state == "pending":
        snapshot.state = "completed"


def create_volume(aws: EmulatedAws, call: Call) -> Answer:
    """Of a snapshot; for the same token it is the same."""
    asked, world = call.parameters, aws.world(call.account_id)
    snapshot = found_in(world.snapshots, call, asked["SnapshotId"], NO_SNAPSHOT)
    tags = _tags(aws, call)
    refuse_dry_run(call)
    volume_id = f"vol-{crc32(asked['ClientToken'].encode()):017x}"
    made = world.volumes.get(volume_id) or world.add_volume(
        EmulatedVolume(
            *(volume_id, call.region, aws.now, asked["VolumeType"]),
            size_gib=snapshot.size_gib,
            iops=asked.get("Iops"),
            throughput_mib=asked.get("Throughput"),
            tags=tags,
        )
    )
    return {
        "VolumeId": made.volume_id,
        "AvailabilityZone": asked["AvailabilityZone"],
        "SnapshotId": snapshot.snapshot_id,
        "State": "creating",
    }


def delete_volume(aws: EmulatedAws, call: Call) -> Answer:
    """One that is attached is in use."""
    volumes = aws.world(call.account_id).volumes
    volume = found_in(volumes, call, call.parameters["VolumeId"], NO_VOLUME)
    refuse_dry_run(call)
    if volume.attached_to:
        raise AwsError(
            "VolumeInUse",
            f"Volume {volume.volume_id} is currently attached to "
            f"{', '.join(volume.attached_to)}",
        )
    volume.state = "deleting"
    aws.later(partial(_deleted, volumes, volume.volume_id))
    return {}


def _deleted(volumes: dict[str, EmulatedVolume], volume_id: str) -> None:
    volumes.pop(volume_id, None)


def modify_volume(aws: EmulatedAws, call: Call) -> Answer:
    """It serves as the new type once it optimizes, in use or not."""
    asked, world = call.parameters, aws.world(call.account_id)
    volume = found_in(world.volumes, call, asked["VolumeId"], NO_VOLUME)
    target = asked.get("VolumeType", volume.volume_type)
    if target not in VOLUME_TYPES:
        raise AwsError("InvalidParameterValue", f"Unknown volume type {target}")
    if target == "gp2" and ("Iops" in asked or "Throughput" in asked):
        message = "gp2 takes neither iops nor throughput"
        raise AwsError("InvalidParameterCombination", message)
    refuse_dry_run(call)
    _refuse_too_often(volume, aws.now)
    fields = {
        "volume_type": target,
        "iops": asked.get("Iops", 3_000 if target == "gp3" else volume.iops),
        "throughput_mib": asked.get("Throughput", 125 if target == "gp3" else None),
    }
    change = Modification(target, volume.volume_type, aws.now)
    volume.modification = change
    aws.later(partial(_modified, volume, change, fields))
    return {"VolumeModification": modification_of(volume)}


def _refuse_too_often(volume: EmulatedVolume, now: datetime) -> None:
    last = volume.modification
    if last and (now - last.began_at).total_seconds() < HOURS_BETWEEN * 3600:
        raise AwsError(
            "VolumeModificationRateExceeded",
            "You've reached the maximum modification rate per volume limit. Wait at "
            "least 6 hours between modifications per EBS volume.",
        )


def _modified(
    volume: EmulatedVolume, change: Modification, fields: dict[str, Any]
) -> None:
    change.state = "optimizing"
    for name, value in fields.items():
        setattr(volume, name, value)


def describe_volumes_modifications(aws: EmulatedAws, call: Call) -> Answer:
    """The newest change of each volume that a filter names."""
    wanted: set[str] = set()
    for each in call.parameters.get("Filters", []):
        if each["Name"] != "volume-id":
            raise AwsError("InvalidParameterValue", f"The filter {each} is invalid")
        wanted |= {*each["Values"]}
    found = aws.world(call.account_id).volumes.values()
    return {
        "VolumesModifications": [
            modification_of(volume)
            for volume in found
            if volume.volume_id in wanted and volume.modification
        ]
    }


def modification_of(volume: EmulatedVolume) -> dict[str, Any]:
    change = volume.modification
    assert change is not None
    return {
        "VolumeId": volume.volume_id,
        "ModificationState": change.state,
        "TargetVolumeType": change.target,
        "OriginalVolumeType": change.original,
        "StartTime": change.began_at,
    }


def release_address(aws: EmulatedAws, call: Call) -> Answer:
    """One that something answers at is in use."""
    addresses = aws.world(call.account_id).addresses
    address = found_in(addresses, call, call.parameters["AllocationId"], NO_ADDRESS)
    refuse_dry_run(call)
    if address.instance_id or address.interface_id:
        raise AwsError(
            "InvalidIPAddress.InUse",
            f"Address {address.ip} is in use.",
        )
    del addresses[address.allocation_id]
    return {}
