"""From AWS into the tables: whole, once, and equal to the bill."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, OTHER, charge, june, machine
from costs.models import CostTotal, DailyCost
from costs.sync import sync_cost
from costs.testing import rows_miss_totals
from inventory.models import Instance
from metrics.models import CpuMetric
from providers.records import UNALLOCATED
from syncs.models import SyncRun, Watermark
from syncs.testing import OF_AWS, outcome
from tests.stored_rows import stored

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


@pytest.fixture
def company(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> EmulatedAws:
    """Two accounts in three regions; the second is read through a role."""
    # Commands read the real clock.
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    first, second = aws.world(), aws.world(OTHER)
    second.regions = ["us-east-1", "ap-south-1"]
    second.roles = {"cloudintel": "between us"}
    for number in range(3):
        first.add_instance(machine(f"i-a{number}", "eu-west-1"))
        second.add_instance(machine(f"i-b{number}", "ap-south-1"))
    first.add_instance(machine("i-us", "us-east-1"))
    for day in (1, 2, 19):
        first.add_costs(
            [charge(june(day), "1.25"), charge(june(day), "2", "Amazon S3")]
        )
        second.add_costs([charge(june(day), "10.0000000001", amortized="9")])
    aws.page_size["ec2:DescribeInstances"] = 2
    return aws


def test_it_reads_two_accounts_twice_and_stores_everything_once(
    company: EmulatedAws,
) -> None:
    role = f"arn:aws:iam::{OTHER}:role/cloudintel"
    call_command("add_account", "--name", "first", verbosity=0)
    call_command(
        *("add_account", "--name", "second"),
        *("--role-arn", role, "--external-id", "between us"),
    )
    assert set(CloudAccount.objects.values_list("account_id", "name")) == {
        (ACCOUNT, "first"),
        (OTHER, "second"),
    }
    call_command("sync", verbosity=0)
    first = stored()
    assert Instance.objects.count() == 7
    assert DailyCost.objects.count() == 3 * 3
    assert CpuMetric.objects.filter(day=june(19)).count() == 7
    assert CostTotal.objects.filter(day__gte=june(1)).count() == 2 * 19
    assert not rows_miss_totals()

    company.now += timedelta(minutes=1)
    call_command("sync", verbosity=0)
    assert stored() == first
    assert SyncRun.objects.filter(status="succeeded").count() == 2 * 2 * len(OF_AWS)
    assert set(Watermark.objects.values_list("read_until", flat=True)) == {june(20)}
    # Of each account its bill, and two regions with resources and metrics.
    assert Watermark.objects.count() == 2 * (1 + 2 * 6)


def test_a_days_rows_sum_to_its_total_though_small_groups_are_dropped(
    aws: EmulatedAws, now: datetime
) -> None:
    world = aws.world()
    world.add_costs(
        [
            charge(june(1), "10.0000000001", amortized="12.5"),
            charge(june(1), "0.0041", "Amazon SNS", amortized="0.0039"),
            charge(june(1), "0.0000000007", "Amazon SQS"),
            charge(june(2), "7", "Amazon S3"),
        ]
    )
    world.dropped_below = Decimal("0.01")
    sync_cost(aws_account(), now)
    assert not rows_miss_totals()
    unallocated = DailyCost.objects.get(service=UNALLOCATED)
    assert unallocated.day == june(1)
    assert unallocated.billed == Decimal("0.0041000007")
    assert unallocated.effective == Decimal("0.0039000007")
    assert unallocated.sub_account_id == ACCOUNT
    total = CostTotal.objects.get(day=june(1))
    assert (total.billed, total.effective) == (
        Decimal("10.0041000008"),
        Decimal("12.5039000007"),
    )


def test_what_was_unallocated_is_named_once_the_cloud_names_it(
    aws: EmulatedAws, now: datetime
) -> None:
    world = aws.world()
    world.add_costs([charge(june(1), "10"), charge(june(1), "0.004", "Amazon SNS")])
    world.dropped_below = Decimal("0.01")
    mine = aws_account()
    sync_cost(mine, now)
    world.dropped_below = Decimal(0)
    sync_cost(mine, now + timedelta(hours=1))
    services = DailyCost.objects.values_list("service", flat=True)
    assert sorted(services) == ["AWS Lambda", "Amazon SNS"]
    assert not rows_miss_totals()


def test_a_day_whose_groups_go_on_over_pages_is_whole(
    aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.COST_FIRST_SYNC_DAYS = 3
    services = [f"Service {number}" for number in range(5)]
    aws.world().add_costs([charge(june(18), "1.1", service) for service in services])
    aws.page_size["ce:GetCostAndUsage"] = 2
    sync_cost(aws_account(), now)
    assert DailyCost.objects.filter(day=june(18)).count() == 5
    assert not rows_miss_totals()


def test_a_day_without_a_charge_has_a_total_of_zero_and_no_row(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_costs([charge(june(1), "1")])
    sync_cost(aws_account(), now)
    assert CostTotal.objects.get(day=june(2)).billed == 0
    assert not DailyCost.objects.filter(day=june(2)).exists()


def test_days_stay_estimated_until_the_bill_is_final(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_costs([charge(june(1), "1"), charge(june(18), "1")])
    aws.world().final_until = june(17)
    mine = aws_account()
    sync_cost(mine, now)
    estimated = CostTotal.objects.filter(is_estimated=True)
    assert [total.day for total in estimated.order_by("day")] == [
        june(17),
        june(18),
        june(19),
    ]
    assert [row.is_estimated for row in DailyCost.objects.order_by("day")] == [
        False,
        True,
    ]


def test_a_first_sync_that_fails_leaves_nothing(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.deny("ce:GetCostAndUsage")
    assert outcome(sync_cost(aws_account(), now))[0] == "failed"
    assert not any(stored().values())
    assert not Watermark.objects.exists()
