"""AWS says "too fast": retried, and told when it does not stop."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june, machine
from core.windows import Window
from costs.sync import sync_cost
from inventory.sync import sync_ec2
from metrics.sync import sync_cpu
from syncs.testing import outcome
from tests.stored_rows import stored

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
OPERATIONS = ["ec2:DescribeInstances", "ce:GetCostAndUsage", "cloudwatch:GetMetricData"]


@pytest.fixture(autouse=True)
def cloud(aws: EmulatedAws, settings: Settings) -> None:
    settings.COST_FIRST_SYNC_DAYS = 4
    settings.CPU_FIRST_SYNC_DAYS = 2
    aws.world().add_costs([charge(june(day), "5") for day in (17, 19)])
    for number in range(4):
        aws.world().add_instance(machine(f"i-{number}"))


def test_throttled_past_its_retries(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.AWS_MAX_ATTEMPTS = 2
    mine = aws_account(regions=["eu-west-1"])
    syncs = (sync_ec2, sync_cost, sync_cpu)
    for sync in syncs:
        sync(mine, now)
    before = stored()
    for operation in OPERATIONS:
        aws.throttle(operation)
    for sync, operation in zip(syncs, OPERATIONS, strict=True):
        run = sync(mine, now + HOUR)
        status, error = outcome(run)
        assert status == "failed"
        assert operation in error
        assert "AWS kept refusing after all retries" in error
        assert run.requests_by_operation[operation] == 2
    assert stored() == before


def test_throttled_every_third_time_it_stores_the_same_rows(
    aws: EmulatedAws, now: datetime
) -> None:
    for operation, page in zip(OPERATIONS, (1, 3, 12), strict=True):
        aws.page_size[operation] = page
    mine = aws_account(regions=["eu-west-1"])
    for sync in (sync_ec2, sync_cost, sync_cpu):
        assert outcome(sync(mine, now)) == ("succeeded", "")
    before = stored()
    for operation in OPERATIONS:
        aws.throttle(operation, every=3)
    same_days = Window(june(16), june(20))
    for run in (
        sync_ec2(mine, now + HOUR),
        sync_cost(mine, now + HOUR, window=same_days),
        sync_cpu(mine, now + HOUR),
    ):
        assert outcome(run) == ("succeeded", "")
    assert stored() == before
    assert all(throttle.seen >= 3 for throttle in aws.faults.throttles.values())
