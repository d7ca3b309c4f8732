"""What Elastic Load Balancing's first API answers of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.wire import Answer, AwsError, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.resources import EmulatedLoadBalancer


def entry(balancer: EmulatedLoadBalancer) -> dict[str, Any]:
    """It as an entry of the list: without an ARN and a state."""
    instances = [{"InstanceId": one} for one in _instances(balancer)]
    return {
        "LoadBalancerName": balancer.name,
        "DNSName": f"{balancer.name}-1.{balancer.region}.elb.amazonaws.com",
        "CreatedTime": balancer.created_at,
        "Scheme": "internet-facing",
        "VPCId": "vpc-0a1b2c3d",
        "Instances": instances,
        "AvailabilityZones": [f"{balancer.region}a"],
    }


def instance_health(found: Sequence[EmulatedLoadBalancer], call: Call) -> Answer:
    """The state of each instance."""
    name = call.parameters["LoadBalancerName"]
    for one in found:
        if one.name == name:
            states = _instances(one).items()
            return {
                "InstanceStates": [
                    {"InstanceId": instance_id, "State": state}
                    for instance_id, state in states
                ]
            }
    message = f"There is no ACTIVE Load Balancer named '{name}'"
    raise AwsError("LoadBalancerNotFound", message)


def _instances(balancer: EmulatedLoadBalancer) -> dict[str, str]:
    return {
        instance_id: state
        for group in balancer.targets.values()
        for instance_id, state in group.items()
    }
