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
from dashboard import places as dashboard_places
from insights.testing import budget
from inventory.testing import one_of_each
from syncs.datasets import Dataset
from syncs.models import Watermark
from users.testing import person

HOUSE = Path(__file__).resolve().parents[1]
PLACES = ["/", "/costs/", "/resources/", "/insights/", "/carbon/", "/syncs/"]
SECTIONS = {
    "/costs/": [
        *("/costs/changes/", "/costs/lines/"),
        "/insights/budgets/",
        "/insights/forecasts/",
        "/teams/",
        "/costs/views/",
    ],
    "/resources/": [
        *("/instances/", "/storage/", "/databases/", "/network/"),
        "/resources/untagged/",
    ],
    "/people/": [
        *("/admin/clouds/cloudaccount/", "/tokens/", "/activity/", "/demo/", "/admin/"),
    ],
    "/assistant/": ["/assistant/reports/"],
    "/syncs/": [
        *("/coverage/", "/alerts/", "/digests/"),
        *("/monitoring/health/", "/monitoring/database/", "/monitoring/system/"),
        *("/backups/", "/retention/", "/monitoring/scans/"),
    ],
    "/insights/": [
        "/insights/mine/",
        *("/insights/anomalies/", "/insights/planned/", "/insights/recommendations/"),
        *("/insights/savings/", "/insights/remediation/", "/insights/advice/"),
    ],
}
# What shows nothing else before an account is connected.
OF_ACCOUNTS = [*PLACES, "/costs/changes/", "/teams/", "/coverage/", "/cpu/"]
OF_ACCOUNTS += ["/instances/", "/resources/untagged/", "/insights/remediation/"]
OF_ACCOUNTS += ["/insights/budgets/", "/insights/anomalies/", "/insights/forecasts/"]
OF_ACCOUNTS += ["/insights/recommendations/", "/insights/advice/"]
LINK = re.compile(r'<a href="([^"]*)" ?(aria-current="\w+")?>')


def header(client: Client, page: str = "/password/") -> str:
    return client.get(page).content.decode().partition("<main")[0]


def links(part: str) -> list[str]:
    return [address for address, _ in LINK.findall(part)]


def places(client: Client, page: str = "/password/") -> str:
    return header(client, page).partition('aria-label="Main"')[2].partition("</nav>")[0]


def section(client: Client, page: str) -> str:
    shown = header(client, page).partition('class="section-pages"')[2]
    return shown.partition("</nav>")[0]


@pytest.mark.django_db
def test_a_viewer_is_led_to_every_place_but_the_admin(client: Client) -> None:
    client.force_login(person("viewer"))
    assert links(places(client)) == PLACES


@pytest.mark.django_db
def test_the_assistant_stands_beside_every_page(client: Client) -> None:
    client.force_login(person("viewer"))
    assert 'href="/assistant/" aria-label="Assistant"' in header(client, "/password/")
    assert 'aria-current="page"' in header(client, "/assistant/")


@pytest.mark.django_db
@pytest.mark.parametrize("place", SECTIONS)
def test_a_place_leads_to_each_of_its_pages(client: Client, place: str) -> None:
    client.force_login(person("administrator"))
    for page in (place, *SECTIONS[place]):
        if page.startswith("/admin/"):
            continue  # which has a frame of its own
        assert links(section(client, page)) == [place, *SECTIONS[place]]


def test_a_route_is_below_one_page_only() -> None:
    pages = [page for place in dashboard_places.PLACES for page in place.pages]
    routes = [r for page in pages for r in (page.route, *page.also, *page.views)]
    assert len(routes) == len({*routes})


@pytest.mark.django_db
def test_nobody_is_led_where_he_may_not_go(client: Client) -> None:
    user = User.objects.create_user("machines")
    see_all(user)
    user.user_permissions.add(Permission.objects.get(codename="view_instance"))
    client.force_login(user)
    assert links(places(client)) == ["/", "/instances/"]
    assert section(client, "/instances/") == ""  # it would lead nowhere else


@pytest.mark.django_db
def test_staff_is_led_to_the_admin(client: Client) -> None:
    client.force_login(person("administrator"))
    assert links(places(client)) == [*PLACES, "/people/"]


@pytest.mark.django_db
def test_people_are_no_page_of_who_sees_some_accounts_only(client: Client) -> None:
    user = person("administrator")
    see_only(user, account())
    client.force_login(user)
    shown = section(client, "/tokens/")
    assert "/people/" not in links(shown)
    assert "/admin/" in links(shown)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "place", "own"),
    [
        ("/password/", None, None),
        ("/", "/", None),
        ("/costs/", "/costs/", "/costs/"),
        ("/insights/budgets/", "/costs/", "/insights/budgets/"),
        ("/insights/budgets/{budget}/", "/costs/", "/insights/budgets/"),
        ("/cpu/", "/resources/", "/instances/"),
        ("/instances/{instance}/", "/resources/", "/instances/"),
        ("/resources/volume/{volume}/", "/resources/", "/storage/"),
        ("/syncs/", "/syncs/", "/syncs/"),
        ("/coverage/", "/syncs/", "/coverage/"),
        ("/alerts/", "/syncs/", "/alerts/"),
    ],
)
def test_the_place_and_the_page_that_are_open_are_current(
    client: Client, page: str, place: str | None, own: str | None
) -> None:
    made = one_of_each(account())
    keys = {"budget": budget().pk, **{kind.value: one.pk for kind, one in made.items()}}
    client.force_login(person("viewer"))
    page = page.format(**keys)
    for part, expected in ((places(client, page), place), (section(client, page), own)):
        current = [address for address, is_current in LINK.findall(part) if is_current]
        assert current == [expected] * (expected is not None)


@pytest.mark.django_db
def test_the_menu_leads_to_password_tokens_and_out(client: Client) -> None:
    client.force_login(person("viewer"))
    text = header(client)
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
def test_without_an_account_pages_say_how_one_is_connected(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ada"))
    texts = {page: client.get(page).content.decode() for page in OF_ACCOUNTS}
    said = {page for page in texts if "No account is connected yet" in texts[page]}
    assert said == {*OF_ACCOUNTS}


@pytest.mark.django_db
def test_who_lacks_a_right_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody"))
    for page in ("/instances/", "/cpu/", "/syncs/"):
        answer = client.get(page, headers={"accept": "text/html"})
        assert answer.status_code == 403
        assert "Ask an administrator" in answer.content.decode()
