"""EBS volumes: fetch, normalize."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.resources import tags_of
from providers.records import VolumeRecord

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import VolumeTypeDef

# The most that DescribeVolumes answers in a page.
PAGE_SIZE = 1000


def fetch_volumes(clients: AwsClients, region: str) -> Iterator[list[VolumeRecord]]:
    """Yield each page of the region's volumes. Raise ProviderError."""
    with aws_errors(f"EBS volumes in {region} (ec2:DescribeVolumes)", region):
        paginator = clients.ec2(region).get_paginator("describe_volumes")
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE_SIZE}):
            yield [normalize_volume(raw, region) for raw in page["Volumes"]]


def normalize_volume(raw: "VolumeTypeDef", region: str) -> VolumeRecord:
    """One volume of an answer. io2 can be attached to several instances, and a task
    of ECS has one without an instance."""
    tags = tags_of(raw.get("Tags", []))
    holders = {
        each.get("InstanceId") or each.get("AssociatedResource", "")
        for each in raw.get("Attachments", [])
    }
    return VolumeRecord(
        resource_id=raw["VolumeId"],
        region=region,
        state=raw["State"],
        name=tags.get("Name", ""),
        created_at=raw.get("CreateTime"),
        tags=tags,
        volume_type=raw.get("VolumeType", ""),
        size_gib=raw.get("Size"),
        iops=raw.get("Iops"),
        throughput_mib=raw.get("Throughput"),
        attached_to=",".join(sorted(holders - {""})),
    )
