"""What frames every page: who is led where, how far data is read, what is broken."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client, RequestFactory
from django.views.defaults import server_error
from pytest_django import DjangoAssertNumQueries

from clouds.testing import account, see_all, see_only
from core import VERSION
from core.testing.clock import NOW
from syncs.datasets import Dataset
from syncs.models import Watermark
from users.testing import person

HOUSE = Path(__file__).resolve().parents[1]
LINKS = ["/costs/", "/instances/", "/cpu/", "/syncs/", "/insights/"]


def navigation(client: Client, page: str = "/password/") -> str:
    text = client.get(page).content.decode()
    return text[text.index("<nav") : text.index("</nav>")]


@pytest.mark.django_db
def test_a_viewer_is_led_to_every_page_but_the_admin(client: Client) -> None:
    client.force_login(person("viewer"))
    shown = navigation(client)
    assert [link for link in LINKS if f'href="{link}"' not in shown] == []
    assert 'href="/admin/"' not in shown


@pytest.mark.django_db
def test_nobody_is_led_where_he_may_not_go(client: Client) -> None:
    user = User.objects.create_user("machines")
    see_all(user)
    user.user_permissions.add(Permission.objects.get(codename="view_instance"))
    client.force_login(user)
    shown = navigation(client)
    assert [link for link in LINKS if f'href="{link}"' in shown] == ["/instances/"]


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/password/", "/", "/resources/", *LINKS])
def test_the_page_that_is_open_is_the_current_one(client: Client, page: str) -> None:
    client.force_login(person("viewer"))
    current = re.findall(r'href="([^"]+)" aria-current', navigation(client, page))
    assert current == ([] if page == "/password/" else [page])


@pytest.mark.django_db
def test_the_menu_leads_to_password_tokens_and_out(client: Client) -> None:
    client.force_login(person("viewer"))
    text = client.get("/password/").content.decode()
    for what in ('href="/password/"', 'href="/tokens/"', 'action="/logout/"'):
        assert what in text, what
    assert "Signed in as <strong>viewer</strong>" in text


@pytest.mark.django_db
def test_the_foot_says_through_which_day_every_account_is_read(client: Client) -> None:
    one, other = account(1), account(2, "other")
    for owner, day in ((one, 3), (other, 2)):
        Watermark.objects.create(
            account=owner,
            dataset=Dataset.COST,
            read_until=date(2026, 11, day),
            updated_at=NOW,
        )
    user = person("viewer")
    client.force_login(user)
    text = client.get("/syncs/").content.decode()
    assert "Cost data through 1 Nov 2026." in text
    see_only(user, one)
    text = client.get("/syncs/").content.decode()
    assert "Cost data through 2 Nov 2026." in text
    assert f"cloudintel {VERSION}" in client.get("/syncs/").content.decode()


def test_the_version_is_that_of_the_project() -> None:
    project: dict[str, Any] = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION


@pytest.mark.django_db
def test_a_broken_page_needs_no_database(
    rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "Server error" in answer.content.decode()


@pytest.mark.django_db
def test_who_lacks_a_right_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody"))
    for page in ("/instances/", "/cpu/", "/syncs/"):
        answer = client.get(page, headers={"accept": "text/html"})
        assert answer.status_code == 403
        assert "Ask an administrator" in answer.content.decode()
