"""The admin of insights: computed rows are read-only, statuses are not."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from clouds.testing import account
from insights.budgets.tests.test_budgets import NOVEMBER
from insights.models import Anomaly, Budget, BudgetAlert, Recommendation
from insights.testing import (
    anomaly,
    budget,
    forecast,
    recommendation,
    somebody,
    two_accounts,
)
from users.models import AuditEntry

pytestmark = pytest.mark.django_db
MODELS = sorted(
    model._meta.model_name or ""
    for model in admin.site._registry
    if model._meta.app_label == "insights"
)


def entered(role: str = "administrator", *accounts: object) -> Client:
    user = somebody(role, *accounts)  # type: ignore[arg-type]
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def some_of_everything() -> None:
    owner = account()
    forecast(owner, days=3)
    anomaly(owner)
    recommendation(owner)
    one = budget()
    BudgetAlert.objects.create(
        budget=one,
        period=NOVEMBER.start,
        kind="actual",
        threshold=80,
        amount=85,
        sentence="It passed.",
        at=one.created_at,
    )


def test_every_model_that_people_look_at_is_there() -> None:
    assert MODELS == [
        "advice",
        "anomaly",
        "budget",
        "budgetalert",
        "calibration",
        "feedback",
        "forecast",
        "judgment",
        "ownerrule",
        "plannedchange",
        "powerschedule",
        "recommendation",
        "refreshstate",
        "remediation",
        "verification",
    ]


@pytest.mark.parametrize("name", MODELS)
def test_each_list_answers(name: str) -> None:
    some_of_everything()
    assert entered().get(f"/admin/insights/{name}/").status_code == 200


@pytest.mark.parametrize(
    "name",
    ["anomaly", "budget", "budgetalert", "forecast", "recommendation"],
)
def test_each_page_answers(name: str) -> None:
    some_of_everything()
    model = {one._meta.model_name: one for one in admin.site._registry}[name]
    row = model._default_manager.get()
    path = f"/admin/insights/{name}/{row.pk}/change/"
    for role in ("administrator", "viewer"):
        assert entered(role).get(path).status_code == 200


def test_a_recommendation_names_its_resource_and_figures_as_its_page_does() -> None:
    row = recommendation(account(), evidence={"highest_percent": 3.9})
    path = f"/admin/insights/recommendation/{row.pk}/change/"
    page = entered().get(path).content.decode()
    link = f"/admin/inventory/resource/{row.resource_id}/change/"
    assert f'<a href="{link}" class="text-link">{row.resource}</a>' in page
    assert "Maximum CPU = 3.9%" in page


def moved(row: Anomaly | Recommendation, client: Client, **body: str) -> str:
    name = row._meta.model_name
    empty = {
        "changes-TOTAL_FORMS": "0",
        "changes-INITIAL_FORMS": "0",
        "changes-MIN_NUM_FORMS": "0",
        "changes-MAX_NUM_FORMS": "0",
    }
    path = f"/admin/insights/{name}/{row.pk}/change/"
    return client.post(path, {**empty, **body}, follow=True).content.decode()


def test_a_status_is_changed_there_too() -> None:
    row = anomaly(account())
    moved(row, entered(), status="planned", version="1", note="The sale")
    row.refresh_from_db()
    assert (row.status, row.version) == ("planned", 2)
    assert row.changes.get().note == "The sale"
    entry = AuditEntry.objects.get(action__startswith="anomaly")
    assert entry.action == "anomaly.change_status"
    assert entry.details == {"status": ["detected", "planned"], "note": "The sale"}


def test_who_is_late_is_told_there_too() -> None:
    row = anomaly(account())
    Anomaly.objects.update(status="planned", version=2)
    told = moved(row, entered(), status="dismissed", version="1", note="x")
    assert "Somebody else has changed this" in told
    assert Anomaly.objects.get().status == "planned"
    require_refused(told)


def require_refused(page: str) -> None:
    """Nothing says that it was changed: neither the page nor any log."""
    assert "was changed successfully" not in page
    assert not AuditEntry.objects.filter(action__contains="change").exists()
    assert not LogEntry.objects.exists()


def test_the_same_status_is_no_change_there_either() -> None:
    row = anomaly(account())
    told = moved(row, entered(), status="detected", version="1")
    assert "already detected" in told
    require_refused(told)


def test_to_dismiss_without_a_reason_changes_nothing() -> None:
    row = recommendation(account())
    told = moved(row, entered(), status="dismissed", version="1")
    assert "Give a reason for dismissing it" in told
    assert Recommendation.objects.get().status == "open"
    require_refused(told)


def test_a_budget_is_set_there_with_the_same_checks() -> None:
    client = entered()
    body = {
        "name": "S3",
        "scope": "service",
        "currency": "USD",
        "amount": "10",
        "actual_percents": "50",
        "key": "",
    }
    told = client.post("/admin/insights/budget/add/", body).content.decode()
    assert "Name the service" in told
    client.post("/admin/insights/budget/add/", {**body, "key": "Amazon S3"})
    one = Budget.objects.get()
    assert (one.key, one.actual_percents, one.version) == ("Amazon S3", [50], 1)
    body = {**body, "key": "Amazon S3", "amount": "20", "version": "1"}
    client.post(f"/admin/insights/budget/{one.pk}/change/", body)
    one.refresh_from_db()
    assert (one.amount, one.version) == (20, 2)
    entries = AuditEntry.objects.filter(object_type="insights.budget").order_by("id")
    assert [entry.action for entry in entries] == ["budget.add", "budget.change"]
    assert entries[1].details == {"amount": ["10.00", "20.00"]}


def test_who_changes_an_older_budget_is_told_there_too() -> None:
    one = budget()
    Budget.objects.update(version=2)
    body = {"name": "Mine", "scope": "total", "currency": "USD", "amount": "9"}
    path = f"/admin/insights/budget/{one.pk}/change/"
    answer = entered().post(path, {**body, "version": "1"}, follow=True)
    told = answer.content.decode()
    assert "Somebody else has changed this" in told
    assert Budget.objects.get().name == one.name
    require_refused(told)


def test_a_budget_that_is_deleted_there_leaves_one_audit_entry() -> None:
    one = budget()
    client = entered()
    client.post(f"/admin/insights/budget/{one.pk}/delete/", {"post": "yes"})
    assert not Budget.objects.exists()
    assert AuditEntry.objects.get(action="budget.delete").object_label == one.name


def test_who_is_limited_sees_only_his_own_there() -> None:
    mine, theirs = two_accounts()
    for owner, service in ((mine, "Mine"), (theirs, "Theirs"), (None, "Everything")):
        anomaly(owner, service=service)
    told = entered("viewer", mine).get("/admin/insights/anomaly/").content.decode()
    assert "Mine" in told
    assert "Theirs" not in told and "Everything" not in told
