"""Schedules stop and start instances at their hours, each time once."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import PowerSchedule, Remediation
from insights.recommendations.engine.schedule import Pattern
from insights.remediation import proposals
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.approval import decide
from insights.remediation.power_hours import InvalidHours, PowerHours
from insights.remediation.power_schedules import queue_scheduled
from insights.remediation.proposals import proposal_of
from insights.remediation.testing import (
    ADA,
    BOB,
    FakeActing,
    log_of,
    proposed,
    running,
    worked_on,
)
from insights.testing import recommendation
from inventory.models import Resource
from inventory.testing import instance
from providers.errors import ErrorKind, ProviderError


def at(day: int, hour: int) -> datetime:
    """In a week of November 2026: the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "off", "on"),
    [
        ("20-06", [at(23, 20), at(24, 5), at(28, 5)], [at(24, 6), at(28, 20)]),
        ("weekends", [at(28, 0), at(29, 23)], [at(27, 23), at(30, 0)]),
        ("20-6 weekends", [at(27, 21), at(28, 12), at(30, 5)], [at(30, 6)]),
        ("9-17 weekends", [at(27, 9), at(29, 23)], [at(27, 17), at(30, 0)]),
        ("1-5", [at(24, 1)], [at(24, 5), at(28, 2)]),
    ],
)
def test_hours_say_when_it_is_off(
    text: str, off: list[datetime], on: list[datetime]
) -> None:
    hours = PowerHours.parse(text)
    assert [hours.is_off(one) for one in off] == [True] * len(off)
    assert [hours.is_off(one) for one in on] == [False] * len(on)
    assert PowerHours.parse(hours.text) == hours


@pytest.mark.parametrize(
    ("weekends", "off_from", "on_from"),
    [(True, 20, 6), (True, None, None), (False, 1, 5)],
)
def test_a_week_is_off_as_long_as_its_recommendation_counts(
    weekends: bool, off_from: int | None, on_from: int | None
) -> None:
    hours = PowerHours(off_from, on_from, weekends=weekends)
    week = [at(day, hour) for day in range(23, 30) for hour in range(24)]
    pattern = Pattern(weekends, off_from, on_from)
    assert sum(map(hours.is_off, week)) == pattern.hours_off


@pytest.mark.parametrize("text", ["", " ", "20", "24-6", "6-6", "20-06 sundays", "x"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InvalidHours, match="20-06 weekends"):
        PowerHours.parse(text)


def test_they_know_since_when_it_is_so() -> None:
    hours = PowerHours.parse("20-06 weekends")
    assert hours.same_since(at(24, 3)) == at(23, 20).replace(minute=0)
    assert hours.same_since(at(29, 12)) == at(27, 20).replace(minute=0)
    assert hours.same_since(at(24, 12)) == at(24, 6).replace(minute=0)


@pytest.fixture
def machine(db: None, acting: FakeActing) -> Resource:
    return running(account(), acting)


@pytest.fixture
def schedule(machine: Resource) -> PowerSchedule:
    """Since Friday noon: NOW is a Friday."""
    row = proposed(machine, kind=RemediationKind.SCHEDULE, target="20-06 weekends")
    assert "It would be off on workdays from 20:00 to 06:00 UTC" in row.dry_run
    decide(row, "approve", row.version, NOW, BOB)
    assert worked_on(row).status == "succeeded"
    PowerSchedule.objects.update(since=NOW)
    return PowerSchedule.objects.get()


def run_due(now: datetime) -> list[Remediation]:
    queue_scheduled(now)
    rows = Remediation.objects.exclude(schedule=None).to_work_on().order_by("pk")
    with time_machine.travel(now):
        return [worked_on(row) for row in rows]


def state(acting: FakeActing) -> str:
    return next(iter(acting.records.values())).state


def test_it_is_stopped_and_started_once_at_each_hour(
    schedule: PowerSchedule, acting: FakeActing
) -> None:
    assert [one.answer for one in run_due(NOW)] == ["It was running already."]
    [stopped] = run_due(at(20, 21))
    assert (stopped.status, stopped.approved_by, state(acting)) == (
        *("succeeded", "bob"),
        "stopped",
    )
    tried = "Request would have succeeded, but DryRun flag is set."
    assert log_of(stopped).count(tried) == 1
    assert run_due(at(21, 12)) == []
    assert run_due(at(23, 5)) == []
    assert [one.kind for one in run_due(at(23, 6))] == ["start_instance"]
    assert state(acting) == "running"


def test_a_stop_that_the_cloud_did_not_finish_goes_on_with_the_instance_as_it_is(
    schedule: PowerSchedule, acting: FakeActing
) -> None:
    run_due(NOW)
    acting.errors = [ProviderError(ErrorKind.UNFINISHED, "Stop", "not yet", "Look.")]
    [asked] = run_due(at(20, 21))
    assert (asked.status, acting.acted) == ("running", [])
    [done] = run_due(at(20, 22))
    assert (done.pk, done.status) == (asked.pk, "succeeded")
    [action] = acting.acted
    assert action.expected.type == "m5.large"


def test_a_stop_that_no_worker_did_in_its_hours_is_not_done_later(
    schedule: PowerSchedule, acting: FakeActing
) -> None:
    run_due(NOW)
    queue_scheduled(at(20, 21))
    [late] = run_due(at(23, 9))
    assert (late.kind, late.status) == ("stop_instance", "succeeded")
    assert late.answer == "Its hours were over, so that nothing was changed."
    assert (acting.acted, state(acting)) == ([], "running")


def test_a_stop_whose_schedule_was_deleted_is_not_done_and_stays_readable(
    schedule: PowerSchedule, acting: FakeActing
) -> None:
    run_due(NOW)
    queue_scheduled(at(20, 21))
    [row] = Remediation.objects.exclude(schedule=None).to_work_on()
    PowerSchedule.objects.all().delete()
    assert worked_on(row).answer.startswith("Its schedule was deleted")
    assert acting.acted == []
    assert row.reason.startswith("By schedule: off on workdays")
    assert row.approved_by == "bob"


def test_what_somebody_starts_in_its_hours_is_left_running(
    schedule: PowerSchedule, acting: FakeActing
) -> None:
    run_due(at(20, 21))
    acting.records.clear()
    assert run_due(at(20, 22)) == []


def test_taken_back_it_ends(schedule: PowerSchedule) -> None:
    row = Remediation.objects.get(kind="schedule")
    back = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    decide(back, "approve", back.version, NOW, ADA)
    worked_on(back)
    schedule.refresh_from_db()
    assert schedule.ended_at is not None
    assert run_due(at(20, 21)) == []


def test_it_is_ended_where_nothing_may_be_changed_any_more(
    schedule: PowerSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "acts_for", lambda account: False)
    row = Remediation.objects.get(kind="schedule")
    back = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    assert back.status == "proposed"
    decide(back, "approve", back.version, NOW, ADA)
    assert worked_on(back).status == "succeeded"
    schedule.refresh_from_db()
    assert schedule.ended_at is not None


def test_what_is_gone_ends_its_schedule(schedule: PowerSchedule) -> None:
    Resource.objects.update(gone_since=NOW)
    assert queue_scheduled(at(20, 21)) == 0
    schedule.refresh_from_db()
    assert schedule.ended_at is not None


def test_a_recommended_schedule_has_the_hours_of_its_evidence(db: None) -> None:
    owner = account()
    evidence: dict[str, Any] = {
        "quiet_weekends": True,
        "off_from_hour_utc": 19,
        "on_from_hour_utc": 5,
    }
    advised = recommendation(
        owner, instance(owner, "web"), rule="schedule", evidence=evidence
    )
    proposal = proposal_of(advised)
    assert proposal is not None
    assert (proposal.kind, proposal.target) == ("schedule", "19-05 weekends")
