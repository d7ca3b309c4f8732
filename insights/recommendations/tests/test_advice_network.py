"""Load balancers and NAT gateways that are idle, or dear for what they carry."""

from decimal import Decimal
from typing import Any

import pytest

from insights.recommendations.engine.advice import Category, Level, Rule
from insights.recommendations.engine.resource_facts import UsageDay
from insights.recommendations.tests.facts_of_resources import (
    Facts,
    advised,
    counted,
    facts,
    judged,
    unanswered,
)
from insights.recommendations.tests.machines import at, days_ago
from providers.records import LoadBalancerRecord, NatGatewayRecord


def balancer(kind: str = "application", **values: Any) -> Facts:
    return facts(LoadBalancerRecord, balancer_type=kind, **values)


def gateway(**values: Any) -> Facts:
    return facts(NatGatewayRecord, gateway_type="public", **values)


@pytest.mark.parametrize("metric", ["healthy_percent", "healthy_targets"])
def test_one_whose_probes_never_find_a_healthy_target_is_idle(metric: str) -> None:
    never = counted(metric, 7, average=0.0)
    found = advised(facts(LoadBalancerRecord, targets=2, **never))[Rule.IDLE]
    assert found.current_state.startswith("None of its targets was healthy in the last")
    once = counted(metric, 7, average=0.0)
    once["usage"][metric][days_ago(3)] = UsageDay(average=1.0)
    assert Rule.IDLE not in advised(facts(LoadBalancerRecord, targets=2, **once))
    assert Rule.IDLE not in advised(
        facts(LoadBalancerRecord, targets=2, **counted(metric, 6, average=0.0))
    )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"targets": 0}, "It has no targets."),
        ({"targets": 3, "healthy_targets": 0}, "None of its 3 targets is healthy."),
    ],
)
def test_one_without_healthy_targets_is_idle(values: Any, text: str) -> None:
    found = advised(balancer(**values))[Rule.IDLE]
    assert text in found.current_state
    assert (found.category, found.savings_monthly) == (Category.NETWORK, 50)
    young = balancer(**values, first_seen_at=at(days_ago(6)))
    assert judged(young) == []


@pytest.mark.parametrize(("requests", "is_idle"), [(0, True), (99, True), (100, False)])
def test_fewer_than_100_requests_on_each_of_7_days_are_none(
    requests: float, is_idle: bool
) -> None:
    given = balancer(targets=2, **counted("requests", 7, total=requests))
    assert (Rule.IDLE in advised(given)) == is_idle


def test_a_day_that_is_not_known_is_no_day_without_requests() -> None:
    given = balancer(targets=2, **counted("requests", 6, total=0))
    assert advised(given) == {}
    assert "not known for each of the last 7 days" in unanswered(given)[Rule.IDLE]


def test_a_network_balancer_is_idle_without_a_byte() -> None:
    idle = balancer("network", **counted("processed_bytes", 7, total=0))
    assert advised(idle)[Rule.IDLE].confidence is Level.HIGH
    assert advised(balancer("network", **counted("processed_bytes", 7, total=9))) == {}


def test_a_gateway_is_idle_after_32_days_without_a_byte() -> None:
    found = advised(gateway(**counted("processed_bytes", 32, total=0)))[Rule.IDLE]
    assert found.title == "Delete idle NAT gateway nat-gateway-1"
    assert "delete-nat-gateway --nat-gateway-id" in " ".join(found.implementation_steps)
    assert Rule.IDLE in unanswered(gateway(**counted("processed_bytes", 31, total=0)))
    assert "No subnet" in advised(gateway(subnets=0))[Rule.IDLE].current_state


def test_the_hours_of_a_gateway_are_dear_from_a_dollar_a_gib_on() -> None:
    def of(gib_a_month: float) -> dict[Rule, Any]:
        a_day = gib_a_month * 2**30 / (730 / 24)
        return advised(gateway(**counted("processed_bytes", 32, total=a_day)))

    found = of(49)[Rule.COST_PER_USE]
    assert found.evidence["cost_per_unit"] == "1.02"
    assert (found.savings_monthly, found.effort) == (Decimal(50), Level.MEDIUM)
    assert of(51) == {}


def test_the_hours_of_a_balancer_are_dear_by_its_requests() -> None:
    a_day = 1_000_000 / (730 / 24)
    given = balancer(targets=2, **counted("requests", 14, total=a_day))
    found = advised(given)[Rule.COST_PER_USE]
    assert found.evidence["unit"] == "million requests"
    assert found.evidence["cost_per_unit"] == "50.00"
    assert advised(given, cost_per_million_requests=Decimal(51)) == {}
    assert advised(balancer(price=None, targets=2, usage=given.usage)) == {}


def test_a_cost_per_use_of_unknown_use_or_price_is_not_answered() -> None:
    for given in (
        gateway(**counted("processed_bytes", 13, total=2**30)),
        gateway(price=None, **counted("processed_bytes", 32, total=2**30)),
    ):
        assert "known" in unanswered(given)[Rule.COST_PER_USE]
    young = gateway(first_seen_at=at(days_ago(13)))
    assert Rule.COST_PER_USE not in unanswered(young)


def test_a_classic_one_is_deleted_by_its_name() -> None:
    old = balancer("classic", targets=0, resource_id="arn:x", name="shop-old")
    steps = " ".join(advised(old)[Rule.IDLE].implementation_steps)
    assert "aws elb delete-load-balancer --load-balancer-name shop-old" in steps
