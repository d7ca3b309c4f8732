"""Risk and steps differ by who runs a machine and what it keeps."""

import pytest

from insights.recommendations.engine.advice import Advice, Level, Rule
from insights.recommendations.engine.change_risk import change_risk_of
from insights.recommendations.tests.machines import advice, cpu, machine, network


def idle(**facts: object) -> Advice:
    quiet = machine("m5.xlarge", cpu=cpu(32, 0.8, 3.9), network=network(), **facts)
    return advice(quiet)[Rule.IDLE]


@pytest.mark.parametrize(
    ("tags", "manager"),
    [
        ({"aws:autoscaling:groupName": "web"}, "Auto Scaling group"),
        ({"kubernetes.io/cluster/shop": "owned"}, "EKS cluster"),
        ({"AmazonECSManaged": ""}, "ECS cluster"),
        ({"team": "web"}, ""),
    ],
)
def test_the_tags_of_aws_name_its_manager(tags: dict[str, str], manager: str) -> None:
    assert change_risk_of(machine(tags=tags)).manager == manager


def test_a_managed_machine_is_changed_through_its_manager() -> None:
    found = idle(tags={"aws:autoscaling:groupName": "web"})
    assert found.recommendation.startswith("Lower the desired size")
    assert found.complexity is Level.HIGH
    assert "would revert a change" in found.risk_reason


@pytest.mark.parametrize(
    "name",
    ["shop-db-01", "orders-postgresql", "mysql", "kafka-03", "Redis cache", "db"],
)
def test_a_name_tells_that_data_is_kept(name: str) -> None:
    assert change_risk_of(machine(name=name)).holds_data


@pytest.mark.parametrize("name", ["web-01", "dbt-runner", "handbook", "redistribution"])
def test_other_names_do_not(name: str) -> None:
    assert not change_risk_of(machine(name=name)).holds_data


def test_what_holds_data_is_of_high_risk_and_saved_first() -> None:
    found = idle(tags={"Role": "postgres"})
    assert found.risk is Level.HIGH
    assert "snapshot" in found.implementation_steps[1]
