"""Handing over on pages, and the page of what is one's own."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clouds.testing import account
from core.testing.clock import NOW, TODAY
from insights.testing import anomaly, budget, recommendation, somebody, two_accounts
from inventory.models import Resource
from inventory.testing import instance
from users.testing import session_of

pytestmark = pytest.mark.django_db
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(plain).split())


def hand_over(client: Client, kind: str, row: Any, owner: str, **values: Any) -> Any:
    data = {"pk": row.pk, "owner": owner, **values}
    return client.post(f"/insights/assign/{kind}/", data)


def test_what_is_handed_over_is_on_the_page_of_its_owner_and_of_no_other() -> None:
    ben = somebody(name="ben")
    ada = browser(somebody(name="ada"))
    production = account()
    web = instance(production, "web")
    rows: dict[str, Any] = {
        "anomaly": anomaly(production),
        "recommendation": recommendation(production, web),
        "budget": budget(),
        "resource": Resource.objects.get(pk=web.pk),
    }
    for kind, row in rows.items():
        answer = hand_over(ada, kind, row, "ben", due_on=NEXT_WEEK, message="Look!")
        assert answer.status_code == 302
        assert answer["Location"] == row.get_absolute_url()
    mine = text(browser(ben), "/insights/mine/")
    for shown in ("EC2 in production", "Stop web", "All of it", "web"):
        assert shown in mine
    assert mine.count("ada: Look!") == 4
    assert "due 27 Nov 2026" in mine
    assert "Nothing is yours yet" in text(ada, "/insights/mine/")


def test_the_activity_page_leads_to_what_was_handed_over() -> None:
    somebody(name="ben")
    web = instance(account(), "web")
    administrator = browser(somebody("administrator", name="root"))
    hand_over(administrator, "resource", web, "ben", message="Yours")
    html = administrator.get("/activity/").content.decode()
    assert "assigned the resource" in html and "Yours" in html
    assert f'href="/resources/{web.pk}/"' in html
    answer = administrator.get(f"/resources/{web.pk}/")
    assert answer["Location"] == web.get_absolute_url()
    assert administrator.get("/resources/999999/").status_code == 404


def test_what_is_overdue_says_so() -> None:
    ben = somebody(name="ben")
    anomaly(account(), owner=ben, assigned_at=NOW, due_on=TODAY - timedelta(days=2))
    mine = text(browser(ben), "/insights/mine/")
    assert "1 overdue" in mine
    assert "overdue since 18 Nov 2026" in mine


def test_closed_things_are_not_on_it() -> None:
    ben = somebody(name="ben")
    anomaly(account(), owner=ben, status="resolved")
    assert "Nothing is yours yet" in text(browser(ben), "/insights/mine/")


def test_it_takes_the_same_queries_however_much_is_mine() -> None:
    ben = somebody(name="ben")
    client, production = browser(ben), account()

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/insights/mine/")
        return len(found)

    anomaly(production, owner=ben)
    recommendation(production, owner=ben)
    budget(owner=ben)
    few = queries()
    for number in range(3):
        anomaly(production, owner=ben, service=f"s{number}")
        recommendation(production, instance(production, f"x{number}"), owner=ben)
        budget(name=f"b{number}", owner=ben)
    assert queries() == few


def test_the_panel_says_whose_it_is_and_offers_people_to_operators_only() -> None:
    ben = somebody(name="ben")
    row = anomaly(account(), owner=ben)
    page = text(browser(somebody("operator")), row.get_absolute_url())
    assert "Owner ben By the rules of owners." in page
    assert "Hand over to" in page
    assert "Hand over to" not in text(
        browser(somebody("viewer")), f"/insights/anomalies/{row.pk}/"
    )


def test_a_refused_hand_over_says_why_and_changes_nothing() -> None:
    production, staging = two_accounts()
    somebody("operator", staging, name="ben")
    row, ada = anomaly(production), browser(somebody(name="ada"))
    hand_over(ada, "anomaly", row, "ben")
    assert "ben may not see" in text(ada, row.get_absolute_url())
    hand_over(ada, "anomaly", row, "bob")
    assert "There is no such user" in text(ada, row.get_absolute_url())
    row.refresh_from_db()
    assert row.owner is None


def test_it_goes_back_to_the_page_it_came_from_and_to_no_other_server() -> None:
    somebody(name="ben")
    row, ada = anomaly(account()), browser(somebody(name="ada"))
    answer = hand_over(
        ada, "anomaly", row, "ben", next="/insights/anomalies/?open=true"
    )
    assert answer["Location"] == "/insights/anomalies/?open=true"
    answer = hand_over(ada, "anomaly", row, "ben", next="https://example.com/")
    assert answer["Location"] == row.get_absolute_url()


def test_who_may_not_hand_it_over_is_refused() -> None:
    production, staging = two_accounts()
    row = anomaly(production)
    assert hand_over(browser(somebody("viewer")), "anomaly", row, "").status_code == 403
    limited = browser(somebody("operator", staging))
    assert hand_over(limited, "anomaly", row, "").status_code == 404
    assert hand_over(limited, "unknown", row, "").status_code == 404
    machine = instance(production, "web")
    operator = browser(somebody("operator"))
    assert hand_over(operator, "resource", machine, "").status_code == 302


@pytest.mark.on_each_database
@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 30, "9" * 5000])
def test_what_can_be_no_key_is_not_found(key: str) -> None:
    ada = browser(somebody(name="ada"))
    answer = ada.post("/insights/assign/anomaly/", {"pk": key, "owner": ""})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/insights/anomalies/",
        "/insights/recommendations/",
        "/insights/budgets/",
        "/instances/",
        "/resources/",
    ],
)
def test_lists_are_filtered_by_owner(path: str) -> None:
    ben = somebody(name="ben")
    production = account()
    for owner, name in ((ben, "bens"), (None, "nobodys")):
        anomaly(production, service=name, owner=owner)
        machine = instance(production, name, owner=owner)
        recommendation(production, machine, owner=owner)
        budget(name=name, owner=owner)
    for wanted, shown, hidden in (
        ("me", "bens", "nobodys"),
        ("none", "nobodys", "bens"),
        ("ben", "bens", "nobodys"),
    ):
        page = text(browser(ben), f"{path}?owner={wanted}")
        assert shown in page
        assert hidden not in page
    assert 'no user "benn". Did you mean ben?' in text(
        browser(ben), f"{path}?owner=benn"
    )


def test_the_api_filters_by_owner_and_names_it() -> None:
    ben = somebody(name="ben")
    production = account()
    anomaly(production, owner=ben)
    instance(production, "web", owner=ben)
    instance(production, "batch")
    budget(owner=ben)
    recommendation(production, owner=ben)
    client = session_of(ben)
    for path in ("anomalies", "recommendations", "budgets", "resources", "instances"):
        rows = client.get(f"/api/v1/{path}/", {"owner": "me"}).json()["results"]
        assert [row["owner"] for row in rows] == ["ben"], path
        answer = client.get(f"/api/v1/{path}/", {"owner": "nobody"})
        assert answer.status_code == 400
        assert 'There is no user "nobody"' in str(answer.json())
