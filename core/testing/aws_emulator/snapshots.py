"""DescribeSnapshots of EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.aws_emulator.pages import (
    ec2_page,
    has_tags,
    refuse_narrowed,
    tag_list,
)
from core.testing.aws_emulator.resources import EmulatedSnapshot
from core.testing.aws_emulator.wire import Answer, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws

OTHER_OWNER = "999900009999"


def describe_snapshots(aws: EmulatedAws, call: Call) -> Answer:
    """A page of this region's snapshots: of all that are public, unless they shall be
    one's own; in no order one could rely on."""
    asked = call.parameters
    refuse_narrowed(asked, "SnapshotIds", "RestorableByUserIds")
    found = [
        (call.account_id, snapshot)
        for snapshot in aws.world(call.account_id).snapshots.values()
        if snapshot.region == call.region
        and snapshot.created_at <= aws.now
        and _matches(snapshot, asked.get("Filters", []))
    ]
    if not {"self", call.account_id} & {*asked.get("OwnerIds", ())}:
        public = EmulatedSnapshot("snap-public", call.region, "vol-public")
        found.append((OTHER_OWNER, public))
    found.sort(key=lambda each: crc32(each[1].snapshot_id.encode()))
    page, token = ec2_page(aws, call, found)
    answer: dict[str, Any] = {"Snapshots": [_snapshot(*each) for each in page]}
    return answer | ({"NextToken": token} if token else {})


def _matches(snapshot: EmulatedSnapshot, filters: list[dict[str, Any]]) -> bool:
    """Of the filters only those by ids and by the value of a tag."""
    ids = {"volume-id": snapshot.volume_id, "snapshot-id": snapshot.snapshot_id}
    by_id = [each for each in filters if each["Name"] in ids]
    if any(ids[each["Name"]] not in each["Values"] for each in by_id):
        return False
    return has_tags(snapshot.tags, [each for each in filters if each not in by_id])


def _snapshot(owner_id: str, snapshot: EmulatedSnapshot) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "SnapshotId": snapshot.snapshot_id,
        "OwnerId": owner_id,
        "VolumeId": snapshot.volume_id,
        "VolumeSize": snapshot.size_gib,
        "State": snapshot.state,
        "StartTime": snapshot.created_at,
        "Progress": "100%",
        "Description": snapshot.description,
        "Encrypted": True,
        "StorageTier": snapshot.tier,
    }
    optional = {
        "FullSnapshotSizeInBytes": snapshot.full_bytes,
        "Tags": tag_list(snapshot.tags) or None,
    }
    return raw | {key: value for key, value in optional.items() if value is not None}
