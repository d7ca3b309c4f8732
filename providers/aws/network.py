"""NAT gateways and Elastic IPs: fetch, normalize."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.resources import tags_of
from providers.records import AddressRecord, NatGatewayRecord

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import AddressTypeDef, NatGatewayTypeDef

# The most that DescribeNatGateways answers in a page.
PAGE_SIZE = 1000
# It is answered for about an hour longer.
DELETED = "deleted"


def fetch_gateways_and_addresses(
    clients: AwsClients, region: str
) -> Iterator[list[NatGatewayRecord] | list[AddressRecord]]:
    """Yield each page of both. Raise ProviderError.

    An address names a network interface; where that is a gateway's, the gateway.
    """
    gateways: dict[str, str] = {}
    for page in fetch_nat_gateways(clients, region):
        for gateway in page:
            ips = gateway.public_ips.split(",")
            gateways |= dict.fromkeys(ips, gateway.resource_id)
        yield page
    for addresses in fetch_addresses(clients, region):
        yield [
            replace(one, attached_to=gateways.get(one.ip or "-", one.attached_to))
            for one in addresses
        ]


def fetch_nat_gateways(
    clients: AwsClients, region: str
) -> Iterator[list[NatGatewayRecord]]:
    """Yield each page of the region's NAT gateways. Raise ProviderError."""
    with aws_errors(f"NAT gateways in {region} (ec2:DescribeNatGateways)", region):
        paginator = clients.ec2(region).get_paginator("describe_nat_gateways")
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE_SIZE}):
            yield [
                normalize_nat_gateway(raw, region)
                for raw in page["NatGateways"]
                if raw["State"] != DELETED
            ]


def normalize_nat_gateway(raw: "NatGatewayTypeDef", region: str) -> NatGatewayRecord:
    """One gateway of an answer. Which subnets send through it is told by route
    tables."""
    tags = tags_of(raw.get("Tags", []))
    addresses = raw.get("NatGatewayAddresses", [])
    ips = {each.get("PublicIp", "") for each in addresses}
    return NatGatewayRecord(
        resource_id=raw["NatGatewayId"],
        region=region,
        state=raw["State"],
        name=tags.get("Name", ""),
        created_at=raw.get("CreateTime"),
        tags=tags,
        gateway_type=raw.get("ConnectivityType", ""),
        public_ips=",".join(sorted(ips - {""})),
        vpc_id=raw.get("VpcId", ""),
    )


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
