"""Changes that people announce: their anomalies are planned, and alert nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from insights.anomalies.store import store_anomalies
from insights.models import Anomaly, PlannedChange
from insights.testing import A_WEEK_AGO, found, somebody
from users.models import AuditEntry

pytestmark = pytest.mark.django_db

PAGE = "/insights/planned/"
A_DAY = timedelta(days=1)


def fields(**values: Any) -> dict[str, Any]:
    days = {"first_day": f"{A_WEEK_AGO - A_DAY}", "last_day": f"{A_WEEK_AGO}"}
    return {"name": "Load test", "service": "EC2", **days, **values}


def planned(owner: CloudAccount | None, **values: Any) -> PlannedChange:
    return PlannedChange.objects.create(
        account=owner,
        created_at=NOW,
        **{**fields(), "first_day": A_WEEK_AGO, "last_day": A_WEEK_AGO, **values},
    )


def signed_in(role: str = "administrator", *accounts: CloudAccount) -> Client:
    client = Client()
    client.force_login(somebody(role, *accounts))
    return client


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, "planned"),
        ({"service": ""}, "planned"),
        ({"service": "RDS"}, "detected"),
        ({"region": "elsewhere"}, "detected"),
        ({"last_day": A_WEEK_AGO - A_DAY}, "detected"),
        ({"first_day": A_WEEK_AGO + A_DAY}, "detected"),
    ],
)
def test_an_anomaly_of_its_part_and_days_is_planned(
    values: dict[str, Any], status: str
) -> None:
    owner = account()
    dates = {"first_day": A_WEEK_AGO - A_DAY * 5, "last_day": A_WEEK_AGO + A_DAY * 5}
    planned(owner, **{**dates, **values})
    for _ in range(2):
        store_anomalies(owner, [found()], NOW)
        row = Anomaly.objects.get()
        assert row.status == status
    notes = [change.note for change in row.changes.all()]
    assert notes == (["Planned: Load test."] if status == "planned" else [])


def test_one_of_another_account_explains_nothing() -> None:
    owner, other = account(), account(2, "staging")
    planned(other)
    store_anomalies(owner, [found()], NOW)
    assert Anomaly.objects.get().status == "detected"


def test_one_of_an_account_explains_its_part_of_a_payers_bill() -> None:
    payer, member, other = account(), account(2, "staging"), account(3, "shop")
    (cause,) = found().causes
    causes = [
        {**cause, "account": member.account_id, "share": 0.6},
        {**cause, "account": other.account_id, "share": 0.4},
    ]
    planned(other)
    for status, of in (("detected", None), ("planned", member)):
        if of:
            planned(of)
        store_anomalies(payer, [found(causes=causes)], NOW)
        assert Anomaly.objects.get().status == status


def test_one_of_all_accounts_explains_each() -> None:
    owner = account()
    planned(None)
    store_anomalies(owner, [found()], NOW)
    assert Anomaly.objects.get().status == "planned"


def test_on_its_page_one_is_added_and_explains_what_is_found_already() -> None:
    owner, client = account(), signed_in()
    store_anomalies(owner, [found()], NOW)
    assert client.get(f"{PAGE}add/").status_code == 200
    shown = client.post(f"{PAGE}add/", fields(), follow=True).content.decode()
    assert "It explains 1 of the anomalies found." in shown
    assert Anomaly.objects.get().status == "planned"
    change = PlannedChange.objects.get()
    assert client.get(f"{PAGE}{change.pk}/delete/").status_code == 200
    client.post(f"{PAGE}{change.pk}/delete/")
    assert not PlannedChange.objects.exists()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"plannedchange.add", "plannedchange.delete"} <= actions


def test_days_in_the_wrong_order_are_refused_in_words() -> None:
    wrong = fields(last_day=f"{A_WEEK_AGO - A_DAY * 9}")
    client = signed_in()
    assert (
        "not be before the first day"
        in client.post(f"{PAGE}add/", wrong).content.decode()
    )
    answer = client.post("/api/v1/planned-changes/", wrong, "application/json")
    assert answer.status_code == 400
    assert "last_day" in answer.json()["errors"]
    assert not PlannedChange.objects.exists()


def test_the_api_adds_lists_and_deletes() -> None:
    owner, client = account(), signed_in()
    wanted = fields(account=owner.account_id)
    made = client.post("/api/v1/planned-changes/", wanted, "application/json")
    assert made.status_code == 201
    listed = client.get("/api/v1/planned-changes/?search=load").json()["results"]
    assert [one["id"] for one in listed] == [made.json()["id"]]
    path = f"/api/v1/planned-changes/{made.json()['id']}/"
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_limited_users_plan_for_their_accounts_and_see_no_others() -> None:
    owner, other = account(), account(2, "staging")
    planned(other, name="Of another")
    client = signed_in("operator", owner)
    assert "Of another" not in client.get(PAGE).content.decode()
    refused = client.post("/api/v1/planned-changes/", fields(), "application/json")
    assert refused.status_code == 400
    client.post(f"{PAGE}add/", fields(account=other.pk))
    assert PlannedChange.objects.count() == 1
    client.post(f"{PAGE}add/", fields(account=owner.pk))
    assert PlannedChange.objects.get(account=owner).name == "Load test"


def test_viewers_only_see_them() -> None:
    client = signed_in("viewer")
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}add/").status_code == 403
    posted = client.post("/api/v1/planned-changes/", fields(), "application/json")
    assert posted.status_code == 403
