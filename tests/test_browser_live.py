"""Two people look at open pages, each of which shows what changes of its accounts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from clouds.versions import bump_version
from core.testing.browser import HANGS_AFTER_MS, let_in
from core.testing.postgres import free_port
from core.testing.processes import shared_database
from core.testing.waiting import wait_until
from core.windows import last_complete_days
from costs.testing import store_costs
from dashboard.demo.control import play
from live import hub
from live.testing import served
from users.models import ApiToken
from users.roles import Role
from users.testing import person
from users.tokens import make_token

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
        let_in(context, user, self.url)
        return self._opened(context, path)

    def at(self, path: str) -> Page:
        """Open an address that needs no sign-in."""
        return self._opened(self.browser.new_context(base_url=self.url), path)

    def _opened(self, context: BrowserContext, path: str) -> Page:
        context.set_default_timeout(HANGS_AFTER_MS)
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


def count_changes(page: Page) -> None:
    page.evaluate(
        "document.addEventListener('swapped', () => { window.changes ??= 0;"
        " window.changes += 1; })"
    )


def is_other_than(page: Page, before: str) -> None:
    page.wait_for_function(
        "before => document.getElementById('main').innerText !== before", arg=before
    )


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
            count_changes(page)
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


@pytest.fixture
def company(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few days of the demo, whose insights are not computed."""
    monkeypatch.setattr("dashboard.demo.perform.refresh_insights", lambda *_: None)
    call_command("demo", "--days", "8", stdout=StringIO())


@contextmanager
def process(port: int, settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """`manage.py live` of the test's database, as `up` starts it; killed at the end."""
    with shared_database(Path()) as url:
        started = subprocess.Popen(
            [sys.executable, "manage.py", "live", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {"DATABASE_URL": url, "ENV_FILE": "", "WEB_PORT": str(settings.WEB_PORT)},
        )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def trigger(page: Page, account: str, what: str) -> None:
    """Trigger a spike by the form of the demo's page, and do it as a worker does."""
    form = page.get_by_role("form", name="Cost spike or drop")
    form.get_by_label("Account").select_option(account)
    form.get_by_label("Service, as on the bill").fill(what)
    form.get_by_role("button", name="Trigger").click()
    expect(page.get_by_text("1 step to do.")).to_be_visible()
    play()


def test_a_spike_is_seen_by_whom_it_concerns_also_after_the_live_process_was_killed(
    windows: Windows, company: None, port: int, settings: Settings
) -> None:
    production, staging = (
        CloudAccount.objects.get(name=name) for name in ("production", "staging")
    )
    of_production, of_staging = person(Role.VIEWER), person(Role.OPERATOR)
    see_only(of_production, production)
    see_only(of_staging, staging)
    presenter = windows.of(person(Role.ADMINISTRATOR), "/demo/")
    with process(port, settings):
        one, other = windows.of(of_production), windows.of(of_staging)
        for page in (presenter, one, other):
            is_marked(page, "Live")
        before, of_other = total(one), total(other)
        count_changes(other)
        trigger(presenter, "production", "AWS Lambda")
        is_other_than(one, before)
        expect(presenter.get_by_text("5 times as much")).to_be_visible()
        assert other.evaluate("window.changes") is None
    for page in (presenter, one, other):
        is_marked(page, "Reconnecting")
    before = total(one)
    trigger(presenter, "staging", "AWS Lambda")
    with process(port, settings):
        for page in (presenter, one, other):
            is_marked(page, "Live")
        is_other_than(other, of_other)
        assert total(one) == before, "the other's spike is none of theirs"
    for page in (one, other):
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


def test_a_wall_follows_by_its_link_until_that_is_revoked(
    windows: Windows, accounts: tuple[CloudAccount, CloudAccount], port: int
) -> None:
    first, _ = accounts
    token, text = make_token(person(Role.VIEWER), 1, scope=ApiToken.Scope.WALL)
    with served(port):
        page = windows.at(f"/wall/{text}/")
        is_marked(page, "Live")
        expect(page.locator("#main")).to_contain_text("No costs are stored yet")
        spend(first, "777")
        expect(page.locator("#main")).to_contain_text(OF_A_MONTH)
        assert page.evaluate("window.loadedOnce") is True
    is_marked(page, "Reconnecting")
    token.delete()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#main")).to_contain_text("unknown or revoked")


def test_a_wall_reads_itself_where_no_socket_gets_through(
    windows: Windows, accounts: tuple[CloudAccount, CloudAccount], port: int
) -> None:
    first, _ = accounts
    page = windows.of(person(Role.VIEWER), "/wall/")
    is_marked(page, "Polling")
    spend(first, "777")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#main")).to_contain_text(OF_A_MONTH)
