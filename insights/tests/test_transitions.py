"""People change statuses side by side: a late change is refused."""

from typing import Any

import pytest

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Recommendation, Verification
from insights.testing import anomaly, later, recommendation, request_of, somebody
from insights.transitions import InvalidTransition, StaleVersion, change_status
from inventory.testing import instance
from users.models import AuditEntry

pytestmark = pytest.mark.django_db


def moved(row: Any, status: str, **values: Any) -> Any:
    version = values.pop("version", row.version)
    request = request_of(values.pop("user", None))
    change_status(row, status, version, NOW, request=request, **values)
    return row


def test_it_keeps_who_changed_what_when_and_why() -> None:
    row = anomaly(account())
    user = somebody(name="ada")
    moved(row, "investigating", user=user, note=" A backup? ")
    change = row.changes.get()
    assert (change.user, change.user_name, change.at) == (user, "ada", NOW)
    assert (change.old_status, change.new_status) == ("detected", "investigating")
    assert change.note == "A backup?"
    assert (row.status, row.version) == ("investigating", 2)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user) == ("anomaly.change_status", user)
    assert entry.details == {
        "status": ["detected", "investigating"],
        "note": "A backup?",
    }


def test_a_refused_change_leaves_no_audit_entry() -> None:
    row = recommendation(account())
    with pytest.raises(InvalidTransition):
        moved(row, "dismissed")
    with pytest.raises(StaleVersion):
        moved(row, "accepted", version=7)
    assert not AuditEntry.objects.exists()


def test_who_changes_an_older_version_overwrites_nothing() -> None:
    row = anomaly(account())
    moved(row, "planned")
    with pytest.raises(StaleVersion, match="Somebody else has changed this"):
        moved(row, "dismissed", version=1)
    row.refresh_from_db()
    assert (row.status, row.version, row.changes.count()) == ("planned", 2, 1)


def test_two_who_read_the_same_version_do_not_both_change_it() -> None:
    first = anomaly(account())
    second = type(first).objects.get(pk=first.pk)
    moved(first, "acknowledged")
    with pytest.raises(StaleVersion):
        moved(second, "resolved")


def test_what_it_is_already_is_no_change() -> None:
    with pytest.raises(InvalidTransition, match="already detected"):
        moved(anomaly(account()), "detected")


def test_to_dismiss_a_recommendation_needs_a_reason() -> None:
    row = recommendation(account())
    with pytest.raises(InvalidTransition, match="Give a reason"):
        moved(row, "dismissed", note="  ")
    assert moved(row, "dismissed", note="It is a standby").reason == "It is a standby"
    assert moved(row, "open").reason == ""


def test_what_is_obsolete_stays_so() -> None:
    row = recommendation(account(), status="obsolete")
    assert row.next_statuses() == []
    with pytest.raises(InvalidTransition, match="It is obsolete"):
        moved(row, "open")


def test_nobody_makes_one_obsolete_by_hand() -> None:
    with pytest.raises(InvalidTransition, match="cannot become obsolete"):
        moved(recommendation(account()), "obsolete")


def test_what_is_done_waits_for_its_bills() -> None:
    row = moved(recommendation(account()), "done")
    assert row.done_at == NOW
    waiting = Verification.objects.get()
    assert (waiting.status, waiting.expected) == ("pending", row.savings_monthly)
    row = moved(row, "in_progress")
    assert row.done_at is None
    assert not Verification.objects.exists()


def test_one_that_another_took_the_place_of_is_not_opened_again() -> None:
    owner = account()
    machine = instance(owner, "web")
    old = recommendation(owner, machine, status="dismissed")
    new = recommendation(owner, machine, found_at=later(days=1))
    with pytest.raises(InvalidTransition, match=f"Recommendation {new.pk} has taken"):
        moved(old, "open")
    assert Recommendation.objects.live().get() == new
