"""An action goes from a recommendation to its outcome, and back."""

import pytest

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Recommendation, Remediation, Verification
from insights.remediation.approval import decide
from insights.remediation.execution import work_on
from insights.remediation.proposals import proposal_of, propose
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
from syncs.models import ApiUsage, SyncRun
from users.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def advised(acting: FakeActing) -> Recommendation:
    owner = account()
    return recommendation(owner, running(owner, acting))


@pytest.fixture
def stop(advised: Recommendation) -> Remediation:
    proposal = proposal_of(advised)
    assert proposal is not None
    return worked_on(propose(proposal, NOW, ADA))


def approved(row: Remediation) -> Remediation:
    decide(row, "approve", row.version, NOW, BOB)
    return worked_on(row)


def test_its_dry_run_says_what_the_cloud_says_and_changes_nothing(
    stop: Remediation, acting: FakeActing
) -> None:
    assert stop.status == "proposed"
    assert stop.dry_run == "Request would have succeeded, but DryRun flag is set."
    assert stop.expected["state"] == "running"
    assert stop.expected["type"] == "m5.large"
    assert acting.acted == []


def test_approved_by_another_user_it_is_done_and_the_log_tells_it(
    stop: Remediation, acting: FakeActing
) -> None:
    row = approved(stop)
    assert (row.status, row.answer) == ("succeeded", "It is stopped.")
    assert [one.key for one in acting.acted] == [row.key]
    assert row.held_by == ""
    lines = row.lines.values_list("user_name", "old_status", "new_status")
    assert [one for one in lines if one[1] != one[2]] == [
        ("ada", "", "proposed"),
        ("bob", "proposed", "approved"),
        ("", "approved", "running"),
        ("", "running", "succeeded"),
    ]
    assert "asked to change it" in log_of(row)
    entries = AuditEntry.objects.filter(action__startswith="remediation.")
    assert [(one.action, one.user_name) for one in entries.order_by("id")] == [
        ("remediation.propose", "ada"),
        ("remediation.approve", "bob"),
    ]


def test_its_recommendation_is_done_and_waits_for_the_bill(
    stop: Remediation, advised: Recommendation
) -> None:
    approved(stop)
    advised.refresh_from_db()
    assert advised.status == "done"
    assert advised.changes.get().user_name == "bob"
    assert Verification.objects.get(recommendation=advised).status == "pending"


def test_a_sync_of_such_resources_is_queued_and_requests_are_counted(
    stop: Remediation,
) -> None:
    approved(stop)
    run = SyncRun.objects.get()
    assert (run.dataset, run.status) == ("instances", "queued")
    assert ApiUsage.objects.get().requests == 1


def test_run_again_it_is_not_done_again(stop: Remediation, acting: FakeActing) -> None:
    worked_on(approved(stop))
    assert len(acting.acted) == 1


def test_it_is_taken_back_by_an_action_that_is_approved_like_any_other(
    stop: Remediation, advised: Recommendation, acting: FakeActing
) -> None:
    row = approved(stop)
    back = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    assert (back.kind, back.status, back.undoes) == ("start_instance", "proposed", row)
    decide(back, "approve", back.version, NOW, ADA)
    assert worked_on(back).status == "succeeded"
    row.refresh_from_db()
    advised.refresh_from_db()
    assert (row.status, advised.status) == ("rolled_back", "open")
    assert not Verification.objects.exists()
    assert [one.state for one in acting.records.values()] == ["running"]
    assert back.undo["kind"] == "stop_instance"


def test_what_is_taken_back_by_two_is_rolled_back_once(
    stop: Remediation, acting: FakeActing
) -> None:
    row = approved(stop)
    first = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    acting.errors = [RuntimeError("boom")]
    decide(first, "approve", first.version, NOW, ADA)
    with pytest.raises(RuntimeError):
        work_on(first.pk)
    row.refresh_from_db()
    second = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    decide(second, "approve", second.version, NOW, ADA)
    assert worked_on(second).status == "succeeded"
    first.refresh_from_db()
    decide(first, "resume", first.version, NOW, ADA)
    assert worked_on(first).status == "succeeded"
    row.refresh_from_db()
    assert row.status == "rolled_back"


def test_a_recommendation_that_a_user_closed_meanwhile_stays_as_it_is(
    stop: Remediation, advised: Recommendation
) -> None:
    Recommendation.objects.filter(pk=advised.pk).update(status="dismissed")
    approved(stop)
    advised.refresh_from_db()
    assert advised.status == "dismissed"


def test_one_without_a_recommendation_changes_none(acting: FakeActing) -> None:
    row = approved(proposed(running(account(), acting)))
    assert row.status == "succeeded"
    assert not Recommendation.objects.exists()
