"""What tests of whole pages share: a browser, a page of the server, a company."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from clouds.testing import account
from core.testing.browser import PASSWORD
from core.testing.hands import WAYS, Hand, hand_of
from core.testing.open_browser import Tab, open_browser, opened
from core.testing.script_pages import SITE
from core.windows import Window, last_complete_days
from costs.testing import store_costs
from inventory.testing import instance
from metrics.testing import store_cpu
from syncs.testing import OF_AWS, run


def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    open_browser.is_needed_next = "browser" in getattr(nextitem, "fixturenames", ())


def pytest_sessionfinish() -> None:
    open_browser.close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A Chromium, which stays open if the next test needs one."""
    yield open_browser.browser
    if not open_browser.is_needed_next:
        open_browser.close()


@pytest.fixture
def page(
    browser: Browser, transactional_db: None, live_server: LiveServer
) -> Iterator[Page]:
    """A page of the running server; ends with no error and no request elsewhere."""
    with open_browser.tab(base_url=live_server.url) as tab:
        yield tab.page
        assert_nothing_went_wrong(tab, live_server)


@pytest.fixture(params=WAYS)
def hand(
    request: pytest.FixtureRequest,
    browser: Browser,
    transactional_db: None,
    live_server: LiveServer,
) -> Iterator[Hand]:
    """Who works a page by the keyboard alone, and then at 360 px by touch."""
    options = WAYS[request.param]
    with open_browser.tab(base_url=live_server.url, **options) as tab:
        yield hand_of(request.param, tab.page)
        assert_nothing_went_wrong(tab, live_server)


@pytest.fixture
def own_page(
    browser: Browser, transactional_db: None, live_server: LiveServer
) -> Iterator[Page]:
    """The same in a tab that no other test uses, for one that changes its clock."""
    with browser.new_context(base_url=live_server.url) as context:
        tab = opened(context)
        yield tab.page
        assert_nothing_went_wrong(tab, live_server)


@pytest.fixture
def timed(browser: Browser) -> Iterator[Page]:
    """A page of no server, whose clock stands still unless a test lets it run."""
    with browser.new_context(base_url=SITE) as context:
        page = opened(context).page
        page.clock.install(time=0)
        page.clock.pause_at(1000)
        yield page


def assert_nothing_went_wrong(tab: Tab, live_server: LiveServer) -> None:
    assert tab.errors == []
    assert tab.hosts == {urlsplit(live_server.url).netloc}


@pytest.fixture
def company(real_now: datetime) -> None:
    """One account: two services of which one grew, a machine, and its three syncs."""
    User.objects.create_superuser("ada", password=PASSWORD)
    owner = account(1, "production")
    last_days = last_complete_days(30, real_now)
    before = Window(last_days.start - timedelta(days=60), last_days.start)
    store_costs(owner, before, {"AWS Lambda": "10", "Amazon RDS": "20"})
    store_costs(owner, last_days, {"AWS Lambda": "15", "Amazon RDS": "20"})
    store_cpu(instance(owner, "web-1"), last_complete_days(20, real_now), 12.5)
    for dataset in OF_AWS:
        run(owner, dataset, real_now - timedelta(hours=1), api_cost_usd=Decimal("0.01"))
