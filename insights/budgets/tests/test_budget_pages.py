"""Pages of budgets: set, changed, refused and shown."""

import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from core.testing.clock import NOW, TODAY
from insights.models import Budget
from insights.testing import budget, somebody, two_accounts
from users.models import AuditEntry
from users.testing import last_message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def fields(**values: str) -> dict[str, str]:
    wanted = {"name": "All", "scope": "total", "currency": "USD", "amount": "100"}
    percents = {"actual_percents": "80, 100", "forecasted_percents": ""}
    return {**wanted, **percents, **values}


# Without a transaction of the test's around it, as the form locks its row.
@pytest.mark.django_db(transaction=True)
def test_a_budget_is_set_changed_and_deleted() -> None:
    client = browser(somebody("administrator"))
    assert client.get("/insights/budgets/add/").status_code == 200
    added = client.post("/insights/budgets/add/", fields())
    assert last_message(added) == f"Budget {fields()['name']} saved."
    one = Budget.objects.get()
    assert (one.amount, one.actual_percents, one.forecasted_percents) == (
        100,
        [80, 100],
        [],
    )
    path = one.get_absolute_url()
    form = client.get(f"{path}change/").content.decode()
    assert 'value="80, 100"' in form and 'name="currency" value="USD"' in form
    client.post(f"{path}change/", fields(amount="250.50", version="1"))
    one.refresh_from_db()
    assert (str(one.amount.normalize()), one.version) == ("250.5", 2)
    response = client.post(f"{path}change/", fields(name="Late", version="1"))
    assert response.status_code == 409
    assert 'value="Late"' in response.content.decode()
    assert client.get(f"{path}delete/").status_code == 200
    client.post(f"{path}delete/")
    assert not Budget.objects.exists()
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["budget.add", "budget.change", "budget.delete"]


@pytest.mark.parametrize("role", ["administrator", "viewer"])
def test_a_budget_is_changed_and_deleted_from_its_page_by_who_may(role: str) -> None:
    address = budget().get_absolute_url()
    page = browser(somebody(role)).get(address).content.decode()
    offered = [f'href="{address}{what}/"' in page for what in ("change", "delete")]
    assert offered == [role == "administrator"] * 2


def test_an_amount_of_thousands_stays_in_the_form() -> None:
    one = budget(amount=Decimal("1234567.5"))
    form = browser(somebody()).get(f"{one.get_absolute_url()}change/").content.decode()
    assert 'name="amount" value="1234567.50"' in form


def test_a_budget_that_makes_no_sense_is_refused_and_kept_in_the_form() -> None:
    client = browser(somebody())
    wrong = fields(scope="service", name="Mine", actual_percents="many")
    told = client.post("/insights/budgets/add/", wrong).content.decode()
    key, spent = "Service, tag as key=value, or team", "Alert threshold, spent (%)"
    assert f"<strong>{key}</strong>: Name the service, as the bill does." in told
    assert f"<strong>{spent}</strong>: Give whole percentages" in told
    assert 'value="Mine"' in told and 'value="many"' in told


def test_who_is_limited_sets_no_budget_over_all_accounts() -> None:
    mine, theirs = two_accounts()
    client = browser(somebody("operator", mine))
    told = client.post("/insights/budgets/add/", fields()).content.decode()
    assert "Choose one of the accounts that you may see." in told
    assert "staging" not in told
    other = fields(scope="account", account=str(theirs.pk))
    client.post("/insights/budgets/add/", other)
    assert not Budget.objects.exists()
    own = fields(scope="account", account=str(mine.pk))
    client.post("/insights/budgets/add/", own)
    assert Budget.objects.get().account == mine


def test_a_page_of_budgets_holds_25() -> None:
    for number in range(26):
        budget(name=f"budget-{number:02}")
    client = browser(somebody("viewer"))
    pages = [
        client.get(f"/insights/budgets/?page={number}").context["object_list"]
        for number in (1, 2)
    ]
    assert [len(page) for page in pages] == [25, 1]


@pytest.mark.parametrize("is_list", [True, False])
def test_a_budget_shows_each_percent_beside_its_own_amount(is_list: bool) -> None:
    one = budget(spent=Decimal(41), forecasted=Decimal(87), period=TODAY.replace(day=1))
    text = (
        browser(somebody("viewer"))
        .get("/insights/budgets/" if is_list else one.get_absolute_url())
        .content.decode()
    )
    figures = re.findall(r"\$(41|87)\.00[^$]*?(\d+)\.0%", text)
    assert figures == [("41", "41"), ("87", "87")]


def test_the_list_names_who_owns_each() -> None:
    one = budget(name="one")
    page = browser(somebody("viewer"))
    unowned = '<span class="muted">nobody</span>'
    assert unowned in page.get("/insights/budgets/").text
    owner = User.objects.create_user("grace")
    Budget.objects.filter(pk=one.pk).update(owner=owner)
    text = page.get("/insights/budgets/").text
    assert "grace" in text
    assert unowned not in text
