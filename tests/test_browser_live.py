"""Two people look at open pages, each of which shows what changes of its accounts."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from clouds.versions import bump_version
from core.testing.browser import HANGS_AFTER_MS, let_in
from core.testing.postgres import free_port
from core.testing.waiting import wait_until
from core.windows import last_complete_days
from costs.testing import store_costs
from live import hub
from live.testing import served
from users.roles import Role
from users.testing import person

pytestmark = pytest.mark.only_on("postgresql")
# 777 a day, as the page shows 30 days.
OF_A_MONTH = "$23,310.00"


@pytest.fixture
def port(
    settings: Settings,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
) -> int:
    """Where the process of sockets is expected."""
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.1)
    settings.WEB_PORT = int(live_server.url.rpartition(":")[2])
    settings.LIVE_PORT = free_port()
    return int(settings.LIVE_PORT)


@pytest.fixture
def accounts(transactional_db: None) -> tuple[CloudAccount, CloudAccount]:
    return account(1, "first"), account(2, "second")


def spend(owner: CloudAccount, amount: str) -> None:
    """Store as much for each day of the last month, as a sync does."""
    store_costs(owner, last_complete_days(40, timezone.now()), {"Amazon EC2": amount})
    bump_version(owner, "cost")


@pytest.fixture
def windows(browser: Browser, live_server: LiveServer) -> Iterator["Windows"]:
    found = Windows(browser, live_server.url)
    yield found
    for page in found.pages:
        page.context.close()
    assert found.errors == []


class Windows:
    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.pages: list[Page] = []
        self.errors: list[str] = []

    def of(self, user: User, path: str = "/costs/") -> Page:
        context = self.browser.new_context(base_url=self.url)
        context.set_default_timeout(HANGS_AFTER_MS)
        let_in(context, user, self.url)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(path)
        page.evaluate("window.loadedOnce = true")
        self.pages.append(page)
        return page


def is_marked(page: Page, text: str) -> None:
    expect(page.locator("#live")).to_have_text(text)


def total(page: Page) -> str:
    return page.locator("#main").inner_text()


def test_each_sees_what_changes_of_their_accounts_and_nothing_else(
    windows: Windows, accounts: tuple[CloudAccount, CloudAccount], port: int
) -> None:
    first, second = accounts
    everybody, limited = person(Role.VIEWER), person(Role.OPERATOR)
    see_only(limited, second)
    with served(port):
        one, other = windows.of(everybody), windows.of(limited)
        for page in (one, other):
            is_marked(page, "Live")
            page.evaluate(
                "document.addEventListener('swapped', () => { window.changes ??= 0;"
                " window.changes += 1; })"
            )
        before = total(other)
        spend(first, "777")
        expect(one.locator("#main")).to_contain_text(OF_A_MONTH)
        spend(second, "888")
        wait_until("the other", lambda: other.evaluate("window.changes"))
        assert other.evaluate("window.changes") == 1, "not of the other account"
        assert total(other) != before
        assert OF_A_MONTH not in total(other)
        for page in (one, other):
            assert page.evaluate("window.loadedOnce") is True


def test_a_page_recovers_when_the_process_is_gone_and_comes_back(
    windows: Windows, accounts: tuple[CloudAccount, CloudAccount], port: int
) -> None:
    first, _ = accounts
    with served(port):
        page = windows.of(person(Role.VIEWER))
        is_marked(page, "Live")
    is_marked(page, "Reconnecting")
    spend(first, "777")
    with served(port):
        is_marked(page, "Live")
        expect(page.locator("#main")).to_contain_text(OF_A_MONTH)
    assert page.evaluate("window.loadedOnce") is True


def test_a_page_asks_itself_where_no_socket_gets_through(
    windows: Windows, accounts: tuple[CloudAccount, CloudAccount], port: int
) -> None:
    first, _ = accounts
    page = windows.of(person(Role.VIEWER))
    is_marked(page, "Polling")
    spend(first, "777")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#main")).to_contain_text(OF_A_MONTH)


def test_one_browser_has_one_socket_however_many_tabs(
    windows: Windows, accounts: tuple[CloudAccount, CloudAccount], port: int
) -> None:
    with served(port) as application:
        page = windows.of(person(Role.VIEWER))
        second = page.context.new_page()
        second.goto("/syncs/")
        for tab in (page, second):
            is_marked(tab, "Live")
        assert application.hub is not None
        viewers = application.hub.viewers

        def topics() -> list[frozenset[str]]:
            return [one.topics for one in list(viewers)]

        wait_until("both topics", lambda: topics() == [{"costs", "runs"}])


def test_a_wall_shows_what_is_stored_meanwhile(
    windows: Windows, accounts: tuple[CloudAccount, CloudAccount], port: int
) -> None:
    first, _ = accounts
    page = windows.of(person(Role.VIEWER), "/wall/")
    page.clock.install()
    page.reload()
    expect(page.locator("#main")).to_contain_text("No costs are stored yet")
    spend(first, "777")
    page.clock.run_for(11_000)
    expect(page.locator("#main")).to_contain_text(OF_A_MONTH)
    expect(page.locator("#wall-status")).to_contain_text("Costs of")
