"""What is due, and that it is queued once, however often somebody looks."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries, Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator.builders import OTHER
from core.testing.task_queue import waiting
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim, free_dead, take
from syncs.scheduler.due import Due, due, due_at
from syncs.tasks import queue_due, schedule_tick
from syncs.testing import OF_AWS

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# What waits for nothing else, and what is read of instances.
AT_ONCE = ["instances", "storage", "databases", "network", "cost"]
AFTERWARDS = ["cpu", "usage", "prices"]


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    waiting()


def ended(mine: CloudAccount, dataset: str, at: datetime, **fields: Any) -> SyncRun:
    """A run that began and ended at that moment, and succeeded."""
    values = {"status": "succeeded", "heartbeat_at": at, "finished_at": at, **fields}
    return SyncRun.objects.create(
        account=mine, dataset=dataset, started_at=at, **values
    )


def read(mine: CloudAccount, at: datetime, datasets: list[str] | None = None) -> None:
    for dataset in datasets or AT_ONCE + AFTERWARDS:
        ended(mine, dataset, at)


def names(now: datetime) -> list[str]:
    found = due(CloudAccount.objects.enabled().select_related("payer"), now)
    return [one.dataset.value for one in found]


def test_what_another_scheduler_has_read_meanwhile_is_not_read_again(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = aws_account()
    read(mine, now - DAY)

    def slow_look(accounts: Iterable[CloudAccount], now: datetime) -> list[Due]:
        found = list(due(accounts, now))
        ended(mine, "instances", now)
        return found

    monkeypatch.setattr("syncs.tasks.due", slow_look)
    with time_machine.travel(now, tick=False):
        assert queue_due() == len(AT_ONCE) - 1
    active = SyncRun.objects.active().values_list("dataset", flat=True)
    assert set(active) == set(AT_ONCE) - {"instances"}


def test_a_new_account_is_due_at_once_but_its_cpu_waits_for_its_instances(
    now: datetime,
) -> None:
    mine = aws_account()
    assert names(now) == AT_ONCE
    ended(mine, "instances", now)
    assert names(now) == [*AT_ONCE[1:], "cpu"]


def test_prices_wait_for_all_that_has_a_price(now: datetime) -> None:
    mine = aws_account()
    for dataset in ("instances", "storage", "databases"):
        ended(mine, dataset, now)
        assert "prices" not in names(now)
    ended(mine, "network", now)
    assert "prices" in names(now)


def test_use_waits_for_all_that_it_is_asked_of_but_not_for_what_can_not_be_read(
    now: datetime,
) -> None:
    mine = aws_account()
    for dataset in ("instances", "storage", "databases"):
        ended(mine, dataset, now)
    assert "usage" not in names(now)
    denied = ended(mine, "network", now, status="failed")
    assert "usage" in names(now)
    ended(mine, "usage", now)
    # Denied again, it is due after a pause; what the others tell is read meanwhile.
    later = now + DAY
    denied.heartbeat_at = later
    denied.save()
    ended(mine, "storage", later)
    ended(mine, "databases", later)
    assert {"usage", "network"} <= set(names(later))


def test_use_of_what_could_never_be_read_waits(now: datetime) -> None:
    mine = aws_account()
    for dataset in ("storage", "databases", "network"):
        ended(mine, dataset, now, status="failed")
    assert "usage" not in names(now)


def test_cpu_is_read_though_its_instances_are_due_again_at_every_look(
    now: datetime, settings: Settings
) -> None:
    settings.SYNC_INTERVAL_MINUTES = 1
    mine, minute = aws_account(), timedelta(minutes=1)
    read(mine, now)
    assert names(now + minute) == AT_ONCE
    ended(mine, "instances", now + minute)
    assert "cpu" in names(now + 2 * minute)


def test_each_dataset_is_due_an_interval_after_it_was_last_begun(
    now: datetime, settings: Settings
) -> None:
    settings.SYNC_INTERVAL_MINUTES = 60
    read(aws_account(), now)
    assert names(now + HOUR - timedelta(seconds=1)) == []
    assert names(now + HOUR) == AT_ONCE


def test_with_an_interval_of_a_minute_every_tick_reads(
    now: datetime, settings: Settings
) -> None:
    settings.SYNC_INTERVAL_MINUTES = 1
    mine = aws_account()
    for minute in range(5):  # beat's ticks come late, by ever more milliseconds
        tick = now + timedelta(minutes=minute, seconds=3, milliseconds=5 * minute)
        assert "instances" in names(tick)
        ended(mine, "instances", tick + timedelta(seconds=20), queued_at=tick)


def test_a_daily_sync_does_not_drift(now: datetime) -> None:
    mine = aws_account()
    tick = now + timedelta(seconds=3)
    run = ended(mine, "instances", tick + timedelta(minutes=5), queued_at=tick)
    assert due_at(run, now) == now + DAY


@pytest.mark.parametrize(
    ("queued", "due"),
    [
        (time(2, 0, 7), "2026-06-21 02:00"),  # by the schedule itself
        (time(1, 59), "2026-06-20 02:00"),
        (time(15, 30), "2026-06-21 02:00"),  # by hand
    ],
)
def test_a_daily_sync_can_have_a_time_of_day(
    now: datetime, settings: Settings, queued: time, due: str
) -> None:
    settings.SYNC_AT = time(2, 0)
    at = datetime.combine(now.date(), queued, tzinfo=UTC)
    run = ended(aws_account(), "instances", at + timedelta(minutes=9), queued_at=at)
    assert f"{due_at(run, now):%Y-%m-%d %H:%M}" == due


def test_who_was_down_for_three_intervals_catches_up_once(now: datetime) -> None:
    mine = aws_account()
    read(mine, now)
    with time_machine.travel(now + 3 * DAY, tick=False):
        assert [queue_due() for _ in range(3)] == [len(AT_ONCE), 0, 0]
        for _, (run_id,) in waiting():
            run = take(run_id, now + 3 * DAY)
            assert run is not None
            SyncRun.objects.filter(pk=run_id).update(
                status="succeeded", finished_at=now + 3 * DAY
            )
        assert [queue_due() for _ in range(3)] == [len(AFTERWARDS), 0, 0]
    assert [task for task, _ in waiting()] == [
        "metrics.tasks.sync_cpu",
        "metrics.tasks.sync_usage",
        "pricing.tasks.sync_prices",
    ]
    assert SyncRun.objects.filter(trigger="schedule").count() == len(OF_AWS)


def test_what_failed_is_tried_again_after_pauses_that_double_up_to_the_interval(
    now: datetime, settings: Settings
) -> None:
    settings.SYNC_INTERVAL_MINUTES, settings.SYNC_RETRY_MINUTES = 60, 15
    mine = aws_account()
    pauses = []
    for attempt in (1, 2, 3, 4, 60):
        run = ended(mine, "instances", now, status="failed", attempt=attempt)
        pauses.append(due_at(run, now) - now)
    assert pauses == [HOUR / 4, HOUR / 2, HOUR, HOUR, HOUR]


def test_each_failure_counts_until_a_run_reads_everything(now: datetime) -> None:
    mine = aws_account()
    for attempt in (1, 2, 3):
        at = now + attempt * HOUR
        run = claim(mine, Dataset.INSTANCES, at)
        assert run.attempt == attempt
        SyncRun.objects.filter(pk=run.pk).update(status="partial", finished_at=at)
    ended(mine, "instances", now + 4 * HOUR)
    assert claim(mine, Dataset.INSTANCES, now + 5 * HOUR).attempt == 1


def test_what_no_worker_took_in_time_is_dropped_with_a_note_and_queued_again(
    now: datetime, settings: Settings
) -> None:
    settings.QUEUE_GRACE_SECONDS = 3600
    aws_account()
    with time_machine.travel(now, tick=False):
        schedule_tick()
    waiting()  # the messages are lost
    with time_machine.travel(now + HOUR, tick=False):
        schedule_tick()
    waiting()  # sent again, and lost again
    assert not SyncRun.objects.filter(status="abandoned").exists()
    late = now + HOUR + timedelta(seconds=1)
    with time_machine.travel(late, tick=False):
        schedule_tick()
    assert {name for name, _ in waiting()} == {
        Dataset(dataset).traits.task for dataset in AT_ONCE
    }
    dropped = SyncRun.objects.filter(status="abandoned")
    assert [run.finished_at for run in dropped] == [late] * 5
    assert all("No worker took it within 1:00:00" in run.error for run in dropped)
    # Nothing was tried, so it is no second attempt.
    assert [run.attempt for run in SyncRun.objects.active()] == [1] * 5


def test_a_message_that_comes_after_the_grace_or_twice_does_nothing(
    now: datetime,
) -> None:
    run = claim(aws_account(), Dataset.COST, now, status=SyncRun.Status.QUEUED)
    assert take(run.pk, now + 2 * HOUR) is None
    run.refresh_from_db()
    assert (run.status, run.held_by) == ("abandoned", "")
    again = claim(run.account, Dataset.COST, now, status=SyncRun.Status.QUEUED)
    assert take(again.pk, now) is not None
    assert take(again.pk, now) is None


def test_disabled_accounts_and_costs_on_a_payers_bill_are_left_alone(
    now: datetime,
) -> None:
    payer = aws_account(is_payer=True)
    member = aws_account(OTHER, payer=payer)
    read(payer, now)
    assert names(now) == AT_ONCE[:-1]
    CloudAccount.objects.filter(pk=member.pk).update(is_enabled=False)
    assert names(now) == []


def test_many_accounts_take_two_queries(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        read(aws_account(f"{number:012}"), now)
    accounts = list(CloudAccount.objects.select_related("payer"))
    with django_assert_num_queries(2):  # newest runs; active runs
        assert len(list(due(accounts, now + DAY))) == 20 * len(AT_ONCE)


def test_a_run_whose_worker_is_gone_does_not_block(now: datetime) -> None:
    mine = aws_account()
    run = claim(mine, Dataset.INSTANCES, now)
    host = run.held_by.partition("@")[0]
    SyncRun.objects.filter(pk=run.pk).update(held_by=f"{host}@4194305:1")
    free_dead(SyncRun.objects.all(), now)
    run.refresh_from_db()
    assert (run.status, run.finished_at) == ("abandoned", now)
    assert "Its process was ended" in run.error
