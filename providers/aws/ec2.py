"""EC2 instances, region by region: fetch, normalize."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.regions import read_regions
from providers.aws.resources import tags_of
from providers.base import Progress
from providers.errors import ProviderError
from providers.records import (
    DETAILED,
    ON_DEMAND,
    InstanceRecord,
    RegionResources,
)
from providers.side_by_side import side_by_side

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef, InstanceTypeDef

# The most that DescribeInstances answers in a page.
PAGE_SIZE = 1000
# The most values of one filter are 200.
TYPES_PER_CALL = 100
# How price lists name what is not licensed at all.
LINUX = {"Linux/UNIX": "Linux"}
TENANCIES = {"default": "Shared", "dedicated": "Dedicated", "host": "Host"}
# "pending" and "disabling" are on the way to what they become.
MONITORING = {
    **{"enabled": DETAILED, "pending": DETAILED},
    **{"disabled": "basic", "disabling": "basic"},
}


def fetch_instances(
    clients: AwsClients, progress: Progress
) -> Iterator[RegionResources]:
    """Return each region's instances, regions read side by side.

    A region that can't be read carries its error; others are not touched by it.
    Raises ProviderError when not even the regions are known.
    """
    return read_regions(clients, progress, _read_region)


def _read_region(clients: AwsClients, region: str) -> Iterator[str | RegionResources]:
    instances: list[InstanceRecord] = []
    try:
        for page in _pages(clients, region):
            instances += page
            yield f"{region}: {len(instances)} instances"
    except ProviderError as error:
        yield RegionResources(region, error=error)
        return
    try:
        sizes = _fetch_sizes(clients, region, instances)
    except ProviderError as error:
        yield RegionResources(region, instances, warning=error)
        return
    for index, record in enumerate(instances):
        vcpus, memory_mib = sizes.get(record.instance_type, (None, None))
        instances[index] = replace(record, vcpus=vcpus, memory_mib=memory_mib)
    yield RegionResources(region, instances)


def _pages(clients: AwsClients, region: str) -> Iterator[list[InstanceRecord]]:
    reading = f"EC2 instances in {region} (ec2:DescribeInstances)"
    with aws_errors(reading, region):
        paginator = clients.ec2(region).get_paginator("describe_instances")
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE_SIZE}):
            yield [
                normalize_instance(raw, region)
                for reservation in page["Reservations"]
                for raw in reservation["Instances"]
            ]


def try_instances(clients: AwsClients, regions: Sequence[str]) -> list[ProviderError]:
    """Ask each region for a few instances; return how those fail that do."""
    jobs = [partial(_try_region, clients, region) for region in regions]
    return list(side_by_side(jobs, clients.options.region_workers))


def _try_region(clients: AwsClients, region: str) -> Iterator[ProviderError]:
    try:
        with aws_errors(f"EC2 instances in {region} (ec2:DescribeInstances)", region):
            clients.ec2(region).describe_instances(MaxResults=5)
    except ProviderError as error:
        yield error


def try_instance_types(clients: AwsClients, region: str) -> None:
    """Ask for a few instance types. Raise ProviderError."""
    with aws_errors(f"Instance types in {region} (ec2:DescribeInstanceTypes)", region):
        clients.ec2(region).describe_instance_types(MaxResults=5)


def normalize_instance(raw: "InstanceTypeDef", region: str) -> InstanceRecord:
    """One instance of an answer. Terminated ones lack most of what others have."""
    tags = tags_of(raw.get("Tags", []))
    billed_as = raw.get("PlatformDetails", "")
    placement = raw.get("Placement", {})
    return InstanceRecord(
        resource_id=raw["InstanceId"],
        region=region,
        state=raw["State"]["Name"],
        instance_type=raw.get("InstanceType", ""),
        name=tags.get("Name", ""),
        platform=raw.get("Platform", ""),
        operating_system=LINUX.get(billed_as, billed_as),
        tenancy=TENANCIES.get(placement.get("Tenancy", ""), ""),
        paid_anyway=_paid_anyway(raw),
        monitoring=MONITORING.get(raw.get("Monitoring", {}).get("State", ""), ""),
        lifecycle=raw.get("InstanceLifecycle", ON_DEMAND),
        availability_zone=placement.get("AvailabilityZone", ""),
        image_id=raw.get("ImageId", ""),
        vpc_id=raw.get("VpcId", ""),
        private_ip=raw.get("PrivateIpAddress"),
        public_ip=raw.get("PublicIpAddress"),
        launched_at=raw.get("LaunchTime"),
        tags=tags,
    )


def _paid_anyway(raw: "InstanceTypeDef") -> str:
    if raw.get("Placement", {}).get("Tenancy") == "host":
        return "dedicated host"
    return "capacity reservation" if raw.get("CapacityReservationId") else ""


def _fetch_sizes(
    clients: AwsClients, region: str, instances: Sequence[InstanceRecord]
) -> Mapping[str, tuple[int, int]]:
    """(vCPUs, MiB of memory) of each type in use there that EC2 describes.

    By filter, as one name that is unknown there makes a list of names fail as a whole.
    """
    types = sorted({record.instance_type for record in instances} - {""})
    sizes: dict[str, tuple[int, int]] = {}
    with aws_errors(f"Instance types in {region} (ec2:DescribeInstanceTypes)", region):
        paginator = clients.ec2(region).get_paginator("describe_instance_types")
        for start in range(0, len(types), TYPES_PER_CALL):
            asked = types[start : start + TYPES_PER_CALL]
            by_name: FilterTypeDef = {"Name": "instance-type", "Values": asked}
            for page in paginator.paginate(Filters=[by_name]):
                for raw in page["InstanceTypes"]:
                    sizes[raw["InstanceType"]] = (
                        raw["VCpuInfo"]["DefaultVCpus"],
                        raw["MemoryInfo"]["SizeInMiB"],
                    )
    return sizes
