"""The header limits pages to clouds and accounts, and its links keep that limit."""

import re

import pytest
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account, azure_account, see_only
from dashboard.frame import LISTED_ACCOUNTS
from inventory.testing import instance
from users.testing import person

pytestmark = pytest.mark.django_db
ONE, OTHER = "000000000001", "000000000002"
CHOICE = re.compile(r'<a href="([^"]*)" (aria-current="true")?>([^<]*)</a>')


def header(client: Client, page: str) -> str:
    client.force_login(person("viewer"))
    text = client.get(page).content.decode().partition("<main")[0]
    return text.replace("&amp;", "&")


def choices(client: Client, page: str) -> dict[str, str]:
    menu = header(client, page).partition('<nav aria-label="Scope">')[2]
    found = CHOICE.findall(menu.partition("</nav>")[0])
    return {label: address for address, _, label in found}


def label(client: Client, page: str) -> str:
    found = re.search('aria-label="Scope: ([^"]*)"', header(client, page))
    return found[1] if found else ""


@pytest.fixture(autouse=True)
def accounts() -> None:
    account(1, "production")
    account(2, "staging")


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("/", f"/?account={ONE}"),
        ("/costs/", f"/costs/?sub_account={ONE}"),
        ("/costs/changes/", f"/costs/changes/?sub_account={ONE}"),
        (
            "/instances/?state=running&page=2",
            f"/instances/?state=running&account={ONE}",
        ),
        (f"/resources/?account={OTHER}", f"/resources/?account={ONE}"),
        ("/cpu/?idle=true", f"/instances/?account={ONE}"),
        ("/password/", f"/?account={ONE}"),
    ],
)
def test_an_account_limits_the_page_that_is_open(
    client: Client, page: str, address: str
) -> None:
    assert choices(client, page)["production"] == address


def test_all_accounts_takes_the_limit_away(client: Client) -> None:
    page = f"/costs/?sub_account={ONE}&group_by=region"
    assert choices(client, page)["All accounts"] == "/costs/?group_by=region"


def test_links_to_other_pages_keep_the_limit(client: Client) -> None:
    shown = header(client, f"/costs/?sub_account={ONE}")
    assert f'href="/resources/?account={ONE}"' in shown
    assert f'href="/insights/budgets/?account={ONE}"' in shown
    assert 'href="/syncs/"' in shown  # its runs are of every account
    assert f'href="/costs/?sub_account={ONE}"' in header(client, f"/?account={ONE}")


def test_several_clouds_are_limits_too(client: Client) -> None:
    assert "AWS" not in choices(client, "/resources/")
    azure_account(name="shop")
    assert choices(client, "/resources/")["Azure"] == "/resources/?provider=azure"
    assert label(client, "/resources/?provider=azure") == "Azure"
    assert 'href="/instances/?provider=azure"' in header(
        client, "/resources/?provider=azure"
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "All accounts"),
        (f"?account={ONE}", "production"),
        (f"?account={ONE},{OTHER}", "2 accounts"),
        ("?account=nobody", "All accounts"),
    ],
)
def test_it_says_what_the_page_is_limited_to(
    client: Client, query: str, said: str
) -> None:
    assert label(client, f"/resources/{query}") == said


def test_who_sees_some_accounts_is_told_and_offered_no_other(client: Client) -> None:
    user = person("viewer")
    see_only(user, account(3, "own"))
    shown = header(client, "/costs/")
    assert "You see own only." in shown
    assert "production" not in shown
    assert label(client, "/costs/") == ""  # there is nothing to choose


def test_many_accounts_are_not_all_listed(client: Client) -> None:
    for number in range(3, LISTED_ACCOUNTS + 5):
        account(number, f"account-{number}")
    assert len(choices(client, "/costs/")) == LISTED_ACCOUNTS + 1
    assert "4 more: find them by search." in header(client, "/costs/")


def periods(client: Client, page: str) -> dict[str, str]:
    menu = header(client, page).partition('<nav aria-label="Period">')[2]
    found = CHOICE.findall(menu.partition("</nav>")[0])
    return {label: address for address, _, label in found}


def test_a_period_is_chosen_on_the_page_that_is_open_or_else_on_costs(
    client: Client,
) -> None:
    page = f"/teams/?granularity=monthly&start=2026-01-01&account={ONE}"
    chosen = periods(client, page)["Last month"]
    assert "start=" not in chosen
    assert chosen.startswith("/teams/?")
    assert "granularity=monthly" in chosen
    assert "period=last_month" in chosen
    home = periods(client, f"/?account={ONE}")["Last month"]
    assert home == f"/costs/?sub_account={ONE}&period=last_month"


def test_links_between_pages_of_costs_keep_the_period(client: Client) -> None:
    shown = header(client, "/costs/?period=last_month")
    assert 'href="/teams/?period=last_month"' in shown
    assert 'href="/resources/"' in shown


def test_a_page_of_one_thing_keeps_the_scope_of_the_list_before_it(
    client: Client,
) -> None:
    header(client, f"/instances/?account={ONE}")
    web = instance(CloudAccount.objects.get(account_id=ONE), "web")
    page = web.get_absolute_url()
    assert label(client, page) == "production"
    assert f'href="/costs/?sub_account={ONE}"' in header(client, page)
    trail = client.get(page).text.partition('aria-label="Breadcrumb"')[2]
    assert f'href="/instances/?account={ONE}"' in trail.partition("</nav>")[0]
    header(client, "/resources/")
    assert label(client, page) == "All accounts"


def test_a_list_is_limited_by_its_own_address_only(client: Client) -> None:
    header(client, f"/instances/?account={ONE}")
    for page in ("/cpu/", "/costs/", "/insights/", "/syncs/"):
        header(client, f"/instances/?account={ONE}")
        assert label(client, page) == "All accounts", page


def test_a_scope_that_a_user_may_no_longer_see_is_none(client: Client) -> None:
    header(client, f"/instances/?account={ONE}")
    other = CloudAccount.objects.get(account_id=OTHER)
    see_only(person("viewer"), other)
    page = instance(other, "web").get_absolute_url()
    assert "You see staging only." in header(client, page)
    assert f"account={ONE}" not in client.get(page).text
