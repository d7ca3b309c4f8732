"""DescribeVolumes of EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.aws_emulator.changing import found_in
from core.testing.aws_emulator.pages import ec2_page, has_tags, tag_list
from core.testing.aws_emulator.wire import Answer, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import EmulatedVolume

NO_VOLUME = "InvalidVolume.NotFound"


def describe_volumes(aws: EmulatedAws, call: Call) -> Answer:
    """A page of this region's volumes, in no order one could rely on."""
    asked = call.parameters
    volumes = aws.world(call.account_id).volumes
    found = [
        volume
        for volume in volumes.values()
        if volume.region == call.region
        and volume.created_at <= aws.now
        and has_tags(volume.tags, asked.get("Filters", []))
    ]
    if ids := asked.get("VolumeIds"):
        found = [found_in(volumes, call, each, NO_VOLUME) for each in ids]
    found.sort(key=lambda each: crc32(each.volume_id.encode()))
    page, token = ec2_page(aws, call, found)
    answer: dict[str, Any] = {"Volumes": [_volume(volume) for volume in page]}
    return answer | ({"NextToken": token} if token else {})


def _volume(volume: EmulatedVolume) -> dict[str, Any]:
    state = volume.state or ("in-use" if volume.attached_to else "available")
    attachments = [
        {
            "VolumeId": volume.volume_id,
            "InstanceId": instance_id,
            "Device": "/dev/xvda",
            "State": "attached",
            "AttachTime": volume.created_at,
            "DeleteOnTermination": False,
        }
        for instance_id in volume.attached_to
    ]
    raw: dict[str, Any] = {
        "VolumeId": volume.volume_id,
        "Size": volume.size_gib,
        "SnapshotId": "",
        "AvailabilityZone": f"{volume.region}a",
        "State": state,
        "CreateTime": volume.created_at,
        "Attachments": attachments,
        "VolumeType": volume.volume_type,
        "MultiAttachEnabled": len(attachments) > 1,
        "Encrypted": True,
    }
    optional = {
        "Iops": volume.iops,
        "Throughput": volume.throughput_mib,
        "Tags": tag_list(volume.tags) or None,
    }
    return raw | {key: value for key, value in optional.items() if value is not None}
