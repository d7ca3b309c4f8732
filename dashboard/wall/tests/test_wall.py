"""The wall: its link shows what its user sees, until it expires or is revoked."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import clear_script_prefix, set_script_prefix
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from inventory.testing import instance
from users.models import ApiToken
from users.roles import Role
from users.testing import person
from users.tokens import make_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def costs() -> None:
    for number, (name, amount) in enumerate([("shop", "70"), ("secret", "900")], 1):
        store_costs(account(number, name), last_complete_days(70, NOW), {name: amount})


def link(scope: str = ApiToken.Scope.WALL, days: int = 3, **fields: object) -> str:
    with time_machine.travel(NOW, tick=False):
        _, text = make_token(person(Role.VIEWER), days, scope=scope, **fields)  # type: ignore[arg-type]
    return f"/wall/{text}/"


def opened(address: str, later: timedelta = timedelta(0)) -> str:
    client = Client()
    with time_machine.travel(NOW + later, tick=False):
        return client.get(address, follow=True).content.decode()


def test_a_link_signs_a_screen_in_for_the_wall_and_nothing_else() -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        answer = client.get(link())
        assert (answer.status_code, answer["Location"]) == (302, "/wall/")
        cookie = answer.cookies["wall"]
        assert cookie["httponly"] and cookie["path"] == "/wall/"
        assert answer.cookies["wall_socket"]["path"] == "/ws/wall"
        assert client.get("/wall/").status_code == 200
        assert client.get("/costs/").status_code == 302
        assert client.get("/api/v1/costs/").status_code == 401
        assert client.post("/wall/").status_code == 405


def test_a_screen_is_signed_in_below_a_proxys_path_until_the_link_expires(
    settings: Settings,
) -> None:
    client = Client()
    set_script_prefix("/cloudintel/")
    settings.SCRIPT_NAME = "/cloudintel"
    try:
        with time_machine.travel(NOW, tick=False):
            answer = client.get(link(days=3))
    finally:
        clear_script_prefix()
    cookie = answer.cookies["wall"]
    assert (answer["Location"], cookie["path"]) == ("/cloudintel/wall/",) * 2
    assert answer.cookies["wall_socket"]["path"] == "/cloudintel/ws/wall"
    assert cookie["max-age"] == pytest.approx(3 * 24 * 3600, abs=1)


def test_it_shows_only_the_accounts_that_its_user_and_its_link_see() -> None:
    shop = account(9, "small")
    store_costs(shop, last_complete_days(70, NOW), {"small": "1"})
    instance(CloudAccount.objects.get(name="secret"), "web")
    everything, little = opened(link()), opened(link(accounts=[shop]))
    assert "secret" in everything and "instance running" in everything
    assert "secret" not in little and "instance running" not in little
    see_only(person(Role.VIEWER), shop)
    assert "secret" not in opened(link())


def test_it_follows_its_own_socket_or_that_of_who_is_signed_in(
    settings: Settings,
) -> None:
    settings.LIVE_PORT = 8001
    assert 'data-socket="ws://testserver/ws/wall"' in opened(link())
    client = Client()
    client.force_login(person(Role.VIEWER))
    with time_machine.travel(NOW, tick=False):
        text = client.get("/wall/").content.decode()
    assert 'data-socket="ws://testserver/ws/events"' in text


def test_it_ends_when_it_expires_or_is_revoked() -> None:
    address = link()
    assert "Costs" in opened(address)
    assert "This token expired on" in opened(address, timedelta(days=4))
    ApiToken.objects.all().delete()
    assert "unknown or revoked" in opened(address)


def test_a_token_of_the_api_opens_no_wall_and_a_walls_token_no_api() -> None:
    assert "This is no link of a wall." in opened(link(ApiToken.Scope.API))
    text = link().split("/")[2]
    with time_machine.travel(NOW, tick=False):
        headers = {"Authorization": f"Token {text}"}
        refused = Client().get("/api/v1/costs/", headers=headers)
    assert refused.status_code == 403
    assert "for wall screens only" in refused.json()["detail"]


def test_who_is_signed_in_sees_it_too_and_others_are_told_why_not() -> None:
    client = Client()
    refused = client.get("/wall/")
    assert refused.status_code == 403
    assert b"Open this screen by its link, or sign in." in refused.content
    client.force_login(person(Role.VIEWER))
    with time_machine.travel(NOW, tick=False):
        assert b"Largest cost changes" in client.get("/wall/").content
