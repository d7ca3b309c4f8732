"""Backfills: cut, priced, worked off part by part, paused, cancelled, retried."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import OTHER, charge, june
from core.testing.task_queue import waiting, work_off
from core.windows import InvalidWindow, Window
from costs.models import DailyCost
from costs.sync import sync_cost
from syncs.backfills.planning import advance_backfills, close_part, cut, propose
from syncs.backfills.transitions import TRANSITIONS, InvalidTransition, transition
from syncs.datasets import Dataset
from syncs.models import Backfill, BackfillWindow, SyncRun
from syncs.runs.claims import Refused, claim
from syncs.runs.start import BrokerUnavailable
from syncs.tasks import schedule_tick

pytestmark = pytest.mark.django_db
MAY = Window(date(2026, 5, 1), june(1))


@pytest.fixture
def mine(aws: EmulatedAws, now: datetime, settings: Settings) -> Iterator[CloudAccount]:
    """An account whose costs of June are read, and whose costs of May are not."""
    settings.COST_FIRST_SYNC_DAYS, settings.BACKFILL_WINDOW_DAYS = 19, 10
    aws.world().add_costs([charge(day, "1.5") for day in [*MAY.days(), june(19)]])
    waiting()
    with time_machine.travel(now, tick=False):
        mine = aws_account()
        assert sync_cost(mine, now).status == "succeeded"
        yield mine


@pytest.fixture
def backfill(mine: CloudAccount, now: datetime) -> Backfill:
    """Of four parts, and begun."""
    proposed = propose(mine, Dataset.COST, MAY, now)
    transition(proposed, "start", now)
    return proposed


def states(backfill: Backfill) -> list[str]:
    """Of its parts, the newest first."""
    return list(backfill.windows.values_list("status", flat=True))


def status(backfill: Backfill) -> str:
    backfill.refresh_from_db()
    return backfill.status


def days_of_may() -> int:
    return DailyCost.objects.filter(day__lt=june(1)).count()


def test_it_is_cut_into_parts_the_newest_first() -> None:
    assert cut(Window(june(1), june(11)), 4) == [
        Window(june(7), june(11)),
        Window(june(3), june(7)),
        Window(june(1), june(3)),
    ]
    assert cut(Window(june(1), june(2)), 30) == [Window(june(1), june(2))]


def test_it_waits_for_its_start_with_its_price(
    mine: CloudAccount, now: datetime
) -> None:
    proposed = propose(mine, Dataset.COST, MAY, now)
    each = SyncRun.objects.get().api_cost_usd
    assert each > 0
    assert (proposed.status, proposed.estimated_usd) == ("proposed", each * 4)
    advance_backfills(now)
    assert states(proposed) == ["waiting"] * 4
    assert waiting() == []


def test_as_many_parts_are_at_work_as_may_be_until_all_is_read(
    backfill: Backfill, now: datetime
) -> None:
    advance_backfills(now)
    advance_backfills(now)
    assert states(backfill) == ["active", "active", "waiting", "waiting"]
    assert SyncRun.objects.active().count() == 2
    assert work_off() == ["succeeded"] * 4  # each part that ends begins another
    assert states(backfill) == ["succeeded"] * 4
    assert status(backfill) == "succeeded"
    assert days_of_may() == 31
    runs = SyncRun.objects.filter(trigger="backfill")
    assert {run.window for run in runs} == set(cut(MAY, 10))
    assert all(run.backfill_window is not None for run in runs)


def test_read_twice_it_leaves_the_same_rows(
    mine: CloudAccount, backfill: Backfill, now: datetime
) -> None:
    advance_backfills(now)
    work_off()
    again = propose(mine, Dataset.COST, MAY, now)
    transition(again, "start", now)
    advance_backfills(now)
    work_off()
    assert status(again) == "succeeded"
    assert days_of_may() == 31


def test_paused_it_ends_what_is_at_work_and_goes_on_when_resumed(
    backfill: Backfill, now: datetime
) -> None:
    advance_backfills(now)
    transition(backfill, "pause", now)
    with pytest.raises(InvalidTransition, match="can't be paused: it is paused"):
        transition(backfill, "pause", now)
    work_off()
    schedule_tick()
    assert states(backfill) == ["succeeded", "succeeded", "waiting", "waiting"]
    assert not SyncRun.objects.filter(trigger="backfill").active().exists()
    transition(backfill, "start", now)
    advance_backfills(now)
    work_off()
    assert status(backfill) == "succeeded"


def test_cancelled_it_starts_no_further_part_and_keeps_what_it_read(
    backfill: Backfill, now: datetime
) -> None:
    advance_backfills(now)
    transition(backfill, "cancel", now)
    work_off()
    schedule_tick()
    assert status(backfill) == "cancelled"
    assert states(backfill) == ["succeeded", "succeeded", "waiting", "waiting"]
    assert days_of_may() == 20
    for name in TRANSITIONS:
        with pytest.raises(InvalidTransition, match="it is cancelled"):
            transition(backfill, name, now)


def test_a_part_that_fails_is_tried_again_after_growing_pauses_and_then_named(
    backfill: Backfill, aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.BACKFILL_ATTEMPTS, settings.BACKFILL_PARALLEL = 3, 1
    settings.SYNC_RETRY_MINUTES = 15
    aws.deny("ce:GetCostAndUsage")
    backfill.windows.exclude(end=MAY.end).delete()
    tried_at, at = [], now
    while status(backfill) == "running":
        with time_machine.travel(at, tick=False):
            advance_backfills(at)
            tried_at += [at - now] * len(work_off())
        at += timedelta(minutes=5)
    minutes = [pause.total_seconds() / 60 for pause in tried_at]
    assert minutes == [0, 15, 45]
    (part,) = backfill.windows.all()
    assert (part.status, part.attempts) == ("failed", 3)
    assert "ce:GetCostAndUsage" in part.error
    assert backfill.status == "failed"
    assert days_of_may() == 0


def test_a_part_that_another_process_has_closed_waits_no_longer(
    backfill: Backfill, aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.BACKFILL_PARALLEL = 1
    aws.deny("ce:GetCostAndUsage")
    advance_backfills(now)
    seen = backfill.windows.get(status="active")
    work_off()
    closed = backfill.windows.get(pk=seen.pk)
    close_part(seen, now + timedelta(minutes=1))
    again = backfill.windows.get(pk=seen.pk)
    assert (again.status, again.due_at) == ("waiting", closed.due_at)


def test_one_part_that_fails_does_not_stop_the_others(
    backfill: Backfill, aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.BACKFILL_ATTEMPTS, settings.BACKFILL_PARALLEL = 1, 2
    settings.AWS_MAX_ATTEMPTS = 1
    aws.fail("ce:GetCostAndUsage", "ValidationException", times=1)
    advance_backfills(now)
    work_off()
    assert states(backfill) == ["failed", "succeeded", "succeeded", "succeeded"]
    assert status(backfill) == "failed"


def test_a_part_whose_worker_or_message_was_lost_is_begun_again(
    backfill: Backfill, now: datetime
) -> None:
    advance_backfills(now)
    waiting()  # every process ended, and the queue is empty
    later = now + timedelta(hours=2)
    with time_machine.travel(later, tick=False):
        schedule_tick()
    assert states(backfill) == ["waiting"] * 2 + ["active"] * 2
    with time_machine.travel(later + timedelta(hours=1), tick=False):
        work_off()
        schedule_tick()
        work_off()
        schedule_tick()
    assert status(backfill) == "succeeded"
    assert days_of_may() == 31


def test_an_ordinary_run_has_a_slot_of_its_own(
    mine: CloudAccount, backfill: Backfill, now: datetime
) -> None:
    advance_backfills(now)
    assert claim(mine, Dataset.COST, now).backfill_window is None
    work_off()
    assert status(backfill) == "succeeded"


def test_a_part_that_can_not_be_read_any_more_fails_alone(
    backfill: Backfill, mine: CloudAccount, now: datetime
) -> None:
    payer = aws_account(OTHER, is_payer=True)
    CloudAccount.objects.filter(pk=mine.pk).update(payer=payer)
    advance_backfills(now)
    advance_backfills(now)
    assert "sync that account instead" in backfill.windows.first().error  # type: ignore[union-attr]
    schedule_tick()
    assert status(backfill) == "failed"


def test_while_the_queue_is_away_no_run_is_left_and_parts_are_tried_again(
    backfill: Backfill, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **options: Any) -> None:
        raise ConnectionRefusedError("connection refused")

    with monkeypatch.context() as patched, pytest.raises(BrokerUnavailable):
        patched.setattr(current_app, "send_task", away)
        advance_backfills(now)
    assert not SyncRun.objects.exclude(backfill_window=None).exists()
    for hours in (1, 2):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            schedule_tick()
            work_off()
    assert status(backfill) == "succeeded"


def test_what_it_would_cost_is_known_only_after_a_first_sync(
    mine: CloudAccount, now: datetime
) -> None:
    with pytest.raises(Refused, match=r"run `manage.py sync_cpu --account 123"):
        propose(mine, Dataset.CPU, MAY, now)
    assert not Backfill.objects.exists()


@pytest.mark.parametrize(
    ("dataset", "window", "reason"),
    [
        (Dataset.COST, Window(date(2020, 1, 1), june(1)), "must lie within 2025-"),
        (Dataset.COST, Window(june(1), june(21)), "without the running day"),
        (Dataset.INSTANCES, MAY, "as they are now"),
    ],
)
def test_what_can_not_be_read_is_refused_in_one_sentence(
    mine: CloudAccount, now: datetime, dataset: Dataset, window: Window, reason: str
) -> None:
    with pytest.raises(InvalidWindow, match=reason) as refused:
        propose(mine, dataset, window, now)
    assert "\n" not in str(refused.value)
    assert not BackfillWindow.objects.exists()
