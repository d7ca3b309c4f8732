"""Saved views in the API: one's own, those that are shared, and what is refused."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from clouds.testing import account, see_only
from users.models import AuditEntry, SavedView
from users.saved_views import view_changes
from users.testing import person, session_of

pytestmark = pytest.mark.django_db
VIEWS = "/api/v1/saved-views/"
QUESTION = "/costs/?period=last_month&group_by=account"


@pytest.fixture
def ada() -> APIClient:
    return session_of(person("viewer"))


@pytest.fixture
def ben() -> APIClient:
    return session_of(person("operator"))


def save(client: APIClient, name: str = "By account", **values: Any) -> Any:
    given = {"name": name, "address": QUESTION, **values}
    return client.post(VIEWS, given, format="json")


def names(client: APIClient, query: str = "") -> list[str]:
    return [one["name"] for one in client.get(VIEWS + query).json()["results"]]


def test_a_view_is_found_by_who_saved_it_and_by_all_once_it_is_shared(
    ada: APIClient, ben: APIClient
) -> None:
    saved = save(ada).json()
    assert saved["address"] == QUESTION
    assert (saved["is_shared"], saved["user"]) == (False, "viewer")
    assert names(ada) == ["By account"]
    assert names(ben) == []
    assert ben.get(f"{VIEWS}{saved['id']}/").status_code == 404
    changed = ada.patch(f"{VIEWS}{saved['id']}/", {"is_shared": True}, format="json")
    assert changed.json()["is_shared"] is True
    assert names(ben) == names(ben, "?mine=false") == ["By account"]
    assert names(ben, "?mine=true") == []


def test_where_in_a_list_somebody_was_is_not_saved(ada: APIClient) -> None:
    address = f"{QUESTION}&page=3&format=csv&service="
    assert save(ada, address=address).json()["address"] == QUESTION


def test_an_address_is_kept_as_it_is_written(ada: APIClient) -> None:
    address = f"/resources/?search={'ä' * 1900}"
    assert save(ada, address=f"{address}&page=3").json()["address"] == address


def test_a_view_with_a_name_that_one_has_replaces_it(
    ada: APIClient, ben: APIClient
) -> None:
    first = save(ada).json()
    again = save(ada, address="/resources/?state=running").json()
    assert again["id"] == first["id"]
    assert again["address"] == "/resources/?state=running"
    other = save(ada, "Other").json()
    refused = ada.patch(f"{VIEWS}{other['id']}/", {"name": "By account"}, format="json")
    assert refused.status_code == 400
    assert "Choose another name" in refused.text
    save(ben, "Mine")
    renamed = ada.patch(f"{VIEWS}{other['id']}/", {"name": "Mine"}, format="json")
    assert renamed.status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("address", "https://example.com/", "Use an address on this server"),
        ("address", "//example.com/costs/", "Use an address on this server"),
        ("address", "/no/such/page/?a=b", "This server has no page /no/such/page/"),
        ("name", "", "may not be blank"),
        ("name", "n" * 81, "no more than 80"),
        ("is_shared", "perhaps", "valid boolean"),
        ("color", "red", "Unknown field"),
    ],
)
def test_what_is_no_view_is_refused_with_a_reason(
    ada: APIClient, field: str, value: str, reason: str
) -> None:
    answer = save(ada, **{field: value}) if field != "name" else save(ada, value)
    assert answer.status_code == 400
    assert f"{field}:" in answer.json()["detail"]
    assert reason in answer.text
    assert not SavedView.objects.exists()


def test_nobody_changes_what_another_shares_but_who_looks_after_all(
    ada: APIClient, ben: APIClient
) -> None:
    saved = save(ada, is_shared=True).json()
    one = f"{VIEWS}{saved['id']}/"
    assert ben.patch(one, {"name": "Mine"}, format="json").status_code == 403
    assert ben.delete(one).status_code == 403
    assert session_of(person("administrator")).delete(one).status_code == 204
    assert not SavedView.objects.exists()


def test_a_limited_user_meets_no_view_that_names_an_account_hidden_from_them(
    ada: APIClient, ben: APIClient
) -> None:
    own, hidden = account(1, "own"), account(2, "hidden")
    for one in (own, hidden):
        address = f"/costs/?sub_account={one.account_id}"
        save(ada, f"Of {one.name}", address=address, is_shared=True)
    both = f"/resources/?account={own.account_id},{hidden.account_id}"
    save(ada, "Of both", address=both, is_shared=True)
    save(ada, "All", is_shared=True)
    assert len(names(ben)) == 4
    see_only(person("operator"), own)
    limited = session_of(person("operator"))
    assert names(limited) == ["All", "Of own"]


def test_each_change_is_in_the_audit_log(ada: APIClient) -> None:
    one = f"{VIEWS}{save(ada).json()['id']}/"
    ada.patch(one, {"name": "Renamed"}, format="json")
    ada.patch(one, {"name": "Renamed"}, format="json")  # changes nothing
    ada.delete(one)
    entries = AuditEntry.objects.filter(action__startswith="savedview").order_by("id")
    actions = [entry.action for entry in entries]
    assert actions == ["savedview.add", "savedview.change", "savedview.delete"]
    assert entries[1].details == {"name": ["By account", "Renamed"]}


def test_the_number_of_a_users_views_is_limited(
    ada: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_changes, "MOST_VIEWS", 1)
    save(ada)
    answer = save(ada, "Another")
    assert answer.status_code == 400
    assert "You have 1 saved views. Delete some" in answer.text


def test_the_list_is_filtered_and_comes_as_a_file(ada: APIClient) -> None:
    save(ada, is_shared=True)
    save(ada, "Machines", address="/instances/?state=running")
    assert names(ada, "?search=instances") == ["Machines"]
    assert names(ada, "?is_shared=true") == ["By account"]
    assert names(ada, "?ordering=-name") == ["Machines", "By account"]
    assert ada.get(f"{VIEWS}?mine=perhaps").status_code == 400
    assert ada.get(f"{VIEWS}?color=red").status_code == 400
    lines = ada.get(f"{VIEWS}?format=csv").getvalue().decode().splitlines()
    assert lines[0] == "id,name,address,is_shared,user"
    assert len(lines) == 3
