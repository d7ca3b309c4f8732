"""What tests of whole pages share: a browser, a page of the server, a company."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from clouds.testing import account
from core.testing.browser import ARGUMENTS, HANGS_AFTER_MS, PASSWORD, chromium
from core.windows import Window, last_complete_days
from costs.testing import store_costs
from inventory.testing import instance
from metrics.testing import store_cpu
from syncs.testing import OF_AWS, run


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=ARGUMENTS, headless=True
        )
        # Playwright keeps an event loop in this thread, where Django's ORM would refuse
        # to work; nothing here runs at the same time.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        yield browser
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        browser.close()


@pytest.fixture
def page(
    browser: Browser, transactional_db: None, live_server: LiveServer
) -> Iterator[Page]:
    """A page of the running server; ends with no error and no request elsewhere."""
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.set_default_timeout(HANGS_AFTER_MS)
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            errors.append(message.text) if message.type == "error" else None
        ),
    )
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    yield page
    context.close()
    assert errors == []
    assert hosts == {urlsplit(live_server.url).netloc}


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
