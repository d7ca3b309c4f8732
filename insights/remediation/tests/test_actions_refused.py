"""What must not be changed is refused, before it is proposed, approved or done."""

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import F

from clouds.models import AccountAccess, CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Remediation
from insights.remediation import proposals
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.approval import decide
from insights.remediation.proposals import (
    InvalidProposal,
    Proposal,
    proposals_of,
    propose,
)
from insights.remediation.testing import (
    ADA,
    BOB,
    FakeActing,
    proposed,
    running,
    worked_on,
)
from insights.testing import later, recommendation, somebody
from insights.transitions import InvalidTransition, StaleVersion
from inventory.models import Address, Database, Resource, Volume
from inventory.testing import instance, resource
from providers.errors import ErrorKind, ProviderError
from users.audit import Actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("acting")]


@pytest.fixture
def owner() -> CloudAccount:
    return account()


def refusal(row: Remediation, decision: str = "approve", **values: Any) -> str:
    facts: dict[str, Any] = {"now": NOW, "actor": BOB, "note": ""}
    facts |= values
    with pytest.raises(InvalidTransition) as error:
        decide(row, decision, row.version, **facts)
    return str(error.value)


def proposal_refused(of: Resource, kind: str, **values: Any) -> str:
    facts = {"kind": RemediationKind(kind), "account": of.account, "resource": of}
    with pytest.raises(InvalidProposal) as error:
        propose(Proposal(**{**facts, **values}), NOW, ADA)
    return str(error.value)


def test_an_account_without_an_acting_role_is_never_changed(
    owner: CloudAccount, acting: FakeActing, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, other = running(owner, acting), running(owner, acting, "db")
    row = proposed(machine)
    monkeypatch.setattr(proposals, "acts_for", lambda account: False)
    assert "Acting is off for production" in proposal_refused(other, "stop_instance")
    assert "Acting is off for production" in refusal(row)


def test_a_disabled_account_is_changed_no_more(
    owner: CloudAccount, acting: FakeActing
) -> None:
    row, other = (
        proposed(running(owner, acting)),
        proposed(running(owner, acting, "db")),
    )
    decide(row, "approve", row.version, NOW, BOB)
    CloudAccount.objects.update(is_enabled=False)
    assert worked_on(row).status == "failed"
    assert "production (000000000001) is disabled. Enable it" in row.error
    assert acting.acted == []
    other = Remediation.objects.get(pk=other.pk)
    assert "is disabled. Enable it first." in refusal(other)


@pytest.mark.parametrize(
    "values", [{"is_active": False}, {"all_accounts": False}, None]
)
def test_nothing_is_done_by_the_approval_of_who_lost_that_right(
    owner: CloudAccount, acting: FakeActing, values: dict[str, bool] | None
) -> None:
    anna = somebody("administrator", name="anna")
    row = proposed(running(owner, acting))
    decide(row, "approve", row.version, NOW, Actor(anna, "anna"))
    if values is None:
        anna.delete()
    else:
        model = User if "is_active" in values else AccountAccess
        model.objects.update(**values)
    assert worked_on(row).status == "failed"
    assert "anna may not approve it any more." in row.error
    assert acting.acted == []
    # Who it was stays readable.
    names = row.lines.values_list("user_name", flat=True)
    assert (row.approved_by, "anna" in names) == ("anna", True)


def test_what_users_approved_before_an_upgrade_is_still_theirs(
    owner: CloudAccount, acting: FakeActing
) -> None:
    anna = somebody("administrator", name="anna")
    row = proposed(running(owner, acting))
    decide(row, "approve", row.version, NOW, Actor(anna, "anna"))
    Remediation.objects.update(is_approved_by_user=False)
    upgrade = "insights.migrations.0003_know_actions_approved_by_deleted_users"
    import_module(upgrade).know_those_approved_before(apps, None)
    anna.delete()
    assert worked_on(row).status == "failed"
    assert acting.acted == []


def test_a_new_name_makes_nobody_another_person(
    owner: CloudAccount, acting: FakeActing, settings: Any
) -> None:
    anna = somebody("administrator", name="anna")
    bert = somebody("operator", name="bert")
    row = propose(
        Proposal(
            kind=RemediationKind.STOP_INSTANCE,
            account=owner,
            resource=running(owner, acting),
        ),
        NOW,
        Actor(anna, "anna"),
    )
    row = worked_on(row)
    reason = "another user has to approve it"
    assert reason in refusal(row, actor=Actor(anna, "anna-2"))
    # Another user may have the name that anna had.
    decide(row, "approve", row.version, NOW, Actor(bert, "anna"))
    assert row.status == "approved"


def test_who_proposed_it_is_readable_and_no_other_once_deleted(
    owner: CloudAccount, acting: FakeActing
) -> None:
    anna = somebody("administrator", name="anna")
    machine = running(owner, acting)
    asked = Proposal(
        kind=RemediationKind.STOP_INSTANCE, account=owner, resource=machine
    )
    row = worked_on(propose(asked, NOW, Actor(anna, "anna")))
    anna.delete()
    row.refresh_from_db()
    again = somebody("administrator", name="anna")
    assert "another user" in refusal(row, actor=Actor(again, "anna"))
    names = row.lines.values_list("user_name", flat=True)
    assert (row.proposed_by, names[0]) == ("anna", "anna")


def test_those_who_proposed_before_an_upgrade_are_known(
    owner: CloudAccount, acting: FakeActing
) -> None:
    ada = somebody("operator", name="ada")
    row = proposed(running(owner, acting))
    upgrade = "insights.migrations.0008_know_who_proposed_by_their_key"
    import_module(upgrade).find_those_who_proposed_before(apps, None)
    row.refresh_from_db()
    assert row.proposer == ada


def test_who_proposed_it_does_not_approve_it(
    owner: CloudAccount, acting: FakeActing, settings: Any
) -> None:
    row = proposed(running(owner, acting))
    assert "another user has to approve it" in refusal(row, actor=ADA)
    settings.REMEDIATION_SECOND_PERSON = False
    decide(row, "approve", row.version, NOW, ADA)
    assert row.status == "approved"


def test_what_carries_a_protected_tag_is_not_even_proposed(
    owner: CloudAccount, settings: Any
) -> None:
    settings.ACTING_PROTECTED_TAGS = ["env=production"]
    machine = instance(owner, "web", tags={"Env": "production"})
    told = proposal_refused(machine, "stop_instance")
    assert "carries the protected tag Env=production" in told
    assert proposals_of(machine) == []


def test_it_is_not_approved_before_its_dry_run_or_after_a_failed_one(
    owner: CloudAccount, acting: FakeActing
) -> None:
    machine = running(owner, acting)
    kind = RemediationKind.STOP_INSTANCE
    row = propose(Proposal(kind=kind, account=owner, resource=machine), NOW, ADA)
    assert "dry run is not done yet" in refusal(row)
    record = acting.records.pop(machine.resource_id)
    assert "is gone" in worked_on(row).dry_run_error
    assert "Its dry run failed" in refusal(row)
    acting.records[machine.resource_id] = record
    decide(row, "check", row.version, NOW, BOB)
    assert worked_on(row).dry_run_error == ""
    decide(row, "approve", row.version, NOW, BOB)


def test_a_day_has_a_limit_that_does_not_hold_back_undoing(
    owner: CloudAccount, acting: FakeActing, settings: Any
) -> None:
    settings.REMEDIATION_DAILY_LIMIT = 1
    first = proposed(running(owner, acting))
    second = proposed(running(owner, acting, "db"))
    decide(first, "approve", first.version, NOW, BOB)
    assert "1 actions were begun in production" in refusal(second)
    with time_machine.travel(NOW):
        worked_on(first)
    assert "today or wait to be" in refusal(second)
    back = worked_on(decide(first, "roll_back", first.version, NOW, BOB))
    decide(back, "approve", back.version, NOW, ADA)
    decide(second, "approve", second.version, later(days=1), BOB)


def test_what_is_cancelled_does_not_count_towards_the_limit(
    owner: CloudAccount, acting: FakeActing, settings: Any
) -> None:
    settings.REMEDIATION_DAILY_LIMIT = 1
    first = proposed(running(owner, acting))
    decide(first, "approve", first.version, NOW, BOB)
    decide(first, "cancel", first.version, NOW, BOB)
    second = proposed(running(owner, acting, "db"))
    decide(second, "approve", second.version, NOW, BOB)
    assert second.status == "approved"


def test_a_resource_that_changed_since_approval_is_left_alone(
    owner: CloudAccount, acting: FakeActing
) -> None:
    machine = running(owner, acting)
    row = proposed(machine)
    decide(row, "approve", row.version, NOW, BOB)
    record = acting.records[machine.resource_id]
    acting.records[machine.resource_id] = replace(record, tags={"env": "production"})
    assert worked_on(row).status == "failed"
    assert "tags was empty and is env=production" in row.error
    assert acting.acted == []


def test_a_right_that_is_lost_in_the_middle_fails_it_with_the_reason(
    owner: CloudAccount, acting: FakeActing
) -> None:
    machine = running(owner, acting)
    advised = recommendation(owner, machine)
    row = proposed(machine, recommendation=advised)
    decide(row, "approve", row.version, NOW, BOB)
    reason = "UnauthorizedOperation"
    acting.errors = [ProviderError(ErrorKind.DENIED, "Stop i-web", reason, "Allow it.")]
    assert worked_on(row).status == "failed"
    assert row.error == "Stop i-web: UnauthorizedOperation. Allow it."
    advised.refresh_from_db()
    assert advised.status == "open"


def test_one_resource_has_one_open_action(
    owner: CloudAccount, acting: FakeActing
) -> None:
    machine = running(owner, acting)
    row = proposed(machine)
    told = proposal_refused(machine, "stop_instance")
    assert told.startswith(f"Action {row.pk}, stop instance, is already proposed")
    decide(row, "cancel", row.version, NOW, ADA)
    proposed(machine)


def test_an_older_version_decides_nothing(
    owner: CloudAccount, acting: FakeActing
) -> None:
    row = proposed(running(owner, acting))
    Remediation.objects.update(version=F("version") + 1)
    with pytest.raises(StaleVersion):
        decide(Remediation.objects.get(), "approve", row.version, NOW, BOB)


def test_what_an_earlier_dry_run_saw_is_approved_no_longer(
    owner: CloudAccount, acting: FakeActing
) -> None:
    row = proposed(running(owner, acting))
    shown = row.version
    decide(row, "check", shown, NOW, BOB)
    assert row.lines.filter(user_name="bob").exists()
    with pytest.raises(StaleVersion):
        decide(row, "approve", shown, NOW, BOB)
    between = row.version
    worked_on(row)
    with pytest.raises(StaleVersion):
        decide(row, "approve", between, NOW, BOB)


def test_rejecting_needs_a_reason_and_ends_it(
    owner: CloudAccount, acting: FakeActing
) -> None:
    row = proposed(running(owner, acting))
    assert "Give a reason" in refusal(row, "reject")
    decide(row, "reject", row.version, NOW, BOB, "It is needed.")
    assert (row.status, row.finished_at) == ("rejected", NOW)
    assert "It is rejected" in refusal(row)
    assert worked_on(row).status == "rejected"


@pytest.mark.parametrize(
    ("kind", "values", "told"),
    [
        ("start_instance", {}, "is running, so there is nothing to do"),
        ("release_address", {}, "is nothing for a resource of kind instance"),
        ("resize_instance", {}, "needs a target"),
        ("stop_instance", {"target": "t3.small"}, "takes no target"),
        ("schedule", {"target": "20-20"}, "'20-20' is no schedule"),
        ("restart_sync", {}, "is nothing for a resource"),
    ],
)
def test_what_makes_no_sense_is_reported(
    owner: CloudAccount, kind: str, values: dict[str, str], told: str
) -> None:
    assert told in proposal_refused(instance(owner, "web"), kind, **values)


def test_what_is_attached_or_gone_is_not_deleted(owner: CloudAccount) -> None:
    volume = resource(Volume, owner, "vol-1", attached_to="i-web")
    assert "attached to i-web" in proposal_refused(volume, "delete_volume")
    address = resource(Address, owner, "eipalloc-1", gone_since=NOW)
    assert "is deleted" in proposal_refused(address, "release_address")


def test_a_database_that_cannot_be_stopped_is_not_said_to_need_nothing(
    owner: CloudAccount,
) -> None:
    database = resource(Database, owner, "sql/orders", state="online")
    refused = proposal_refused(database, "stop_database")
    assert "is for what is available or ready" in refused
    assert "is online." in refused


def test_a_resource_offers_what_can_be_done_with_it(owner: CloudAccount) -> None:
    offered = {
        one.resource_id: [proposal.kind for proposal in proposals_of(one)]
        for one in (
            instance(owner, "on"),
            instance(owner, "off", state="stopped"),
            resource(Volume, owner, "vol-1", attached_to=""),
        )
    }
    assert offered == {
        "i-on": ["stop_instance"],
        "i-off": ["start_instance"],
        "vol-1": ["delete_volume"],
    }
