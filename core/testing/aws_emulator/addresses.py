"""DescribeAddresses of EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.changing import found_in
from core.testing.aws_emulator.pages import refuse_narrowed, tag_list
from core.testing.aws_emulator.wire import Answer, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import EmulatedAddress

NO_ADDRESS = "InvalidAllocationID.NotFound"


def describe_addresses(aws: EmulatedAws, call: Call) -> Answer:
    """All addresses of this region: AWS has no pages of them."""
    refuse_narrowed(call.parameters, "Filters", "PublicIps")
    addresses = aws.world(call.account_id).addresses
    found = [each for each in addresses.values() if each.region == call.region]
    if ids := call.parameters.get("AllocationIds"):
        found = [found_in(addresses, call, each, NO_ADDRESS) for each in ids]
    return {"Addresses": [_address(each, call.account_id) for each in found]}


def _address(address: EmulatedAddress, account_id: str) -> dict[str, Any]:
    """Without an association where there is none: AWS leaves these names out."""
    raw: dict[str, Any] = {
        "AllocationId": address.allocation_id,
        "PublicIp": address.ip,
        "PublicIpv4Pool": "amazon",
        "Domain": "vpc",
        "NetworkBorderGroup": address.region,
    }
    if address.tags:
        raw["Tags"] = tag_list(address.tags)
    if address.instance_id:
        raw["InstanceId"] = address.instance_id
    if address.instance_id or address.interface_id:
        suffix = address.allocation_id.removeprefix("eipalloc-")
        raw["AssociationId"] = f"eipassoc-{suffix}"
        raw["NetworkInterfaceId"] = address.interface_id or f"eni-{suffix}"
        raw["NetworkInterfaceOwnerId"] = account_id
        raw["PrivateIpAddress"] = "10.0.0.10"
    return raw
