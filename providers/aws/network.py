"""Elastic IPs, and load balancers with target groups: fetch, normalize."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.resources import tags_of
from providers.records import AddressRecord, LoadBalancerRecord

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import AddressTypeDef

# The most that DescribeLoadBalancers answers in a page.
PAGE_SIZE = 400


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
) -> Iterator[list[LoadBalancerRecord]]:
    """Yield each page of the region's load balancers. Raise ProviderError."""
    reading = f"Load balancers in {region} (elasticloadbalancing:DescribeLoadBalancers)"
    with aws_errors(reading, region):
        paginator = clients.load_balancers(region).get_paginator(
            "describe_load_balancers"
        )
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE_SIZE}):
            yield [
                normalize_load_balancer(raw, region) for raw in page["LoadBalancers"]
            ]


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
