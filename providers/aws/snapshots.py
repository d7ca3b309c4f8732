"""EBS snapshots, and whether the volume of each is still there: fetch, normalize."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.resources import tags_of
from providers.aws.volumes import fetch_volumes
from providers.records import SnapshotRecord, VolumeRecord

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SnapshotTypeDef

# The most that DescribeSnapshots answers in a page.
PAGE_SIZE = 1000
# What a copy of another snapshot has in place of its volume's id.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html
NO_VOLUME = "vol-ffffffff"


def fetch_volumes_and_snapshots(
    clients: AwsClients, region: str
) -> Iterator[list[VolumeRecord] | list[SnapshotRecord]]:
    """Yield each page of both. Raise ProviderError."""
    volume_ids: set[str] = set()
    for volumes in fetch_volumes(clients, region):
        volume_ids |= {one.resource_id for one in volumes}
        yield volumes
    yield from fetch_snapshots(clients, region, volume_ids)


def fetch_snapshots(
    clients: AwsClients, region: str, volume_ids: Collection[str] = ()
) -> Iterator[list[SnapshotRecord]]:
    """Yield each page of the account's own snapshots. Raise ProviderError.

    `volume_ids` are all of the region's. Those of others would be all public ones.
    """
    with aws_errors(f"EBS snapshots in {region} (ec2:DescribeSnapshots)", region):
        paginator = clients.ec2(region).get_paginator("describe_snapshots")
        for page in paginator.paginate(
            OwnerIds=["self"], PaginationConfig={"PageSize": PAGE_SIZE}
        ):
            yield [
                normalize_snapshot(raw, region, volume_ids) for raw in page["Snapshots"]
            ]


def normalize_snapshot(
    raw: "SnapshotTypeDef", region: str, volume_ids: Collection[str]
) -> SnapshotRecord:
    """One snapshot of an answer. Each stores only the blocks that an earlier one of
    its volume lacks; AWS does not tell how many those are."""
    tags = tags_of(raw.get("Tags", []))
    volume_id = raw.get("VolumeId", "")
    source_id = "" if volume_id == NO_VOLUME else volume_id
    return SnapshotRecord(
        resource_id=raw["SnapshotId"],
        region=region,
        state=raw["State"],
        name=tags.get("Name", ""),
        created_at=raw.get("StartTime"),
        tags=tags,
        size_gib=raw.get("VolumeSize"),
        full_bytes=raw.get("FullSnapshotSizeInBytes"),
        storage_tier=raw.get("StorageTier", ""),
        is_incremental=True,
        source_id=source_id,
        source_exists=source_id in volume_ids if source_id else None,
        description=raw.get("Description", ""),
    )
