"""A database that is away, or full, is a 503 that says so, at every address."""

from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from tests.addresses import closed
from users.audit import record_command

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
HTML = {"accept": "text/html"}
# What needs no database, or tells of it by itself.
WITHOUT = {"/health", "/status", "/api/docs/", "/admin/password_change/"}
# The schema is no HTML, which is said before it is looked who asks.
WITHOUT |= {"/admin/login/", "/admin/logout/", "/logout/", "/api/schema/"}
# It is only posted to.
WITHOUT |= {"/mcp"}
PAGE = "The database is unavailable"
PROBLEM = "The database is unavailable, or its disk is full."


@pytest.fixture
def away(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody who was signed in when the database went away."""
    client.force_login(User.objects.create_superuser("ada"))
    client.raise_request_exception = False

    def refuse(*args: Any, **options: Any) -> NoReturn:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr(connection, "chunked_cursor", refuse)
    return client


def test_every_page_says_so_to_a_person(away: Client) -> None:
    answers = {at: away.get(at, headers=HTML) for at in sorted({*closed()} - WITHOUT)}
    assert len(answers) > 200
    assert {at for at, one in answers.items() if one.status_code != 503} == set()
    assert {one["Retry-After"] for one in answers.values()} == {"10"}
    page = answers["/costs/"].content.decode()
    assert PAGE in page
    assert "connection refused" not in page


def test_a_program_is_told_by_a_problem(away: Client) -> None:
    for address in ("/api/v1/costs/", "/cost-trend", "/costs/", "/admin/"):
        response = away.get(address)
        assert response.status_code == 503, address
        assert response["Content-Type"] == "application/problem+json"
        assert response["Retry-After"] == "10"
        assert response.json()["detail"].startswith(PROBLEM)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_in_meanwhile(away: Client, method: str) -> None:
    asked = {"username": "ada", "password": PASSWORD}
    response = getattr(away, method)("/login/", asked, headers=HTML)
    assert response.status_code == 503
    assert PAGE in response.content.decode()


def test_what_a_library_closed_is_away_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False

    def closed_connection(*args: Any, **options: Any) -> NoReturn:
        raise InterfaceError("connection already closed")

    client.force_login(User.objects.create_superuser("ada"))
    monkeypatch.setattr(connection, "cursor", closed_connection)
    assert client.get("/costs/", headers=HTML).status_code == 503


@pytest.fixture
def full_disk(transactional_db: None) -> Iterator[None]:
    """A database that is given no page more, and has filled those that it had."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count")
        before = cursor.fetchone()[0]
        cursor.execute("PRAGMA max_page_count = 1")  # as many as there are
        for _ in range(1000):
            try:
                record_command("test", text="x" * 3000)
            except OperationalError:
                break
        yield
        cursor.execute(f"PRAGMA max_page_count = {before}")


@pytest.mark.only_on("sqlite")
def test_on_a_full_disk_pages_are_read_and_nobody_signs_in(
    admin_client: Client, full_disk: None
) -> None:
    asked = {"username": "admin", "password": "password"}
    clients = [Client(raise_request_exception=False) for _ in range(40)]
    # A few fit into pages that have some room left.
    answers = [one.post("/login/", asked, headers=HTML) for one in clients]
    assert {one.status_code for one in answers} <= {302, 503}
    assert answers[-1].status_code == 503
    assert PAGE in answers[-1].content.decode()
    assert admin_client.get("/instances/").status_code == 200
