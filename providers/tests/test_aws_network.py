"""Elastic IPs and load balancers as they are described."""

import pytest

from core.testing.aws_emulator import (
    EmulatedAddress,
    EmulatedAws,
    EmulatedLoadBalancer,
)
from core.testing.aws_emulator.resources import CREATED
from providers.aws.client import AwsAccount
from providers.aws.provider import AwsProvider
from providers.errors import ErrorKind
from providers.records import AddressRecord, LoadBalancerRecord, ResourceRecord


def read() -> list[ResourceRecord]:
    provider = AwsProvider(AwsAccount())
    answers = list(provider.fetch_network(print))
    counted = provider.meter.requests_by_operation
    assert counted["ec2:DescribeAddresses"] == len(answers)
    assert counted["elasticloadbalancing:DescribeLoadBalancers"] >= len(answers)
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


@pytest.mark.parametrize("balancer_type", ["application", "network", "gateway"])
def test_a_load_balancer_has_its_type_and_state(
    aws: EmulatedAws, balancer_type: str
) -> None:
    aws.world().add_load_balancer(
        EmulatedLoadBalancer(
            "web", "eu-west-1", balancer_type=balancer_type, state="provisioning"
        )
    )
    (found,) = read()
    assert isinstance(found, LoadBalancerRecord)
    assert found.resource_id.startswith("arn:aws:elasticloadbalancing:eu-west-1:")
    assert (found.name, found.state, found.created_at, found.balancer_type) == (
        *("web", "provisioning", CREATED),
        balancer_type,
    )
    assert found.targets is None


def test_load_balancers_have_their_tags_of_which_20_are_asked_for_at_once(
    aws: EmulatedAws,
) -> None:
    for number in range(41):
        tags = {"team": f"team-{number}"} if number else {}
        aws.world().add_load_balancer(
            EmulatedLoadBalancer(f"lb-{number}", "eu-west-1", tags=tags)
        )
    assert {each.name: each.tags.get("team") for each in read()} == {
        f"lb-{number}": f"team-{number}" if number else None for number in range(41)
    }
    assert aws.requests["elasticloadbalancing:DescribeTags"] == 3


def test_denied_tags_are_a_warning_and_leave_all_else(aws: EmulatedAws) -> None:
    aws.world().add_load_balancer(
        EmulatedLoadBalancer("lb", "eu-west-1", tags={"team": "shop"})
    )
    aws.deny("elasticloadbalancing:DescribeTags")
    found = {
        each.region: each for each in AwsProvider(AwsAccount()).fetch_network(print)
    }
    answer = found["eu-west-1"]
    assert answer.warning and answer.warning.kind == ErrorKind.DENIED
    assert "Tags of load balancers in eu-west-1" in str(answer.warning)
    assert [(each.name, each.tags) for each in answer.resources] == [("lb", {})]
    assert found["us-east-1"].warning is None


def test_all_pages_are_read_beside_the_addresses(aws: EmulatedAws) -> None:
    for number in range(5):
        aws.world().add_load_balancer(EmulatedLoadBalancer(f"lb-{number}", "us-east-1"))
        aws.world().add_address(EmulatedAddress(f"eipalloc-{number}", "us-east-1"))
    aws.page_size["elasticloadbalancing:DescribeLoadBalancers"] = 2
    assert len(read()) == 10
    assert aws.requests["elasticloadbalancing:DescribeLoadBalancers"] == 3 + 1
    assert aws.requests["ec2:DescribeAddresses"] == 2
