"""Elastic Load Balancing v2, and what it shares with the classic one: two APIs whose
operations have the same names, and the same permissions."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from core.testing.aws_emulator import classic_load_balancers as classic
from core.testing.aws_emulator.pages import page_of, refuse_narrowed, tag_list
from core.testing.aws_emulator.wire import CLASSIC, Answer, AwsError, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import EmulatedLoadBalancer

MAX_PAGE = 400
MAX_TAGGED = 20
KINDS = {"application": "app", "network": "net", "gateway": "gwy"}
T = TypeVar("T")


def describe_load_balancers(aws: EmulatedAws, call: Call) -> Answer:
    """A page of this region's load balancers."""
    refuse_narrowed(call.parameters, "LoadBalancerArns", "Names", "LoadBalancerNames")
    found = _there(aws, call)
    page, marker = _page(aws, call, found)
    if call.service == CLASSIC:
        key, entries = "LoadBalancerDescriptions", [classic.entry(one) for one in page]
    else:
        key, entries = "LoadBalancers", [_entry(one, call) for one in page]
    return {key: entries} | ({"NextMarker": marker} if marker else {})


def describe_tags(aws: EmulatedAws, call: Call) -> Answer:
    """The tags of up to 20 load balancers, all of which must be there."""
    is_classic = call.service == CLASSIC
    asked: list[str] = call.parameters[
        "LoadBalancerNames" if is_classic else "ResourceArns"
    ]
    if len(asked) > MAX_TAGGED:
        message = "Cannot have more than 20 resources described"
        raise AwsError("ValidationError", message)
    tags = {
        one.name if is_classic else arn_of(one, call.account_id): one.tags
        for one in _there(aws, call)
    }
    if missing := [one for one in asked if one not in tags]:
        message = f"Load balancers '{missing}' not found"
        raise AwsError("LoadBalancerNotFound", message)
    key = "LoadBalancerName" if is_classic else "ResourceArn"
    return {
        "TagDescriptions": [{key: one, "Tags": tag_list(tags[one])} for one in asked]
    }


def describe_target_groups(aws: EmulatedAws, call: Call) -> Answer:
    """A page of this region's groups, and one that no load balancer sends to."""
    refuse_narrowed(call.parameters, "LoadBalancerArn", "TargetGroupArns", "Names")
    found = [
        (name, [arn_of(balancer, call.account_id)])
        for balancer in _there(aws, call)
        for name in balancer.targets
    ]
    page, marker = _page(aws, call, [*found, ("unused", [])])
    groups = [
        {
            "TargetGroupArn": _group_arn(name, call),
            "TargetGroupName": name,
            "TargetType": "instance",
            "Port": 443,
            "LoadBalancerArns": arns,
        }
        for name, arns in page
    ]
    return {"TargetGroups": groups} | ({"NextMarker": marker} if marker else {})


def describe_target_health(aws: EmulatedAws, call: Call) -> Answer:
    """The targets of one group."""
    refuse_narrowed(call.parameters, "Targets")
    for balancer in _there(aws, call):
        for name, targets in balancer.targets.items():
            if _group_arn(name, call) == call.parameters["TargetGroupArn"]:
                return {"TargetHealthDescriptions": [*map(_health, targets.items())]}
    raise AwsError("TargetGroupNotFound", "One or more target groups not found")


def describe_instance_health(aws: EmulatedAws, call: Call) -> Answer:
    """The instances behind a classic one."""
    return classic.instance_health(_there(aws, call), call)


def _there(aws: EmulatedAws, call: Call) -> list[EmulatedLoadBalancer]:
    """Those of the region that the API which is asked knows."""
    found = [
        balancer
        for balancer in aws.world(call.account_id).load_balancers.values()
        if balancer.region == call.region
        and balancer.created_at <= aws.now
        and (balancer.balancer_type == "classic") == (call.service == CLASSIC)
    ]
    return sorted(found, key=lambda each: each.name)


def _page(
    aws: EmulatedAws, call: Call, found: Sequence[T]
) -> tuple[Sequence[T], str | None]:
    size = call.parameters.get("PageSize", MAX_PAGE)
    if not 1 <= size <= MAX_PAGE:
        message = f"Value '{size}' at 'pageSize' failed to satisfy constraint"
        raise AwsError("ValidationError", f"1 validation error detected: {message}")
    bad_marker = AwsError("ValidationError", "Invalid marker")
    return page_of(aws, call, found, size, call.parameters.get("Marker"), bad_marker)


def arn_of(balancer: EmulatedLoadBalancer, account_id: str) -> str:
    kind, name = KINDS[balancer.balancer_type], balancer.name
    place = f"{balancer.region}:{account_id}:loadbalancer/{kind}/{name}"
    return f"arn:aws:elasticloadbalancing:{place}/{_suffix(name)}"


def _group_arn(name: str, call: Call) -> str:
    place = f"{call.region}:{call.account_id}:targetgroup/{name}"
    return f"arn:aws:elasticloadbalancing:{place}/{_suffix(name)}"


def _suffix(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:16]


def _health(target: tuple[str, str]) -> dict[str, Any]:
    return {
        "Target": {"Id": target[0], "Port": 443},
        "TargetHealth": {"State": target[1]},
    }


def _entry(balancer: EmulatedLoadBalancer, call: Call) -> dict[str, Any]:
    name = balancer.name
    return {
        "LoadBalancerArn": arn_of(balancer, call.account_id),
        "DNSName": f"{name}-{_suffix(name)}.elb.{balancer.region}.amazonaws.com",
        "CreatedTime": balancer.created_at,
        "LoadBalancerName": name,
        "Scheme": "internet-facing",
        "VpcId": "vpc-0a1b2c3d",
        "State": {"Code": balancer.state},
        "Type": balancer.balancer_type,
        "AvailabilityZones": [{"ZoneName": f"{balancer.region}a"}],
        "IpAddressType": "ipv4",
    }
