"""What browsers are told to refuse."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from users.headers import policy_of
from users.testing import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def rules_of(policy: str) -> dict[str, str]:
    """What each directive allows, in whatever order they stand."""
    return dict(rule.strip().split(" ", 1) for rule in policy.split(";"))


def test_a_page_may_run_only_our_own_files(viewer: Client) -> None:
    for address in ("/", "/login/", "/syncs/", "/not/there/", "/api/v1/accounts/"):
        rules = rules_of(viewer.get(address)["Content-Security-Policy"])
        assert rules["default-src"] == "'none'", address
        assert rules["script-src"] == rules["style-src"] == "'self'"
        assert rules["frame-ancestors"] == "'none'"
        assert rules["connect-src"] == "'self'", "no process of sockets runs"
        assert not any("unsafe" in sources for sources in rules.values())


def test_no_policy_allows_another_host_or_an_inline_script() -> None:
    for address in ("/", "/admin/", "/api/docs/"):
        policy = rules_of(policy_of(address))
        assert "'unsafe-inline'" not in policy["script-src"]
        for sources in policy.values():
            assert set(sources.split()) <= {
                "'none'",
                "'self'",
                "data:",
                "'unsafe-eval'",
                "'unsafe-inline'",
            }
    assert "'unsafe-eval'" not in policy_of("/api/docs/")


def test_a_page_of_the_api_for_reading_may_write_its_styles(viewer: Client) -> None:
    for address in ("/api/v1/accounts/", "/cost-trend"):
        page = viewer.get(address, headers={"accept": "text/html"})
        rules = rules_of(page["Content-Security-Policy"])
        assert rules["style-src"] == "'self' 'unsafe-inline'"
        assert rules["script-src"] == "'self'"


@pytest.mark.parametrize(
    ("asked", "socket"),
    [
        ({"HTTP_HOST": "127.0.0.1:8000"}, "ws://127.0.0.1:8001"),
        ({"HTTP_HOST": "[::1]:8000"}, "ws://[::1]:8001"),
        ({"HTTP_HOST": "costs.test"}, "ws://costs.test"),
        ({"HTTP_HOST": "costs.test", "wsgi.url_scheme": "https"}, "wss://costs.test"),
        ({"HTTP_HOST": "costs.test:8443"}, "ws://costs.test:8443"),
    ],
)
def test_a_page_may_connect_to_our_socket_and_nothing_else(
    viewer: Client, settings: Settings, asked: dict[str, Any], socket: str
) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "[::1]", "costs.test"]
    settings.LIVE_PORT, settings.WEB_PORT = 8001, 8000
    page = viewer.get("/costs/", **asked)
    rules = rules_of(page["Content-Security-Policy"])
    assert rules["connect-src"] == f"'self' {socket}"
    assert f'data-socket="{socket}/ws/events"' in page.content.decode()
    evil = viewer.get("/costs/", HTTP_HOST="evil.test")
    assert rules_of(evil["Content-Security-Policy"])["connect-src"] == "'self'"


def test_the_other_headers_are_set_too(viewer: Client) -> None:
    for address in ("/", "/api/v1/accounts/", "/health"):
        answer = viewer.get(address)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"
        assert "camera=()" in answer["Permissions-Policy"]


def test_the_session_is_kept_from_scripts_and_from_other_sites(client: Client) -> None:
    user = person("viewer")
    user.set_password("a long pass phrase")
    user.save()
    client.post("/login/", {"username": "viewer", "password": "a long pass phrase"})
    cookie = client.cookies["cloudintel_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 7 * 24 * 3600


def test_other_sites_may_ask_the_api_only_if_they_are_named(
    client: Client, settings: pytest.FixtureRequest
) -> None:
    wiki = {"origin": "https://wiki.example.com"}
    allowed = "Access-Control-Allow-Origin"
    assert allowed not in client.get("/api/v1/accounts/", headers=wiki)
    settings.CORS_ALLOWED_ORIGINS = [wiki["origin"]]  # type: ignore[attr-defined]
    answer = client.get("/api/v1/accounts/", headers=wiki)
    assert answer[allowed] == wiki["origin"]
    # With a token; the cookies of whoever reads the wiki are not taken.
    assert "Access-Control-Allow-Credentials" not in answer
    assert allowed not in client.get("/", headers=wiki)
    stranger = {"origin": "https://evil.example"}
    assert allowed not in client.get("/api/v1/accounts/", headers=stranger)
