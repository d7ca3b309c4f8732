"""What the API answers when it cannot answer: JSON that says why."""

import json
from typing import Any, NoReturn

import pytest
from django.db import InterfaceError, OperationalError, connection
from rest_framework.test import APIClient

from clouds.testing import account
from users.testing import ask, refused, session_of, viewer

pytestmark = pytest.mark.django_db
LISTS = [
    "accounts/",
    "instances/",
    "costs/",
    "cpu/",
    "network/",
    "runs/",
    "backfills/",
    "api-usage/",
]
PAGED = [*LISTS, "cpu/trend/"]
# Few rows, by number of page; the others grow, and are read by cursor.
NUMBERED = ["accounts/", "backfills/"]
GROWING = [path for path in PAGED if path not in NUMBERED]
ANSWERS = [*PAGED, "costs/trend/", "costs/summary/", "api-usage/summary/"]
FIRST_NAMES = {
    "/cost-trend": "/api/v1/costs/trend/",
    "/cost-summary": "/api/v1/costs/summary/",
    "/cpu-trend": "/api/v1/cpu/trend/",
}


@pytest.mark.parametrize("path", ANSWERS)
def test_an_unknown_parameter_is_refused_by_name(path: str) -> None:
    found = refused(path, colour="blue", pagesize="3")
    assert list(found) == ["colour", "pagesize"]
    assert found["colour"][0].startswith("Unknown parameter. Valid parameters: ")


@pytest.mark.parametrize("path", NUMBERED)
def test_a_page_that_is_not_there_is_404(path: str) -> None:
    client, pages = viewer(), ("0", "2", "-1", "two", "99999999999999999999")
    answers = [client.get(f"/api/v1/{path}", {"page": page}) for page in pages]
    assert [(one.status_code, one.json().get("detail")) for one in answers] == [
        (404, f"There is no page {page} of this list.") for page in pages
    ]


def test_a_refusal_quotes_whatever_was_given() -> None:
    asked = {"name": "cpu", "labels": "100%s %"}
    found = refused("monitoring/metrics/aggregate/", **asked)
    assert "100%s %" in found["labels"][0]


@pytest.mark.parametrize("path", GROWING)
def test_a_cursor_that_no_answer_gave_is_refused_by_name(path: str) -> None:
    assert_each_is_refused(path, cursor=("2", "W10:x:y", "\0", "é"))


@pytest.mark.parametrize("path", PAGED)
def test_a_page_size_is_a_number(path: str) -> None:
    assert_each_is_refused(path, page_size=("0", "-1", "two", "", "१२"))


def assert_each_is_refused(path: str, **values: tuple[str, ...]) -> None:
    """Of one parameter each value by its name; those that are not are told together."""
    ((name, given),) = values.items()
    client, taken = viewer(), {}
    for value in given:
        response = client.get(f"/api/v1/{path}", {name: value})
        if response.status_code != 400 or list(response.json()["errors"]) != [name]:
            taken[value] = (response.status_code, response.content)
    assert taken == {}


@pytest.mark.parametrize("path", PAGED)
def test_an_empty_list_is_a_page(path: str) -> None:
    nothing: dict[str, object] = {"next": None, "previous": None, "results": []}
    assert ask(path) == nothing | ({"count": 0} if path in NUMBERED else {})


@pytest.mark.parametrize("path", GROWING)
def test_a_list_that_grows_is_counted_where_that_is_asked_for(path: str) -> None:
    assert ask(path, count="true")["count"] == 0
    assert "count" not in ask(path, count="false")
    assert list(refused(path, count="yes")) == ["count"]


def test_pages_are_of_a_hundred_and_at_most_of_a_thousand() -> None:
    for number in range(1, 102):
        account(number, "same name")
    first = ask("accounts/")
    assert (first["count"], len(first["results"])) == (101, 100)
    assert first["next"].endswith("/api/v1/accounts/?page=2")
    whole = ask("accounts/", page_size=5000)
    assert len(whole["results"]) == 101
    pages = [ask("accounts/", page=page, page_size=40) for page in (1, 2, 3)]
    ids = [one["account_id"] for page in pages for one in page["results"]]
    assert ids == [f"{number:012}" for number in range(1, 102)]


def test_a_page_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.api.pagination.Pages.max_page_size", 2)
    for number in range(1, 5):
        account(number)
    assert len(ask("accounts/", page_size=3)["results"]) == 2


@pytest.mark.parametrize("path", ["teapots/", "costs/trends/", "costs/1/", "runs/x/"])
def test_what_is_not_there_is_404_in_json(path: str) -> None:
    response = viewer().get(f"/api/v1/{path}")
    assert response.status_code == 404
    assert response.json()["status"] == 404


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_its_database_it_is_503_in_json(
    monkeypatch: pytest.MonkeyPatch, path: str, error: type[Exception]
) -> None:
    client = viewer()

    def away(*args: Any, **options: Any) -> NoReturn:
        raise error("connection refused")

    monkeypatch.setattr(connection, "cursor", away)
    monkeypatch.setattr(connection, "chunked_cursor", away)
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "10"
    detail = json.loads(response.content)["detail"]
    assert detail.startswith("The database is unavailable, or its disk is full.")


@pytest.mark.parametrize("path", LISTS)
def test_an_unknown_format_is_refused_with_those_there_are(path: str) -> None:
    names = "json, api, csv, csv-excel, xlsx"
    told = {"format": [f'"xml" is not valid. Choose one of: {names}.']}
    assert refused(path, format="xml") == told


@pytest.mark.parametrize("query", ["", "?start=2026-11-01&end=2026-11-03", "?x=1"])
@pytest.mark.parametrize("name", FIRST_NAMES)
def test_the_aliases_answer_as_the_new_ones(name: str, query: str) -> None:
    client = viewer()
    old, new = (client.get(at + query) for at in (name, FIRST_NAMES[name]))
    assert (old.status_code, old.json()) == (new.status_code, new.json())


@pytest.mark.parametrize("name", FIRST_NAMES)
def test_the_aliases_answer_in_every_format(name: str) -> None:
    client = viewer()
    for kind in ("csv", "api"):
        old, new = (
            client.get(f"{at}?format={kind}") for at in (name, FIRST_NAMES[name])
        )
        assert old.status_code == new.status_code == 200
        assert old["Content-Type"] == new["Content-Type"]


@pytest.mark.parametrize("path", ["", *ANSWERS])
def test_a_browser_is_shown_a_page(path: str) -> None:
    account()
    response = viewer().get(f"/api/v1/{path}", headers={"accept": "text/html"})
    page = response.content.decode()
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert "<html" in page
    assert "viewer" in page


def test_a_browser_may_start_a_sync(admin_user: Any) -> None:
    for at in ("/api/v1/sync/ec2/", "/sync-cpu"):
        response = session_of(admin_user).get(at, headers={"accept": "text/html"})
        assert response.status_code == 405
        assert "POST" in response.content.decode()


def test_a_visitor_in_a_browser_is_told_to_sign_in() -> None:
    response = APIClient().get("/api/v1/costs/", headers={"accept": "text/html"})
    assert response.status_code == 401
