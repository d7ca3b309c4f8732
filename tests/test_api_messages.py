"""Errors say what is wrong and what to do, in whole sentences of our own."""

from typing import Any

import pytest
from django.test import Client

from clouds.testing import account
from core.api.problems import PROBLEM
from users.testing import operator, refused, viewer

pytestmark = pytest.mark.django_db


def test_a_wrong_choice_is_answered_with_the_choices() -> None:
    names = "service, region, account, charge_category, resource_group, none, tag:KEY"
    text = f'"color" is not valid. Choose one of: {names}.'
    assert refused("costs/trend/", group_by="color") == {"group_by": [text]}


def test_a_wrong_filter_is_answered_with_the_choices() -> None:
    found = refused("instances/", gone="only")
    assert found == {"gone": ['"only" is not valid. Use true or false.']}
    assert "Choose from: queued, running" in refused("runs/", status="x")["status"][0]


def test_a_wrong_day_is_answered_with_an_example() -> None:
    found = refused("costs/", start="01/02/2026")
    assert found == {"start": ["Use a date such as 2026-01-31."]}


@pytest.mark.parametrize(
    ("path", "name"),
    [("instances", "instance"), ("runs", "sync run"), ("accounts", "cloud account")],
)
def test_what_is_not_there_is_named(path: str, name: str) -> None:
    answer = viewer().get(f"/api/v1/{path}/123/")
    assert answer.status_code == 404
    assert answer.json()["detail"] == f"There is no {name} 123 that you may see."


def test_a_wrong_method_is_answered_with_the_right_ones() -> None:
    answer = viewer().delete("/api/v1/costs/")
    told = "DELETE is not allowed. Use one of GET, HEAD, OPTIONS."
    assert answer.json()["detail"] == told


def test_a_missing_token_is_answered_with_how_to_send_one() -> None:
    answer = Client().get("/api/v1/costs/")
    assert "Authorization: Token TOKEN" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_change_without_the_slash_is_not_redirected(method: str) -> None:
    answer = getattr(operator(), method)("/api/v1/sync/cost", {"account": "x"})
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    told = "Addresses end with a slash. Use /api/v1/sync/cost/"
    assert answer.json()["detail"] == told


def test_a_page_without_the_slash_is_still_redirected() -> None:
    answer = viewer().get("/api/v1/costs?limit=1")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/costs/?limit=1")


@pytest.mark.parametrize("path", ["/cost-trendy", "/api/v1/xyz"])
@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_an_unknown_address_is_a_problem_to_a_program(path: str, accept: str) -> None:
    answer = Client().get(path, headers={"accept": accept} if accept else {})
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert path in answer.json()["detail"]


def test_the_browsable_api_is_ours() -> None:
    account(1)
    page = viewer().get("/api/v1/accounts/", headers={"accept": "text/html"})
    text = page.content.decode()
    assert "cloudintel API" in text
    assert "Django REST framework" not in text


def test_no_message_of_a_framework_is_left() -> None:
    """Each list's parameters, all given nonsense, in one request."""
    raw = ("is not a valid choice", "Select a valid choice", "No Instance matches")
    for path in ("accounts", "instances", "costs", "cpu", "network", "runs"):
        answer: Any = viewer().get(
            f"/api/v1/{path}/", {"account": "x", "ordering": "x"}
        )
        assert answer.status_code == 400
        assert not any(text in answer.content.decode() for text in raw), path
