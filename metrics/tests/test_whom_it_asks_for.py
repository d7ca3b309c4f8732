"""Which instances CloudWatch is asked for, as each is paid, and what it answers."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import june, machine
from core.windows import Window
from inventory.sync import sync_ec2
from metrics.models import CpuMetric, NetworkMetric
from metrics.sync import sync_cpu
from syncs.datasets import Dataset
from syncs.models import Watermark
from syncs.testing import outcome

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DAYS = Window(june(17), june(20))
SIX_FIGURES = Decimal("0.00006")


def read_until() -> dict[str, date]:
    marks = Watermark.objects.filter(dataset=Dataset.CPU)
    return dict(marks.values_list("region", "read_until"))


@pytest.mark.parametrize(("gone_on", "asked"), [(16, 1), (17, 2), (19, 2)])
def test_a_machine_that_was_gone_before_the_window_is_not_paid_for(
    aws: EmulatedAws, now: datetime, gone_on: int, asked: int
) -> None:
    for name in ("i-1", "i-2"):
        aws.world().add_instance(machine(name, cpu_percent=1.0))
    mine = aws_account(regions=["eu-west-1"])
    sync_ec2(mine, now - 9 * DAY)
    aws.world().remove_instance("i-2")
    sync_ec2(mine, now.replace(day=gone_on, hour=0))
    run = sync_cpu(mine, now, window=DAYS)
    assert outcome(run) == ("succeeded", "")
    assert run.api_cost_usd == SIX_FIGURES * asked


def test_a_partial_inventory_holds_the_watermark(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    """Machines that were launched in the region that failed are not known."""
    settings.AWS_MAX_ATTEMPTS = 1
    for region in ("eu-west-1", "us-east-1"):
        aws.world().add_instance(machine(f"i-{region}", region, cpu_percent=1.0))
    mine = aws_account(regions=["eu-west-1", "us-east-1"])
    sync_ec2(mine, now)
    sync_cpu(mine, now)
    aws.now = now + 5 * DAY
    aws.take_down("eu-west-1")
    assert outcome(sync_ec2(mine, aws.now))[0] == "partial"
    aws.bring_up("eu-west-1")
    assert outcome(sync_cpu(mine, aws.now)) == ("succeeded", "")
    assert read_until() == {"eu-west-1": june(20), "us-east-1": june(25)}
    sync_ec2(mine, aws.now + DAY)
    sync_cpu(mine, aws.now + DAY)
    assert read_until() == {"eu-west-1": june(26), "us-east-1": june(26)}


def test_an_inventory_of_the_windows_first_day_knows_none_of_its_days(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_instance(machine("i-1", cpu_percent=1.0))
    mine = aws_account(regions=["eu-west-1"])
    sync_ec2(mine, now)
    sync_cpu(mine, now)
    aws.now = now + 5 * DAY
    run = sync_cpu(mine, aws.now, window=Window(june(20), june(25)))
    assert outcome(run) == ("succeeded", "")
    assert read_until() == {"eu-west-1": june(20)}


@pytest.mark.parametrize("machines", [84, 167])
def test_a_machine_whose_figures_come_in_two_calls_has_them_all(
    aws: EmulatedAws, now: datetime, machines: int
) -> None:
    for number in range(machines):
        one = machine(
            f"i-{number:03}", cpu_percent=1.0, network_bytes_per_percent=1000.0
        )
        aws.world().add_instance(one)
    mine = aws_account(regions=["eu-west-1"])
    sync_ec2(mine, now)
    sync_cpu(mine, now, window=Window(june(18), june(20)))
    # They all work the same, so that there is one row of figures.
    percents = ("average_percent", "maximum_percent", "p99_percent", "samples")
    assert set(CpuMetric.objects.values_list(*percents)) == {(1.0, 1.0, 1.0, 288)}
    sent = NetworkMetric.objects.values_list("in_bytes", "out_bytes")
    assert set(sent) == {(288_000, 144_000)}
    assert CpuMetric.objects.count() == NetworkMetric.objects.count() == machines * 2
