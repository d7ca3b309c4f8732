"""As few requests as can be, each counted with what it costs."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june, machine
from core.windows import Window
from costs.sync import sync_cost
from inventory.sync import sync_ec2
from metrics.models import CpuMetric
from metrics.sync import sync_cpu
from syncs.testing import outcome

pytestmark = pytest.mark.django_db


def test_instances_cost_one_request_a_page_in_each_region(
    aws: EmulatedAws, now: datetime
) -> None:
    world = aws.world()
    for number in range(5):
        world.add_instance(machine(f"i-{number}", "eu-west-1"))
    aws.page_size["ec2:DescribeInstances"] = 2
    run = sync_ec2(aws_account(), now)
    assert run.requests_by_operation == dict(aws.requests)
    assert run.requests_by_operation == {
        "sts:GetCallerIdentity": 1,
        "ec2:DescribeRegions": 1,
        "ec2:DescribeInstances": 3 + 1,
        "ec2:DescribeInstanceTypes": 1,
    }
    assert (run.requests, run.api_cost_usd, run.rows) == (7, 0, 5)


@pytest.mark.parametrize("instances, calls", [(83, 1), (84, 2), (167, 3)])
def test_metrics_cost_no_call_more_than_500_queries_fill(
    aws: EmulatedAws, now: datetime, instances: int, calls: int
) -> None:
    world = aws.world()
    for number in range(instances):
        world.add_instance(machine(f"i-{number:03}", "eu-west-1", cpu_percent=1.0))
    world.add_instance(machine("i-us", "us-east-1", cpu_percent=1.0))
    mine = aws_account()
    sync_ec2(mine, now)
    aws.clear_calls()
    run = sync_cpu(mine, now, window=Window(june(19), june(20)))
    asked = [call for call in aws.calls if call.operation == "GetMetricData"]
    per_region = [call.region for call in asked]
    assert per_region.count("eu-west-1") == calls == -(-instances * 6 // 500)
    assert per_region.count("us-east-1") == 1
    assert run.api_cost_usd == Decimal("0.00001") * 6 * (instances + 1)
    assert CpuMetric.objects.count() == instances + 1
    assert not CpuMetric.objects.filter(samples=None).exists()


def test_each_statistic_is_asked_for_and_billed_by_choice(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.AWS_CPU_STATISTICS = ["Average"]
    settings.AWS_NETWORK_METRICS = False
    for number in range(10):
        aws.world().add_instance(machine(f"i-{number}", cpu_percent=1.0))
    mine = aws_account()
    sync_ec2(mine, now)
    run = sync_cpu(mine, now, window=Window(june(19), june(20)))
    assert run.api_cost_usd == Decimal("0.0001")


def test_without_instances_no_metric_is_asked_for(
    aws: EmulatedAws, now: datetime
) -> None:
    run = sync_cpu(aws_account(), now)
    assert outcome(run) == ("succeeded", "")
    assert not aws.requests["cloudwatch:GetMetricData"]


def test_costs_are_three_questions_times_their_pages(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    services = [f"Service {number}" for number in range(5)]
    aws.world().add_costs([charge(june(19), "1", service) for service in services])
    mine = aws_account()
    run = sync_cost(mine, now)
    assert (run.requests_by_operation["ce:GetCostAndUsage"], run.window) == (
        3,
        Window(date(2025, 5, 1), june(20)),
    )
    assert run.api_cost_usd == Decimal("0.03")

    aws.page_size["ce:GetCostAndUsage"] = 2
    run = sync_cost(mine, now + timedelta(hours=1), window=Window(june(18), june(20)))
    # Two totals; an empty day and five groups; two days without other kinds.
    assert run.requests_by_operation["ce:GetCostAndUsage"] == 1 + 3 + 1
    assert run.api_cost_usd == Decimal("0.05")


def test_retries_are_requests_too(aws: EmulatedAws, now: datetime) -> None:
    aws.world().add_costs([charge(june(19), "1")])
    aws.throttle("ce:GetCostAndUsage", every=3)
    run = sync_cost(aws_account(), now)
    assert outcome(run) == ("succeeded", "")
    assert run.requests_by_operation["ce:GetCostAndUsage"] == 4
    assert aws.requests["ce:GetCostAndUsage"] == 4
    assert run.api_cost_usd == Decimal("0.04")
