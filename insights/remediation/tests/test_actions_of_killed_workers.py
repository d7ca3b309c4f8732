"""What a killed worker left is taken up again, never twice and never for ever."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from alerts.models import Notice
from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Remediation
from insights.remediation.approval import decide
from insights.remediation.execution import MOST_ATTEMPTS, claim, work_on
from insights.remediation.testing import (
    ADA,
    BOB,
    FakeActing,
    log_of,
    proposed,
    running,
    worked_on,
)
from providers.errors import ErrorKind, ProviderError
from syncs.runs.processes import own_mark
from syncs.runs.stopping import Stopped

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(acting: FakeActing) -> Remediation:
    row = proposed(running(account(), acting))
    decide(row, "approve", row.version, NOW, BOB)
    return row


def unfinished() -> ProviderError:
    return ProviderError(
        ErrorKind.UNFINISHED, "Stop i-web", "it is still stopping", "Look at it."
    )


def test_while_one_worker_holds_it_another_leaves_it_alone(
    approved: Remediation,
) -> None:
    assert claim(approved.pk, timezone.now()) is not None
    assert work_on(approved.pk) == "taken"


def test_one_whose_worker_was_killed_is_repeated_and_done_once(
    approved: Remediation, acting: FakeActing
) -> None:
    acting.is_done, acting.errors = True, [Stopped(3.0)]
    assert worked_on(approved).status == "running"
    host, _, _ = own_mark().rpartition("@")
    Remediation.objects.update(held_by=f"{host}@999999999:1")
    assert worked_on(approved).status == "succeeded"
    assert (len(acting.acted), approved.attempts) == (1, 2)
    assert "Taken up again, attempt 2." in log_of(approved)


def test_one_whose_workers_are_killed_each_time_is_given_up(
    approved: Remediation, acting: FakeActing
) -> None:
    acting.errors = [Stopped(3.0) for _ in range(MOST_ATTEMPTS)]
    for _ in range(MOST_ATTEMPTS):
        assert worked_on(approved).status == "running"
    assert worked_on(approved).status == "unknown"
    assert approved.error.startswith("Its worker ended again and again.")
    assert acting.acted == []
    decide(approved, "resume", approved.version, NOW, BOB)
    assert worked_on(approved).status == "succeeded"


def test_one_without_heartbeat_is_taken_over(approved: Remediation) -> None:
    long_ago = Remediation.objects.filter(pk=approved.pk)
    long_ago.update(held_by="elsewhere@1:1", heartbeat_at=NOW.replace(year=2020))
    assert worked_on(approved).status == "succeeded"


def test_who_lost_the_claim_stores_nothing(
    approved: Remediation, acting: FakeActing, monkeypatch: pytest.MonkeyPatch
) -> None:
    act: Callable[..., object] = acting.act

    def taken_over(*args: object, **values: object) -> object:
        Remediation.objects.update(held_by="elsewhere@1:1")
        return act(*args, **values)

    monkeypatch.setattr(acting, "act", taken_over)
    assert worked_on(approved).status == "running"
    assert approved.held_by == "elsewhere@1:1"


def test_what_the_cloud_does_not_finish_is_unknown_in_the_end(
    approved: Remediation, acting: FakeActing
) -> None:
    acting.errors = [unfinished() for _ in range(MOST_ATTEMPTS)]
    for _ in range(MOST_ATTEMPTS - 1):
        assert worked_on(approved).status == "running"
    assert worked_on(approved).status == "unknown"
    assert "Look at the resource in its cloud" in approved.error
    assert work_on(approved.pk) == "taken"
    decide(approved, "resume", approved.version, NOW, BOB)
    assert worked_on(approved).status == "succeeded"


def test_what_nobody_foresaw_is_unknown_and_raised(
    approved: Remediation, acting: FakeActing
) -> None:
    acting.errors = [RuntimeError("boom")]
    with pytest.raises(RuntimeError):
        work_on(approved.pk)
    approved.refresh_from_db()
    assert approved.status == "unknown"
    assert approved.error.startswith("Unexpected RuntimeError: boom.")
    assert approved.held_by == ""


def test_a_dry_run_that_nobody_foresaw_failing_is_not_repeated_by_itself(
    acting: FakeActing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(action: object) -> str:
        raise RuntimeError("boom")

    machine = running(account(), acting)
    monkeypatch.setattr(acting, "dry_run", broken)
    with pytest.raises(RuntimeError):
        proposed(machine)
    row = Remediation.objects.get()
    assert row.dry_run_error == "Unexpected RuntimeError: boom."
    assert (row.waits_for_worker, row.held_by) == (False, "")


def test_one_that_fails_reaches_people(
    approved: Remediation, acting: FakeActing, settings: object
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]  # type: ignore[attr-defined]
    acting.errors = [ProviderError(ErrorKind.DENIED, "Stop i-web", "denied", "Ask.")]
    worked_on(approved)
    notice = Notice.objects.get()
    assert notice.topic == "remediation"
    assert notice.text == (
        "Stop instance web in production: failed. Stop i-web: denied. Ask."
    )


def test_one_that_waits_for_approval_reaches_people(
    acting: FakeActing, settings: object
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]  # type: ignore[attr-defined]
    row = proposed(running(account(), acting))
    assert "waits for approval" in Notice.objects.get().text
    assert decide(row, "cancel", row.version, NOW, ADA).status == "cancelled"
