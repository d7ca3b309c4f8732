"""Load balancers as they are described, with tags and targets."""

import pytest

from core.testing.aws_emulator import EmulatedAws, EmulatedLoadBalancer
from core.testing.aws_emulator.resources import CREATED
from providers.aws import load_balancers
from providers.aws.client import AwsAccount
from providers.aws.provider import AwsProvider
from providers.errors import ErrorKind
from providers.records import LoadBalancerRecord, RegionResources

REGION = "eu-west-1"


def read() -> RegionResources:
    found = {
        each.region: each for each in AwsProvider(AwsAccount()).fetch_network(print)
    }
    assert found["us-east-1"].warning is None
    return found[REGION]


def read_one() -> LoadBalancerRecord:
    (found,) = read().resources
    assert isinstance(found, LoadBalancerRecord)
    return found


@pytest.mark.parametrize("balancer_type", ["application", "network", "gateway"])
def test_a_load_balancer_has_its_type_and_state(
    aws: EmulatedAws, balancer_type: str
) -> None:
    aws.world().add_load_balancer(
        EmulatedLoadBalancer(
            "web", "eu-west-1", balancer_type=balancer_type, state="provisioning"
        )
    )
    found = read_one()
    assert found.resource_id.startswith("arn:aws:elasticloadbalancing:eu-west-1:")
    assert (found.name, found.state, found.created_at, found.balancer_type) == (
        *("web", "provisioning", CREATED),
        balancer_type,
    )
    assert (found.targets, found.healthy_targets) == (0, 0)


def test_load_balancers_have_their_tags_of_which_20_are_asked_for_at_once(
    aws: EmulatedAws,
) -> None:
    for number in range(41):
        tags = {"team": f"team-{number}"} if number else {}
        aws.world().add_load_balancer(
            EmulatedLoadBalancer(f"lb-{number}", REGION, tags=tags)
        )
    assert {each.name: each.tags.get("team") for each in read().resources} == {
        f"lb-{number}": f"team-{number}" if number else None for number in range(41)
    }
    assert aws.requests["elasticloadbalancing:DescribeTags"] == 3


@pytest.mark.parametrize("balancer_type", ["application", "classic"])
def test_denied_tags_are_a_warning_and_leave_all_else(
    aws: EmulatedAws, balancer_type: str
) -> None:
    aws.world().add_load_balancer(
        EmulatedLoadBalancer(
            "lb", REGION, balancer_type=balancer_type, tags={"team": "shop"}
        )
    )
    aws.deny("elasticloadbalancing:DescribeTags")
    answer = read()
    assert answer.warning and answer.warning.kind == ErrorKind.DENIED
    assert "load balancers in eu-west-1" in str(answer.warning)
    assert [(each.name, each.tags) for each in answer.resources] == [("lb", {})]


def test_a_target_is_counted_once_and_well_where_one_of_its_groups_finds_it_so(
    aws: EmulatedAws,
) -> None:
    groups = {
        "http": {"i-1": "healthy", "i-2": "unhealthy", "i-3": "initial"},
        "https": {"i-1": "unhealthy", "i-2": "healthy", "i-3": "unavailable"},
        "old": {"i-4": "draining"},
    }
    aws.world().add_load_balancer(EmulatedLoadBalancer("lb", REGION, targets=groups))
    found = read_one()
    assert (found.targets, found.healthy_targets) == (3, 2)
    assert aws.requests["elasticloadbalancing:DescribeTargetHealth"] == 3


def test_a_target_with_several_ports_is_well_where_one_of_them_is() -> None:
    raw = [
        {"Target": {"Id": target, "Port": port}, "TargetHealth": {"State": state}}
        for target, port, state in (
            *(("i-1", 32768, "healthy"), ("i-1", 32769, "draining")),
            *(("i-2", 32768, "healthy"), ("i-2", 32769, "unhealthy")),
            *(("i-3", 32768, "unhealthy"), ("i-3", 32769, "unavailable")),
        )
    ]
    expected = {"i-1": True, "i-2": True, "i-3": False}
    assert load_balancers.normalize_health(raw) == expected


def test_targets_that_are_not_checked_are_neither_well_nor_ill(
    aws: EmulatedAws,
) -> None:
    groups = {"function": {"lambda": "unavailable"}}
    aws.world().add_load_balancer(EmulatedLoadBalancer("lb", REGION, targets=groups))
    found = read_one()
    assert (found.targets, found.healthy_targets) == (1, None)


def test_a_classic_one_is_read_as_those_of_today(aws: EmulatedAws) -> None:
    aws.world().add_load_balancer(
        EmulatedLoadBalancer(
            *("old", REGION),
            balancer_type="classic",
            targets={"": {"i-1": "InService", "i-2": "OutOfService"}},
            tags={"team": "shop"},
        )
    )
    assert read_one() == LoadBalancerRecord(
        resource_id="arn:aws:elasticloadbalancing:eu-west-1:123456789012"
        ":loadbalancer/old",
        region=REGION,
        state="",
        name="old",
        created_at=CREATED,
        tags={"team": "shop"},
        balancer_type="classic",
        targets=2,
        healthy_targets=1,
    )


def test_a_classic_one_without_instances_takes_no_question(aws: EmulatedAws) -> None:
    aws.world().add_load_balancer(
        EmulatedLoadBalancer("old", REGION, balancer_type="classic")
    )
    assert (read_one().targets, read_one().healthy_targets) == (0, 0)
    assert aws.requests["elasticloadbalancing:DescribeInstanceHealth"] == 0


@pytest.mark.parametrize(
    ("balancer_type", "operation"),
    [
        ("network", "elasticloadbalancing:DescribeTargetGroups"),
        ("network", "elasticloadbalancing:DescribeTargetHealth"),
        ("classic", "elasticloadbalancing:DescribeInstanceHealth"),
    ],
)
def test_targets_that_can_not_be_read_are_unknown_and_a_warning(
    aws: EmulatedAws, balancer_type: str, operation: str
) -> None:
    made = EmulatedLoadBalancer(
        "lb", REGION, balancer_type=balancer_type, targets={"a": {"i-1": "healthy"}}
    )
    aws.world().add_load_balancer(made)
    aws.deny(operation)
    answer = read()
    assert answer.error is None
    assert answer.warning and operation in str(answer.warning)
    (found,) = answer.resources
    assert isinstance(found, LoadBalancerRecord)
    assert (found.targets, found.healthy_targets) == (None, None)


@pytest.mark.parametrize(
    ("balancer_type", "operation", "code"),
    [
        ("network", "DescribeTargetHealth", "TargetGroupNotFound"),
        ("classic", "DescribeInstanceHealth", "LoadBalancerNotFound"),
    ],
)
def test_what_went_away_meanwhile_has_no_targets(
    aws: EmulatedAws, balancer_type: str, operation: str, code: str
) -> None:
    made = EmulatedLoadBalancer(
        "lb", REGION, balancer_type=balancer_type, targets={"a": {"i-1": "healthy"}}
    )
    aws.world().add_load_balancer(made)
    aws.fail(f"elasticloadbalancing:{operation}", code)
    assert read().warning is None
    assert read_one().targets == 0


def test_more_groups_than_are_asked_for_are_a_warning(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_balancers, "MOST_HEALTH_QUESTIONS", 1)
    groups = {"a": {"i-1": "healthy"}, "b": {}}
    aws.world().add_load_balancer(EmulatedLoadBalancer("lb", REGION, targets=groups))
    answer = read()
    assert answer.warning and "2 target groups" in str(answer.warning)
    assert read_one().targets is None
    assert aws.requests["elasticloadbalancing:DescribeTargetHealth"] == 0


def test_more_classic_ones_than_are_asked_for_are_named_as_such(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_balancers, "MOST_HEALTH_QUESTIONS", 0)
    made = EmulatedLoadBalancer(
        "old", REGION, balancer_type="classic", targets={"": {"i-1": "InService"}}
    )
    aws.world().add_load_balancer(made)
    warning = str(read().warning)
    assert "1 classic load balancers" in warning
    assert "elasticloadbalancing:DescribeInstanceHealth" in warning


def test_all_pages_of_both_apis_are_read(aws: EmulatedAws) -> None:
    for number in range(5):
        for kind in ("network", "classic"):
            made = EmulatedLoadBalancer(
                f"{kind}-{number}",
                REGION,
                balancer_type=kind,
                targets={f"{number}": {}},
            )
            aws.world().add_load_balancer(made)
    for listing in ("LoadBalancers", "TargetGroups"):
        aws.page_size[f"elasticloadbalancing:Describe{listing}"] = 2
    assert len(read().resources) == 10
    assert aws.requests["elasticloadbalancing:DescribeLoadBalancers"] == 2 * 3 + 2
    assert aws.requests["elasticloadbalancing:DescribeTargetGroups"] == 3
