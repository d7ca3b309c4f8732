"""Elastic IPs, and load balancers with target groups: fetch, normalize."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.resources import tags_of
from providers.errors import ErrorKind, ProviderError
from providers.records import AddressRecord, LoadBalancerRecord

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import AddressTypeDef

# The most that DescribeLoadBalancers answers in a page.
PAGE_SIZE = 400
# The most that DescribeTags answers for.
TAGGED_PER_CALL = 20


def fetch_addresses(clients: AwsClients, region: str) -> Iterator[list[AddressRecord]]:
    """Yield the region's addresses, which have no pages. Raise ProviderError."""
    with aws_errors(f"Elastic IPs in {region} (ec2:DescribeAddresses)", region):
        answer = clients.ec2(region).describe_addresses()
    yield [normalize_address(raw, region) for raw in answer["Addresses"]]


def normalize_address(raw: "AddressTypeDef", region: str) -> AddressRecord:
    """One address of an answer. That of a NAT gateway or a load balancer names a
    network interface alone."""
    tags = tags_of(raw.get("Tags", []))
    attached_to = raw.get("InstanceId") or raw.get("NetworkInterfaceId")
    attached_to = attached_to or raw.get("AssociationId", "")
    return AddressRecord(
        resource_id=raw["AllocationId"],
        region=region,
        state="associated" if attached_to else "unassociated",
        name=tags.get("Name", ""),
        tags=tags,
        ip=raw.get("PublicIp") or raw.get("CarrierIp"),
        attached_to=attached_to,
    )


def fetch_load_balancers(
    clients: AwsClients, region: str
) -> Iterator[list[LoadBalancerRecord] | ProviderError]:
    """Yield the region's load balancers, and what their tags are denied with.

    Raises ProviderError where anything else fails: unread tags are not no tags.
    """
    found = [
        normalize_load_balancer(raw, region)
        for page in _pages(clients, region, PAGE_SIZE)
        for raw in page
    ]
    tags: dict[str, dict[str, str]] = {}
    try:
        for start in range(0, len(found), TAGGED_PER_CALL):
            asked = found[start : start + TAGGED_PER_CALL]
            tags |= fetch_tags(clients, region, [one.resource_id for one in asked])
    except ProviderError as error:
        if error.kind != ErrorKind.DENIED:
            raise
        yield error
    yield [replace(one, tags=tags.get(one.resource_id, {})) for one in found]


def fetch_tags(
    clients: AwsClients, region: str, arns: list[str]
) -> dict[str, dict[str, str]]:
    """Return the tags of these, at most 20. Raise ProviderError."""
    with aws_errors(
        f"Tags of load balancers in {region} (elasticloadbalancing:DescribeTags)",
        region,
    ):
        answer = clients.load_balancers(region).describe_tags(ResourceArns=arns)
    return {
        each["ResourceArn"]: tags_of(each["Tags"]) for each in answer["TagDescriptions"]
    }


def find_load_balancer(clients: AwsClients, region: str) -> list[str]:
    """Return the ARN of one load balancer, if there is any. Raise ProviderError."""
    return [raw["LoadBalancerArn"] for raw in next(_pages(clients, region, 1), [])]


def _pages(
    clients: AwsClients, region: str, size: int
) -> Iterator[list[dict[str, Any]]]:
    reading = f"Load balancers in {region} (elasticloadbalancing:DescribeLoadBalancers)"
    with aws_errors(reading, region):
        paginator = clients.load_balancers(region).get_paginator(
            "describe_load_balancers"
        )
        for page in paginator.paginate(PaginationConfig={"PageSize": size}):
            yield page["LoadBalancers"]


def normalize_load_balancer(raw: dict[str, Any], region: str) -> LoadBalancerRecord:
    """One load balancer of an answer; its targets are told by other questions."""
    return LoadBalancerRecord(
        resource_id=raw["LoadBalancerArn"],
        region=region,
        state=raw.get("State", {}).get("Code", ""),
        name=raw["LoadBalancerName"],
        created_at=raw.get("CreatedTime"),
        balancer_type=raw["Type"],
    )
