"""The list: one row a resource, totals of what is filtered, several changed at once."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW, TODAY
from insights.models import Recommendation
from insights.testing import recommendation, somebody, two_accounts
from inventory.testing import instance
from users.models import AuditEntry

pytestmark = pytest.mark.django_db
PATH = "/insights/recommendations/"
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def browser(user: User | None = None) -> Client:
    client = Client()
    client.force_login(user or somebody())
    return client


def page(query: str = "", client: Client | None = None) -> str:
    response = (client or browser()).get(f"{PATH}{query}")
    assert response.status_code == 200
    return response.content.decode()


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def saving(amount: str, counted: str | None = None) -> dict[str, Decimal]:
    return {
        "savings_monthly": Decimal(amount),
        "counted_monthly": Decimal(counted or amount),
    }


def with_alternative() -> list[Recommendation]:
    """Idle and oversized of web, and oversized of db."""
    owner = account()
    web, db = instance(owner, "web"), instance(owner, "db")
    return [
        recommendation(owner, web, **saving("100")),
        recommendation(
            owner,
            web,
            rule="oversized",
            title="Halve web",
            alternative_to="idle",
            **saving("150", "0"),
        ),
        recommendation(owner, db, rule="oversized", title="Halve db", **saving("30")),
    ]


def picks(*rows: Recommendation) -> list[str]:
    return [f"{row.pk}:{row.version}" for row in rows]


def test_a_resource_is_one_row_with_its_alternatives_within() -> None:
    with_alternative()
    html = page()
    assert html.count('<th scope="row">') == 2
    shown = text(html)
    assert "2 resources" in shown
    assert "1 other Halve web $150.00 a month, alternative to: idle" in shown
    assert shown.index("Stop web") < shown.index("Halve db")


def test_the_totals_are_of_what_is_filtered_and_count_alternatives_once() -> None:
    first, *_ = with_alternative()
    assert "3 open: $130.00 a month" in text(page())
    Recommendation.objects.filter(pk=first.pk).update(status="accepted")
    assert "2 open: $30.00 · 1 accepted: $100.00 a month" in text(page())
    assert "1 open: $30.00 a month" in text(page("?search=db"))
    filtered = text(page("?rule=oversized&search=web"))
    assert "1 open: $0.00 a month" in filtered
    assert "Halve web Instance web, compute: oversized $150.00" in filtered


def test_sums_per_category_are_the_same_in_any_order() -> None:
    with_alternative()
    rows = Recommendation.objects.all()
    assert len(rows.per_category()) < len(rows)
    assert rows.order_by("title").per_category() == rows.per_category()


@pytest.mark.parametrize(
    ("order", "first"),
    [("savings_monthly", "db"), ("-savings_monthly", "web"), ("name", "db")],
)
def test_it_is_sorted_and_closed_ones_come_last(order: str, first: str) -> None:
    web, _, db = with_alternative()
    closed = instance(web.account, "aaa")
    recommendation(web.account, closed, status="done", **saving("999"))
    shown = text(page(f"?ordering={order}"))
    order_of = sorted(
        ("web", "db", "aaa"), key=lambda name: shown.index(f"Instance {name},")
    )
    assert order_of[0] == first
    assert order_of[-1] == "aaa"


def test_it_is_paged_by_resource() -> None:
    owner = account()
    for number in range(27):
        machine = instance(owner, f"m{number:02}")
        for rule in ("idle", "oversized"):
            recommendation(owner, machine, rule=rule, **saving(str(100 - number)))
    first, second = text(page()), text(page("?page=2"))
    assert "1–25 of 27" in first and "26–27 of 27" in second
    assert "Instance m24," in first and "Instance m25," not in first
    assert "Instance m25," in second


def test_three_are_accepted_with_owner_and_date_at_once() -> None:
    owner, ben = account(), somebody(name="ben")
    rows = [recommendation(owner, instance(owner, name)) for name in "abc"]
    data = {
        "pick": picks(*rows),
        "status": "accepted",
        "owner": "ben",
        "due_on": NEXT_WEEK,
        "message": "Before the freeze",
    }
    answer = browser(somebody(name="ada")).post(f"{PATH}?rule=idle", data, follow=True)
    assert answer.redirect_chain == [(f"{PATH}?rule=idle", 302)]
    assert "3 recommendations accepted and handed over to ben." in text(
        answer.content.decode()
    )
    for row in rows:
        row.refresh_from_db()
        assert (row.status, row.owner, row.due_on) == ("accepted", ben, NEXT_WEEK)
        assert row.changes.get().note == "Before the freeze"
    assert AuditEntry.objects.filter(action="recommendation.assign").count() == 3


def test_to_dismiss_several_needs_a_reason_and_keeps_the_selection() -> None:
    rows = with_alternative()
    client = browser()
    data = {"pick": picks(*rows[:2]), "status": "dismissed"}
    answer = client.post(PATH, data)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Give a reason for dismissing it" in html
    assert len(re.findall(r'name="pick"[^>]*checked', html)) == 2
    assert not Recommendation.objects.exclude(status="open").exists()
    assert client.post(PATH, {**data, "message": "A standby"}).status_code == 302
    dismissed = Recommendation.objects.filter(status="dismissed")
    assert {row.reason for row in dismissed} == {"A standby"}
    assert dismissed.count() == 2


def test_none_is_changed_where_one_was_changed_meanwhile() -> None:
    first, second, _ = with_alternative()
    data = {"pick": picks(first, second), "status": "accepted"}
    Recommendation.objects.filter(pk=second.pk).update(version=5)
    answer = browser().post(PATH, data)
    assert answer.status_code == 409
    assert "Halve web: Somebody else has changed this" in text(answer.content.decode())
    assert not Recommendation.objects.filter(status="accepted").exists()


def test_an_owner_who_may_not_see_one_leaves_all_as_they_are() -> None:
    production, staging = two_accounts()
    somebody("operator", staging, name="ben")
    row = recommendation(production)
    data = {"pick": picks(row), "status": "accepted", "owner": "ben"}
    answer = browser().post(PATH, data)
    assert "ben may not see Stop web" in text(answer.content.decode())
    row.refresh_from_db()
    assert (row.status, row.owner) == ("open", None)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"status": "accepted"}, "Select at least one"),
        ({"status": "accepted", "pick": ["x:1"]}, "Select recommendations of the list"),
        ({"status": "done", "pick": ["1:1"]}, "not one of the available choices"),
        ({"status": "", "pick": ["1:1"]}, "Choose to whom"),
        ({"status": "accepted", "pick": ["1:1"], "due_on": "2999-01-01"}, "to whom"),
        ({"status": "", "pick": ["1:1"], "owner": "bob"}, "There is no such user"),
    ],
)
def test_what_makes_no_sense_is_refused(data: dict[str, Any], reason: str) -> None:
    with_alternative()
    answer = browser().post(PATH, data)
    assert answer.status_code == 409
    assert reason in text(answer.content.decode())


def test_who_may_only_look_selects_and_changes_nothing() -> None:
    rows = with_alternative()
    viewer = browser(somebody("viewer"))
    assert 'name="pick"' not in page("", viewer)
    data = {"pick": picks(*rows), "status": "accepted"}
    assert viewer.post(PATH, data).status_code == 403


def test_rows_of_others_are_out_of_reach() -> None:
    production, staging = two_accounts()
    row = recommendation(production)
    limited = browser(somebody("operator", staging))
    answer = limited.post(PATH, {"pick": picks(row), "status": "accepted"})
    assert "no longer there" in text(answer.content.decode())
    row.refresh_from_db()
    assert row.status == "open"
