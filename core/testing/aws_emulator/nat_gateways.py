"""DescribeNatGateways of EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.pages import ec2_page, refuse_narrowed, tag_list
from core.testing.aws_emulator.wire import Answer, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import EmulatedNatGateway


def describe_nat_gateways(aws: EmulatedAws, call: Call) -> Answer:
    """A page of this region's gateways, deleted ones too."""
    asked = call.parameters
    refuse_narrowed(asked, "Filter", "NatGatewayIds")
    found = [
        gateway
        for gateway in aws.world(call.account_id).nat_gateways.values()
        if gateway.region == call.region and gateway.created_at <= aws.now
    ]
    page, token = ec2_page(aws, call, found)
    answer: dict[str, Any] = {"NatGateways": [_gateway(each) for each in page]}
    return answer | ({"NextToken": token} if token else {})


def _gateway(gateway: EmulatedNatGateway) -> dict[str, Any]:
    """A private one has an address without a public IP."""
    addresses = [
        {
            "AllocationId": allocation_id,
            "NetworkInterfaceId": f"eni-{allocation_id.removeprefix('eipalloc-')}",
            "PrivateIp": "10.0.0.20",
            "PublicIp": ip,
            "IsPrimary": not number,
            "Status": "succeeded",
        }
        for number, (allocation_id, ip) in enumerate(gateway.addresses.items())
    ]
    raw: dict[str, Any] = {
        "NatGatewayId": gateway.gateway_id,
        "State": gateway.state,
        "ConnectivityType": gateway.connectivity,
        "CreateTime": gateway.created_at,
        "SubnetId": "subnet-0a1b2c3d",
        "VpcId": "vpc-0a1b2c3d",
        "NatGatewayAddresses": addresses
        or [{"NetworkInterfaceId": "eni-private", "PrivateIp": "10.0.0.20"}],
    }
    return raw | ({"Tags": tag_list(gateway.tags)} if gateway.tags else {})
