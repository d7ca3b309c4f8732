"""Every address is closed to who is not signed in, and to who has no role."""

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests.addresses import closed

pytestmark = pytest.mark.django_db

CLOSED = closed()
# One's own, which tell of nothing else, and what the API is like.
OWN = {"/password/", "/tokens/", "/tokens/revoke/", "/admin/password_change/"}
# It takes no session, but a token of its own.
TOKENS_ONLY = {"/mcp"}
# Screens are signed in by their link, and only read.
READ_BY_LINK = {"/wall/", "/wall/1/"}
TOLD_TO_ALL = {"/api/v1/", "/api/docs/", "/api/schema/"}


def test_the_walk_finds_pages_endpoints_and_the_admin() -> None:
    assert {
        "/",
        "/syncs/runs/1/",
        "/api/v1/costs/trend/",
        "/cost-trend",
        "/admin/costs/dailycost/1/change/",
        "/metrics",
    } <= set(CLOSED)


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_not_signed_in_is_sent_away(client: Client, method: str) -> None:
    asked = {address: getattr(client, method)(address) for address in CLOSED}
    open_to_all = {at for at, answer in asked.items() if not is_sent_away(answer)}
    if method == "post":
        assert {asked[at].status_code for at in READ_BY_LINK} == {405}
        open_to_all -= READ_BY_LINK
    assert open_to_all == set()


def is_sent_away(response: HttpResponse) -> bool:
    if response.status_code == 302:
        return response["Location"].startswith(
            ("/login/?", "/admin/login/?", "/password/")
        )
    return response.status_code in (401, 403)


@pytest.fixture
def nobody(client: Client) -> Client:
    client.force_login(User.objects.create_user("nobody"))
    return client


def test_who_has_no_role_sees_nothing(nobody: Client) -> None:
    others = [
        address for address in CLOSED if address not in OWN | TOLD_TO_ALL | TOKENS_ONLY
    ]
    answers = {at: nobody.get(at, follow=True).status_code for at in others}
    assert answers == dict.fromkeys(others, 403)


def test_who_has_no_role_is_told_whom_to_ask(nobody: Client) -> None:
    text = nobody.get("/", headers={"accept": "text/html"}).content.decode()
    assert "You have no role yet" in text
    assert "Ask an administrator for one" in text


def test_who_is_no_staff_is_told_so_at_the_admin_instead_of_sent_in_a_circle(
    nobody: Client,
) -> None:
    response = nobody.get("/admin/", follow=True)
    assert response.status_code == 403
    assert len(response.redirect_chain) == 1
