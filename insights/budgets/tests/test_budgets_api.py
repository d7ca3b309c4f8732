"""Budgets over the API: set, changed with the version that was read, deleted."""

from datetime import date
from typing import Any

import pytest
import time_machine

from clouds.testing import account, see_only
from clouds.versions import data_version
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.testing import store_costs
from insights.budgets.forms import BudgetForm
from insights.budgets.models import NAME_TAKEN
from insights.models import Budget
from insights.testing import budget, somebody, two_accounts
from users.models import AuditEntry
from users.testing import ask, operator, person, session_of, viewer

pytestmark = pytest.mark.django_db
PATH = "/api/v1/budgets/"


def send(client: Any, **body: Any) -> Any:
    wanted = {"name": "All", "scope": "total", "currency": "USD", "amount": "100"}
    return client.post(PATH, {**wanted, **body}, format="json")


def test_it_is_set_and_counted_at_once() -> None:
    store_costs(account(), Window(date(2026, 11, 1), TODAY), {"EC2": "5"})
    with time_machine.travel(NOW, tick=False):
        answer = send(operator(), actual_percents=[100, 50, 50])
    told = answer.json()
    assert answer.status_code == 201, told
    assert (told["amount"], told["spent"], told["state"]) == (
        "100.00",
        "95.00",
        "passed",
    )
    assert told["actual_percents"] == [50, 100]
    assert told["forecasted_percents"] == [100]
    assert told["created_by"] == "operator"
    entry = AuditEntry.objects.get(action="budget.add")
    assert entry.details["amount"] == [None, "100.00"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "1e12"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"currency": "dollars"}, "currency"),
        ({"scope": "account"}, "account"),
        ({"scope": "service"}, "key"),
        ({"scope": "tag", "key": "team"}, "key"),
        ({"scope": "all"}, "scope"),
        ({"account": "000000000009"}, "account"),
        ({"actual_percents": [0]}, "actual_percents"),
        ({"spent": "1"}, None),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(
    body: dict[str, Any], field: str | None
) -> None:
    answer = send(operator(), **body)
    if field is None:
        assert answer.status_code == 201
        assert answer.json()["spent"] is None
        return
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["errors"])


def test_a_limited_user_who_watches_it_is_told_of_each_change() -> None:
    own, other = two_accounts()
    watcher = person("viewer")
    see_only(watcher, own)
    seen = [data_version(watcher, "budgets")]
    operating = session_of(person("administrator"))
    row = budget(account=own, scope="account")
    change = {"amount": "7", "version": row.version}
    assert operating.patch(f"{PATH}{row.pk}/", change, format="json").status_code == 200
    seen.append(data_version(watcher, "budgets"))
    assert operating.delete(f"{PATH}{row.pk}/").status_code == 204
    seen.append(data_version(watcher, "budgets"))
    assert len(set(seen)) == 3
    send(operating, name="Other", scope="account", account=other.account_id)
    assert data_version(watcher, "budgets") == seen[-1]


def test_a_name_is_taken_once() -> None:
    budget(name="All")
    assert "name" in send(operator()).json()["errors"]


@pytest.mark.on_each_database
def test_another_account_may_have_a_budget_of_the_same_name() -> None:
    one, other = two_accounts()
    budget(name="All", scope="account", account=other)
    own = {"scope": "account", "account": one.account_id}
    assert send(operator(), **own).status_code == 201
    assert "name" in send(operator(), **own).json()["errors"]
    renamed = budget(name="More", scope="account", account=one)
    path, body = f"{PATH}{renamed.pk}/", {"name": "All", "version": 1}
    answer = operator().patch(path, body, format="json")
    assert "name" in answer.json()["errors"]


@pytest.mark.parametrize("scope", ["account", "total"])
def test_a_name_of_a_budget_that_a_user_may_not_see_is_like_any_other(
    scope: str,
) -> None:
    one, other = two_accounts()
    hidden = {"account": other} if scope == "account" else {}
    budget(name="Secret", scope=scope, **hidden)
    client = session_of(somebody("operator", one))
    for body in (
        {"scope": "total"},
        {"scope": "account", "account": other.account_id},
        {"scope": "account", "account": one.account_id},
    ):
        taken, free = (send(client, name=name, **body) for name in ("Secret", "Free"))
        assert taken.status_code == free.status_code
        assert taken.json().get("errors") == free.json().get("errors")


def test_the_form_gives_no_hint_of_a_hidden_name_either() -> None:
    one, other = two_accounts()
    budget(name="Secret")
    budget(name="Secret", scope="account", account=other)
    user = somebody("operator", one)

    def errors(**values: Any) -> Any:
        given = {"scope": "account", "account": one.pk, "currency": "USD"}
        form = BudgetForm(user, {"name": "Secret", "amount": "5", **given, **values})
        return form.errors

    assert not errors()
    assert list(errors(scope="total", account="")) == ["account"]
    budget(name="Secret", scope="account", account=one)
    assert NAME_TAKEN in str(errors())


def test_it_is_changed_with_the_version_that_was_read() -> None:
    one = budget()
    path = f"{PATH}{one.pk}/"
    answer = operator().patch(path, {"amount": "250", "version": 1}, format="json")
    assert answer.status_code == 200
    assert (answer.json()["amount"], answer.json()["version"]) == ("250.00", 2)
    late = operator().patch(path, {"amount": "9", "version": 1}, format="json")
    assert late.status_code == 409
    assert late.json()["current"]["amount"] == "250.00"
    unsaid = operator().patch(path, {"amount": "9"}, format="json")
    assert "version" in unsaid.json()["errors"]
    assert Budget.objects.get().amount == 250


def test_what_is_changed_must_still_make_sense() -> None:
    one = budget()
    body = {"scope": "service", "version": 1}
    answer = operator().patch(f"{PATH}{one.pk}/", body, format="json")
    assert "key" in answer.json()["errors"]


def test_an_administrator_deletes_it() -> None:
    one = budget()
    path = f"{PATH}{one.pk}/"
    assert operator().delete(path).status_code == 403
    assert session_of(person("administrator")).delete(path).status_code == 204
    assert not Budget.objects.exists()
    assert AuditEntry.objects.get().action == "budget.delete"


def test_who_may_only_look_changes_nothing() -> None:
    one = budget()
    assert send(viewer()).status_code == 403
    body = {"amount": "9", "version": 1}
    assert viewer().patch(f"{PATH}{one.pk}/", body, format="json").status_code == 403
    assert ask("budgets/")["count"] == 1


def test_who_is_limited_has_budgets_of_his_accounts_alone() -> None:
    one, other = two_accounts()
    budget(name="all")
    budget(name="theirs", scope="account", account=other)
    mine = budget(name="mine", scope="account", account=one)
    client = session_of(somebody("operator", one))
    listed = client.get(PATH).json()["results"]
    assert [row["name"] for row in listed] == ["mine"]
    assert "account" in send(client).json()["errors"]
    theirs = {"scope": "account", "account": other.account_id}
    reason = (
        f"There is no account {other.account_id} that you may see. Nearest: "
        "production (000000000001)."
    )
    assert send(client, **theirs).json()["errors"] == {"account": [reason]}
    own = {"scope": "account", "account": one.account_id}
    assert send(client, **own).status_code == 201
    body = {"account": None, "scope": "total", "version": 1}
    assert client.patch(f"{PATH}{mine.pk}/", body, format="json").status_code == 400
