"""NAT gateways and Elastic IPs as they are described."""

import pytest

from core.testing.aws_emulator import (
    EmulatedAddress,
    EmulatedAws,
    EmulatedNatGateway,
)
from core.testing.aws_emulator.resources import CREATED
from providers.aws.client import AwsAccount
from providers.aws.provider import AwsProvider
from providers.records import AddressRecord, NatGatewayRecord, ResourceRecord


def read() -> list[ResourceRecord]:
    provider = AwsProvider(AwsAccount())
    answers = list(provider.fetch_network(print))
    counted = provider.meter.requests_by_operation
    assert counted["ec2:DescribeAddresses"] == len(answers)
    return [each for answer in answers for each in answer.resources]


@pytest.mark.parametrize(
    ("holder", "attached_to", "state"),
    [
        ({"instance_id": "i-1"}, "i-1", "associated"),
        ({"interface_id": "eni-nat"}, "eni-nat", "associated"),
        ({}, "", "unassociated"),
    ],
)
def test_an_address_says_what_answers_there(
    aws: EmulatedAws, holder: dict[str, str], attached_to: str, state: str
) -> None:
    aws.world().add_address(
        EmulatedAddress(
            *("eipalloc-1", "eu-west-1", "203.0.113.7"), **holder, tags={"Name": "vpn"}
        )
    )
    assert read() == [
        AddressRecord(
            resource_id="eipalloc-1",
            region="eu-west-1",
            state=state,
            name="vpn",
            tags={"Name": "vpn"},
            ip="203.0.113.7",
            attached_to=attached_to,
        )
    ]


def test_a_gateway_has_its_network_and_the_addresses_that_it_sends_from(
    aws: EmulatedAws,
) -> None:
    addresses = {"eipalloc-2": "203.0.113.8", "eipalloc-1": "203.0.113.7"}
    aws.world().add_nat_gateway(
        EmulatedNatGateway(
            *("nat-1", "eu-west-1"), addresses=addresses, tags={"Name": "out"}
        )
    )
    gateway, *held = read()
    assert gateway == NatGatewayRecord(
        resource_id="nat-1",
        region="eu-west-1",
        state="available",
        name="out",
        created_at=CREATED,
        tags={"Name": "out"},
        gateway_type="public",
        public_ips="203.0.113.7,203.0.113.8",
        vpc_id="vpc-0a1b2c3d",
    )
    for one in held:
        assert isinstance(one, AddressRecord)
        assert (one.state, one.attached_to) == ("associated", "nat-1")


def test_a_private_gateway_has_no_address_and_a_deleted_one_is_gone(
    aws: EmulatedAws,
) -> None:
    world = aws.world()
    world.add_nat_gateway(EmulatedNatGateway("nat-1", "eu-west-1", state="deleted"))
    world.add_nat_gateway(
        EmulatedNatGateway("nat-2", "eu-west-1", connectivity="private", state="failed")
    )
    (gateway,) = read()
    assert isinstance(gateway, NatGatewayRecord)
    assert (gateway.resource_id, gateway.state) == ("nat-2", "failed")
    assert (gateway.gateway_type, gateway.public_ips) == ("private", "")


def test_all_pages_of_gateways_are_read_beside_the_addresses(aws: EmulatedAws) -> None:
    for number in range(5):
        aws.world().add_nat_gateway(EmulatedNatGateway(f"nat-{number}", "us-east-1"))
        aws.world().add_address(EmulatedAddress(f"eipalloc-{number}", "us-east-1"))
    aws.page_size["ec2:DescribeNatGateways"] = 2
    assert len(read()) == 10
    assert aws.requests["ec2:DescribeNatGateways"] == 3 + 1
    assert aws.requests["ec2:DescribeAddresses"] == 2
