"""Every error has one shape, which a program can read and a person understand."""

from typing import Any, NoReturn

import pytest
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.views import APIView

from core.api.problems import KINDS, PROBLEM, TYPE, render_problem
from core.windows import InvalidWindow
from users.testing import operator, viewer

pytestmark = pytest.mark.django_db


def problem(response: Any, status: int) -> Any:
    """The members of a problem, which every one has."""
    assert response.status_code == status
    assert response["Content-Type"] == PROBLEM
    told = response.json()
    kind, title = KINDS[status]
    assert told["type"] == TYPE + kind
    assert (told["title"], told["status"]) == (title, status)
    assert told["detail"]
    return told


@pytest.mark.parametrize("path", ["/api/v1/costs/trend/", "/cost-trend"])
def test_a_typo_is_named_with_what_was_probably_meant(path: str) -> None:
    told = problem(viewer().get(path, {"strat": "2026-11-01", "groupby": "x"}), 400)
    reason = "Unknown parameter. Did you mean start? Valid parameters: "
    assert told["errors"]["strat"][0].startswith(reason)
    assert "Did you mean group_by?" in told["errors"]["groupby"][0]
    assert "strat: Unknown parameter." in told["detail"]


def test_a_format_that_is_mistyped_is_named_too() -> None:
    told = problem(viewer().get("/api/v1/costs/?format=jsno"), 400)
    names = "json, api, csv, csv-excel, xlsx"
    known = f'"jsno" is not valid. Did you mean json? Choose one of: {names}.'
    assert told["errors"] == {"format": [known]}


def test_what_is_refused_is_logged_with_who_refuses_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "core.api")
    error = InvalidWindow("The end is before the start.")
    response = render_problem(error, {"view": APIView(), "request": HttpRequest()})
    assert response is not None and response.status_code == 400
    said = [one.message for one in caplog.records]
    assert said == ["APIView refused: The end is before the start."]


@pytest.mark.parametrize("path", ["/api/v1/runs/", "/cpu-trend", "/api/schema/"])
def test_without_signing_in(path: str) -> None:
    response = APIClient().get(path)
    problem(response, 401)
    assert response["WWW-Authenticate"] == "Token"


def test_without_the_right() -> None:
    told = problem(viewer().post("/api/v1/sync/cost/"), 403)
    assert "syncs.start_sync" in told["detail"]


@pytest.mark.parametrize(
    "path",
    [
        *("/api/v1/runs/0/", "/api/v1/teapots/", "/api/v2/", "/api/v1/costs/x/y/"),
        *("/api/v1/costs/summary.json", "/api/v1/costs/trend.csv"),
    ],
)
def test_where_there_is_nothing(path: str) -> None:
    problem(viewer().get(path), 404)


def test_a_person_who_strays_gets_a_page_and_a_program_a_problem() -> None:
    client = Client()
    page = client.get("/api/v1/teapots/", headers={"accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page["Content-Type"][:9]) == (404, "text/html")
    page = client.get("/teapots/", headers={"accept": "text/html"})
    assert (page.status_code, page["Content-Type"][:9]) == (404, "text/html")
    problem(client.get("/teapots/", headers={"accept": "application/json"}), 404)


def test_a_method_that_is_not_there() -> None:
    response = viewer().delete("/api/v1/costs/")
    problem(response, 405)
    assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/tokens/revoke/", "/syncs/start/", "/logout/"])
def test_what_only_a_form_sends_to_is_a_page_for_a_person(path: str) -> None:
    page = operator().get(path, headers={"accept": "text/html"})
    assert page.status_code == 405
    assert "POST" in page["Allow"]
    assert "Nothing to open here" in page.content.decode()
    problem(operator().get(path, headers={"accept": "application/json"}), 405)


def test_what_is_only_looked_at_says_how() -> None:
    page = viewer().post("/costs/", headers={"accept": "text/html"})
    assert page.status_code == 405
    assert "POST is not allowed here. Use one of GET" in page.content.decode()


def test_a_format_that_is_not_there() -> None:
    problem(viewer().get("/api/v1/runs/", headers={"accept": "image/png"}), 406)


def test_a_format_by_name_counts_more_than_what_is_accepted() -> None:
    asked = viewer().get(
        "/api/v1/costs/?format=csv", headers={"accept": "application/json"}
    )
    assert asked["Content-Type"] == "text/csv"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [("{", "application/json", 400), ("x", "text/plain", 415)],
)
def test_a_body_that_cannot_be_read(body: str, kind: str, status: int) -> None:
    client = operator()
    problem(client.post("/api/v1/sync/ec2/", body, content_type=kind), status)


def test_too_many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    rates = {"user": "2/min"}
    throttle = "rest_framework.throttling.UserRateThrottle.THROTTLE_RATES"
    monkeypatch.setattr(throttle, rates)
    client = viewer()
    for _ in range(2):
        assert client.get("/api/v1/accounts/").status_code == 200
    response = client.get("/api/v1/accounts/")
    problem(response, 429)
    assert 0 < int(response["Retry-After"]) <= 60
    cache.clear()


@pytest.mark.parametrize("path", ["/api/v1/costs/summary/", "/cost-summary"])
def test_a_fault_of_ours_tells_nothing_of_itself(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def broken(*args: object, **options: object) -> NoReturn:
        raise ZeroDivisionError("the secret reason")

    monkeypatch.setattr("costs.api.views.cost_summary", broken)
    client = viewer()
    client.raise_request_exception = False
    response = client.get(path, headers={"accept": "application/json"})
    problem(response, 500)
    assert "secret" not in response.content.decode()


def test_a_host_that_is_not_ours_is_400(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["ours.example"]
    problem(Client().get("/api/v1/runs/", headers={"host": "evil.example"}), 400)
