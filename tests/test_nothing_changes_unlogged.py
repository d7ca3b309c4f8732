"""A change and its entry in the audit log are stored together, or neither is."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, cast

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.http import HttpRequest

from alerts.acting import acknowledge, snooze
from alerts.changes import add_channel, add_route, remove_channel, remove_route
from alerts.models import Channel, Facts, Notice, Route, Severity, Topic
from alerts.outbox import queue_notice
from assistant.ask import rate
from assistant.models import Interaction
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.testing.stored import Rows, sorted_rows
from costs.allocation.changes import save_rule
from costs.allocation.testing import team_rule
from costs.models import Team
from dashboard.digests.changes import add_digest, remove_digest
from dashboard.models import Digest
from insights.budgets.changes import add_budget, change_budget, delete_budget
from insights.feedback.giving import give_feedback
from insights.models import Budget, PlannedChange, Remediation
from insights.owners.assignment import assign
from insights.planned_changes.changes import add_planned_change, delete_planned_change
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.approval import decide
from insights.remediation.proposals import Proposal, propose
from insights.testing import anomaly, budget, recommendation, request_of, somebody
from insights.transitions import change_status, change_statuses
from inventory.testing import instance
from monitoring.models import Finding
from monitoring.scans.engine import issues
from monitoring.scans.scan import Scanned, store_scan
from monitoring.scans.suppression import suppress, take_back
from syncs.accounts.changes import save_account
from users.audit import actor_of
from users.models import AuditEntry
from users.people.rights import change_rights, invite, set_active
from users.saved_views.view_changes import change_view, delete_view, save_view

pytestmark = pytest.mark.django_db
Change = Callable[[], Any]
UNTIL = NOW + timedelta(hours=1)
RIGHTS = {"email": "a@b.example", "role": "viewer", "access": "all", "accounts": []}
VIEW = {"name": "mine", "address": "/costs/", "is_shared": False}


class LogIsFull(Exception):
    """The audit log took its last entry."""


def rows_of_all_rooms() -> Rows:
    return {
        model._meta.label: sorted_rows(
            model, *(field.attname for field in model._meta.concrete_fields)
        )
        for model in apps.get_models()
    }


def test_a_change_and_its_entry_are_stored_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = somebody("administrator")
    user.email = "ada@example.com"
    user.save()
    request = request_of(user)
    changes = [*of_alerts(request), *of_insights(request), *of_costs(request)]
    changes += [*of_users(request), *of_accounts(request), *of_digests(request)]
    changes += [*of_answers(request), *of_remediation(request), *of_scans(request)]
    create = AuditEntry.objects.create

    def fail_late(**values: Any) -> None:
        create(**values)
        raise LogIsFull

    monkeypatch.setattr(AuditEntry.objects, "create", fail_late)
    before = rows_of_all_rooms()
    for change in changes:
        with pytest.raises(LogIsFull):
            change()
    assert rows_of_all_rooms() == before


def of_alerts(request: HttpRequest) -> list[Change]:
    facts = Facts(Topic.FRESHNESS, Severity.CRITICAL)
    mail = Channel(name="mail", kind=Channel.Kind.EMAIL, target="a@b.example")
    add_channel(mail, NOW, request)
    route = Route(channel="mail")
    add_route(route, NOW, request)
    queue_notice(account(1), "opened", "It broke.", NOW, facts)
    notices = list(Notice.objects.all())
    assert notices
    other = Channel(name="other", kind=Channel.Kind.EMAIL, target="a@b.example")
    return [
        partial(add_channel, other, NOW, request),
        partial(remove_channel, mail, request),
        partial(add_route, Route(channel="mail"), NOW, request),
        partial(remove_route, route, request),
        partial(acknowledge, notices, NOW, "ada", request),
        partial(snooze, notices, UNTIL, NOW, "ada", request),
    ]


def of_insights(request: HttpRequest) -> list[Change]:
    owner = account(2)
    spike, idle, limit = anomaly(owner), recommendation(owner), budget()
    days = {"first_day": TODAY, "last_day": TODAY}
    planned = PlannedChange(name="Move", **days)
    add_planned_change(planned, NOW, request)
    new = Budget(name="New", scope="total", currency="USD", amount=Decimal(9))
    resolved, accepted = {"status": "resolved"}, {"status": "accepted"}
    values = {"amount": Decimal(7)}
    return [
        partial(add_budget, new, NOW, request),
        partial(change_budget, limit, values, limit.version, NOW, request),
        partial(delete_budget, limit, request),
        partial(add_planned_change, PlannedChange(name="B", **days), NOW, request),
        partial(delete_planned_change, planned, request),
        partial(give_feedback, spike, {"rating": 5}, NOW, request),
        partial(assign, [idle], somebody(), NOW, request=request),
        partial(change_status, spike, **resolved, version=1, now=NOW, request=request),
        partial(
            change_statuses,
            [idle],
            **accepted,
            versions={idle.pk: idle.version},
            now=NOW,
            request=request,
        ),
    ]


def of_costs(request: HttpRequest) -> list[Change]:
    rule = team_rule(to={"Shop": "60", "Data": "40"})
    shares = {Team.objects.get(name="Shop"): Decimal(100)}
    return [partial(save_rule, rule, shares, request)]


def of_users(request: HttpRequest) -> list[Change]:
    user = User.objects.create(username="bob")
    view = save_view(request, VIEW)
    return [
        partial(invite, request, "eve", RIGHTS),
        partial(change_rights, request, user, RIGHTS),
        partial(set_active, request, user, False),
        partial(save_view, request, {**VIEW, "name": "other"}),
        partial(change_view, view, request, {"name": "renamed"}),
        partial(delete_view, view, request),
    ]


def of_accounts(request: HttpRequest) -> list[Change]:
    renamed = account(3)
    renamed.name = "renamed"
    return [partial(save_account, renamed, actor_of(request))]


def of_digests(request: HttpRequest) -> list[Change]:
    user = cast("User", request.user)
    own = Digest.objects.create(
        user=user, hour=9, created_at=NOW, sent_on=TODAY, frequency="weekly"
    )
    other = Digest(user=user, hour=9, frequency="daily")
    return [
        partial(add_digest, other, NOW, request),
        partial(remove_digest, own, request),
    ]


def of_answers(request: HttpRequest) -> list[Change]:
    facts = {"source": "page", "understood_by": "grammar", "confidence": 1.0}
    row = Interaction.objects.create(
        user_id=request.user.pk, asked_at=NOW, is_answered=True, seconds=0.1, **facts
    )
    return [partial(rate, row, 1, "right", request)]


def of_remediation(request: HttpRequest) -> list[Change]:
    owner, actor = account(4), actor_of(request)
    owner.settings = {"acting_role_arn": "arn:aws:iam::000000000004:role/acting"}
    owner.save()
    stop = RemediationKind.STOP_INSTANCE
    new = Proposal(kind=stop, account=owner, resource=instance(owner, "new"))

    def decided(decision: str, status: str = "proposed", **values: Any) -> Change:
        resource = instance(owner, decision)
        facts = {"kind": stop, "status": status, "proposed_at": NOW, **values}
        row = Remediation.objects.create(
            account=owner, resource=resource, checked_at=NOW, **facts
        )
        return partial(decide, row, decision, row.version, NOW, actor, "Because.")

    return [
        partial(propose, new, NOW, actor),
        *(decided("check"), decided("approve"), decided("reject"), decided("cancel")),
        decided("resume", "unknown"),
        decided(
            "roll_back", "succeeded", undo={"kind": "start_instance", "target": ""}
        ),
    ]


def of_scans(request: HttpRequest) -> list[Change]:
    low = issues.Severity.LOW
    made = [issues.Issue(rule, low, "SQL by hand", "a/b.py", 1) for rule in "ab"]
    store_scan(Scanned({"bandit": made}, {}), NOW, NOW)
    found, accepted = Finding.objects.order_by("rule")
    until, actor = TODAY + timedelta(days=3), actor_of(request)
    suppress(accepted, "Not reachable.", until, TODAY, actor)
    return [
        partial(suppress, found, "Not reachable.", until, TODAY, actor),
        partial(take_back, accepted, actor),
    ]
