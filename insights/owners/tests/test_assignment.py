"""What is handed over stays with that person until it is given back to the rules."""

from datetime import timedelta
from typing import Any

import pytest

from clouds.testing import account
from core.testing.clock import NOW, TODAY
from insights.owners.assignment import InvalidAssignment, assign
from insights.owners.refresh import refresh_owners
from insights.owners.testing import owner_rule
from insights.testing import (
    anomaly,
    budget,
    recommendation,
    request_of,
    somebody,
    two_accounts,
)
from inventory.models import Resource
from inventory.testing import instance
from users.models import AuditEntry

pytestmark = pytest.mark.django_db
NEXT_WEEK = TODAY + timedelta(days=7)


def handed_over(row: Any, owner: Any, **values: Any) -> Any:
    user = values.pop("user", None)
    assign([row], owner, NOW, request=request_of(user), **values)
    row.refresh_from_db()
    return row


def test_it_keeps_to_whom_by_whom_until_when_and_why() -> None:
    ada, ben = somebody(name="ada"), somebody(name="ben")
    row = anomaly(account())
    handed_over(row, ben, user=ada, due_on=NEXT_WEEK, message=" A backup? ")
    assert (row.owner, row.assigned_by, row.assigned_at) == (ben, "ada", NOW)
    assert (row.due_on, row.message) == (NEXT_WEEK, "A backup?")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user) == ("anomaly.assign", ada)
    assert entry.details == {
        "owner": [None, "ben"],
        "due_on": NEXT_WEEK.isoformat(),
        "note": "A backup?",
    }


def test_rules_leave_alone_what_was_handed_over() -> None:
    ben, eve = somebody(name="ben"), somebody(name="eve")
    rows: list[Any] = [anomaly(account()), budget(name="x", scope="tag", key="a=b")]
    for row in rows:
        handed_over(row, ben)
    owner_rule(eve, account=rows[0].account)
    owner_rule(eve, 20, tag_key="a")
    refresh_owners(NOW)
    for row in rows:
        row.refresh_from_db()
        assert row.owner == ben


def test_it_goes_back_to_its_owner_by_the_rules() -> None:
    ben, eve = somebody(name="ben"), somebody(name="eve")
    production = account()
    rows: list[Any] = [
        anomaly(production),
        budget(name="x", scope="account", account=production),
        Resource.objects.get(pk=instance(production, "web").pk),
    ]
    owner_rule(eve, account=production)
    for row in rows:
        handed_over(row, ben, due_on=NEXT_WEEK, message="Look at it")
        handed_over(row, None)
        assert (row.owner, row.assigned_at, row.due_on) == (eve, None, None)
        assert (row.message, row.assigned_by) == ("", "")


def test_what_is_about_a_resource_goes_with_it_unless_handed_over_itself() -> None:
    ben, eve = somebody(name="ben"), somebody(name="eve")
    web = instance(account(), "web")
    follows = recommendation(web.account, web)
    stays = handed_over(recommendation(web.account, web, rule="oversized"), eve)
    handed_over(Resource.objects.get(pk=web.pk), ben)
    for row in (follows, stays):
        row.refresh_from_db()
    assert (follows.owner, stays.owner) == (ben, eve)
    handed_over(stays, None)
    assert stays.owner == ben


def test_who_may_not_see_it_cannot_own_it() -> None:
    production, staging = two_accounts()
    limited = somebody("operator", staging, name="ben")
    row = anomaly(production)
    with pytest.raises(InvalidAssignment, match="ben may not see"):
        handed_over(row, limited)
    nobody = somebody(name="eve")
    nobody.groups.clear()
    with pytest.raises(InvalidAssignment, match="eve may not see"):
        handed_over(row, nobody)
    assert not AuditEntry.objects.exists()


def test_who_cannot_sign_in_any_more_cannot_own_it() -> None:
    gone = somebody(name="ben")
    gone.is_active = False
    with pytest.raises(InvalidAssignment, match="cannot sign in"):
        handed_over(anomaly(account()), gone)


def test_it_is_not_due_in_the_past_nor_for_nobody() -> None:
    row, ben = anomaly(account()), somebody()
    with pytest.raises(InvalidAssignment, match="has passed"):
        handed_over(row, ben, due_on=TODAY - timedelta(days=1))
    with pytest.raises(InvalidAssignment, match="Choose the person"):
        handed_over(row, None, due_on=NEXT_WEEK)
    assert handed_over(row, ben, due_on=TODAY).due_on == TODAY


def test_all_are_handed_over_or_none() -> None:
    production, staging = two_accounts()
    rows = [anomaly(staging), anomaly(production)]
    with pytest.raises(InvalidAssignment):
        assign(rows, somebody("operator", staging), NOW, request=request_of())
    for row in rows:
        row.refresh_from_db()
        assert row.owner is None
