"""DescribeLoadBalancers and DescribeTags of Elastic Load Balancing v2."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.pages import page_of, refuse_narrowed, tag_list
from core.testing.aws_emulator.wire import Answer, AwsError, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import EmulatedLoadBalancer

MAX_PAGE = 400
MAX_TAGGED = 20
KINDS = {"application": "app", "network": "net", "gateway": "gwy"}


def describe_load_balancers(aws: EmulatedAws, call: Call) -> Answer:
    """A page of this region's load balancers."""
    asked = call.parameters
    refuse_narrowed(asked, "LoadBalancerArns", "Names")
    size = asked.get("PageSize", MAX_PAGE)
    if not 1 <= size <= MAX_PAGE:
        message = f"Value '{size}' at 'pageSize' failed to satisfy constraint"
        raise AwsError("ValidationError", f"1 validation error detected: {message}")
    found = [
        balancer
        for balancer in aws.world(call.account_id).load_balancers.values()
        if balancer.region == call.region and balancer.created_at <= aws.now
    ]
    found.sort(key=lambda each: each.name)
    page, marker = page_of(
        *(aws, call, found, size, asked.get("Marker")),
        AwsError("ValidationError", "Invalid marker"),
    )
    answer: dict[str, Any] = {
        "LoadBalancers": [_balancer(each, call.account_id) for each in page]
    }
    return answer | ({"NextMarker": marker} if marker else {})


def describe_tags(aws: EmulatedAws, call: Call) -> Answer:
    """The tags of up to 20 load balancers, all of which must be there."""
    arns: list[str] = call.parameters["ResourceArns"]
    if len(arns) > MAX_TAGGED:
        message = "Cannot have more than 20 resources described"
        raise AwsError("ValidationError", message)
    tags = {
        _arn(balancer, call.account_id): balancer.tags
        for balancer in aws.world(call.account_id).load_balancers.values()
        if balancer.region == call.region
    }
    if missing := [arn for arn in arns if arn not in tags]:
        message = f"Load balancers '{missing}' not found"
        raise AwsError("LoadBalancerNotFound", message)
    return {
        "TagDescriptions": [
            {"ResourceArn": arn, "Tags": tag_list(tags[arn])} for arn in arns
        ]
    }


def _arn(balancer: EmulatedLoadBalancer, account_id: str) -> str:
    kind, name = KINDS[balancer.balancer_type], balancer.name
    place = f"{balancer.region}:{account_id}:loadbalancer/{kind}/{name}"
    return f"arn:aws:elasticloadbalancing:{place}/{_suffix(name)}"


def _suffix(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:16]


def _balancer(balancer: EmulatedLoadBalancer, account_id: str) -> dict[str, Any]:
    name = balancer.name
    return {
        "LoadBalancerArn": _arn(balancer, account_id),
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
