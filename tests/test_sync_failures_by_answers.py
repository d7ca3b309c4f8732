"""Answers that are empty, cut short or have no end are refused, not stored."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june, machine
from core.testing.aws_emulator.cloudwatch import get_metric_data
from core.testing.aws_emulator.cost_explorer import get_cost_and_usage
from core.testing.aws_emulator.server import OPERATIONS
from core.testing.aws_emulator.wire import Answer, Call
from core.windows import Window
from costs.sync import sync_cost
from costs.testing import billed, rows_miss_totals
from inventory.sync import sync_ec2
from metrics.models import CpuMetric
from metrics.sync import sync_cpu
from syncs.models import Watermark
from syncs.testing import outcome
from tests.stored_rows import stored

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAYS = Window(june(17), june(20))
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def mine(aws: EmulatedAws, now: datetime, settings: Settings) -> CloudAccount:
    """An account of which costs and metrics were read once."""
    settings.COST_FIRST_SYNC_DAYS = settings.CPU_FIRST_SYNC_DAYS = 3
    aws.world().add_costs([charge(june(day), "5") for day in (1, 17, 19)])
    aws.world().add_instance(machine("i-1"))
    found = aws_account(regions=["eu-west-1"])
    for sync in (sync_ec2, sync_cost, sync_cpu):
        assert outcome(sync(found, now)) == ("succeeded", "")
    return found


def changed(
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    answered: Callable[[EmulatedAws, Call], Answer],
    change: Change,
) -> None:
    """From now on the emulator's answers to the operation are changed so."""

    def answer(aws: EmulatedAws, call: Call) -> Answer:
        found = answered(aws, call)
        assert not isinstance(found, bytes)
        changed = dict(found)
        change(changed)
        return changed

    monkeypatch.setitem(OPERATIONS, operation, answer)


def cost_failure(mine: CloudAccount, at: datetime) -> str:
    """The error of a sync of costs that must change nothing."""
    before, marks = stored(), list(Watermark.objects.values_list("read_until"))
    status, error = outcome(sync_cost(mine, at, window=DAYS))
    assert status == "failed"
    assert stored() == before
    assert list(Watermark.objects.values_list("read_until")) == marks
    return error


def cpu_failure(mine: CloudAccount, at: datetime) -> str:
    """The same of metrics."""
    before, marks = stored(), list(Watermark.objects.values_list("read_until"))
    status, error = outcome(sync_cpu(mine, at, window=DAYS))
    assert status == "failed"
    assert stored() == before
    assert list(Watermark.objects.values_list("read_until")) == marks
    return error


def test_metrics_that_are_empty_where_rows_are_held_fail_and_keep_them(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.world().cpu_day = lambda instance, day: None
    error = cpu_failure(mine, now + HOUR)
    assert error.startswith(f"Metrics of {DAYS}: the cloud answered without any data")


def test_totals_that_lack_days_are_refused(
    mine: CloudAccount,
    aws: EmulatedAws,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed(
        *(monkeypatch, "ce:GetCostAndUsage", get_cost_and_usage),
        lambda answer: answer["ResultsByTime"].pop(1),
    )
    error = cost_failure(mine, now + HOUR)
    assert "the answer lacks 1 of 3 days, the first 2026-06-18" in error
    assert "Nothing of this answer was stored: sync again." in error


def test_days_without_a_total_are_refused(
    mine: CloudAccount,
    aws: EmulatedAws,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed(
        *(monkeypatch, "ce:GetCostAndUsage", get_cost_and_usage),
        lambda answer: answer["ResultsByTime"][2].update(Total={}),
    )
    error = cost_failure(mine, now + HOUR)
    assert "the answer lacks 1 of 3 days, the first 2026-06-19" in error


def test_groups_that_lack_days_are_what_the_total_says(
    mine: CloudAccount,
    aws: EmulatedAws,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed(
        *(monkeypatch, "ce:GetCostAndUsage", get_cost_and_usage),
        lambda answer: [day["Groups"].clear() for day in answer["ResultsByTime"]],
    )
    assert outcome(sync_cost(mine, now + HOUR)) == ("succeeded", "")
    assert billed() == {june(1): 5, june(17): 5, june(19): 5}
    assert not rows_miss_totals()


def test_cost_pages_without_an_end_are_refused(
    mine: CloudAccount,
    aws: EmulatedAws,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first_again(aws: EmulatedAws, call: Call) -> Answer:
        call.parameters.pop("NextPageToken", None)  # type: ignore[attr-defined]
        return get_cost_and_usage(aws, call)

    changed(
        *(monkeypatch, "ce:GetCostAndUsage", first_again),
        lambda answer: answer.update(NextPageToken="again"),
    )
    assert "a page points to itself" in cost_failure(mine, now + HOUR)


def test_metric_pages_without_an_end_are_refused(
    mine: CloudAccount,
    aws: EmulatedAws,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first_again(aws: EmulatedAws, call: Call) -> Answer:
        call.parameters.pop("NextToken", None)  # type: ignore[attr-defined]
        return get_metric_data(aws, call)

    changed(
        *(monkeypatch, "cloudwatch:GetMetricData", first_again),
        lambda answer: answer.update(NextToken="again"),
    )
    assert "a page points to itself" in cpu_failure(mine, now + HOUR)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("PartialData", "PartialData without a next page. Nothing of this answer was"),
        ("InternalError", "InternalError. Nothing of this answer was stored"),
        ("Forbidden", "Forbidden. Allow it in the IAM policy"),
    ],
)
def test_metrics_that_are_not_complete_are_refused(
    mine: CloudAccount,
    aws: EmulatedAws,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    told: str,
) -> None:
    changed(
        *(monkeypatch, "cloudwatch:GetMetricData", get_metric_data),
        lambda answer: answer["MetricDataResults"][-1].update(StatusCode=status),
    )
    error = cpu_failure(mine, now + HOUR)
    assert f"Metrics of {DAYS} in eu-west-1 (cloudwatch:GetMetricData): {told}" in error


def test_what_a_region_answered_before_it_failed_is_stored_and_reported(
    mine: CloudAccount, aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.AWS_MAX_ATTEMPTS = 1
    for number in range(100):
        aws.world().add_instance(machine(f"i-x{number:02}", cpu_percent=1.0))
    aws.world().add_instance(machine("i-us", "us-east-1", cpu_percent=1.0))
    mine.settings["regions"] = []
    sync_ec2(mine, now + HOUR)
    aws.throttle("cloudwatch:GetMetricData", every=3)
    status, error = outcome(sync_cpu(mine, now + HOUR, window=DAYS))
    assert status == "partial"
    assert "(cloudwatch:GetMetricData): Throttling" in error
    assert CpuMetric.objects.exclude(resource__resource_id="i-1").count() >= 82 * 3
