"""A person at a real Chromium: signs in, looks around, comes back, and sees it work."""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from cloudintel.tests.pages import account, instance, run, store_costs, store_cpu
from providers.windows import Window, last_complete_days
from syncs.models import Backfill, BackfillWindow, Dataset, SyncRun

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE: ViewportSize = {"width": 360, "height": 740}
PASSWORD = "correct horse battery"


def chromium() -> str:
    """The browser's path. Fails the test, rather than skip it, when there is none."""
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), ""
    )
    if not found:
        pytest.fail(
            f"No browser found: looked for {', '.join(NAMES)} on PATH. Install one "
            "(Debian: apt-get install chromium) or name it in CHROMIUM."
        )
    return found


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
    page.set_default_timeout(15_000)
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
def company() -> None:
    """One account: two services of which one grew, a machine, and its three syncs."""
    User.objects.create_superuser("ada", password=PASSWORD)
    now = timezone.now()
    owner = account(1, "production")
    last_days = last_complete_days(30, now)
    before = Window(last_days.start - timedelta(days=60), last_days.start)
    store_costs(owner, before, {"AWS Lambda": "10", "Amazon RDS": "20"})
    store_costs(owner, last_days, {"AWS Lambda": "15", "Amazon RDS": "20"})
    store_cpu(instance(owner, "web-1"), last_complete_days(20, now), 12.5)
    for dataset in Dataset:
        run(owner, dataset, now - timedelta(hours=1), api_cost_usd=Decimal("0.01"))


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Summary", level=1)).to_be_visible()


# A machine that runs the rest of the suite beside it answers slowly.
expect.set_options(timeout=20_000)


def open_page(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    # Controls apply on change once the page's scripts, which are deferred, have run.
    page.wait_for_load_state("load")


def is_drawn(page: Page, chart: str) -> bool:
    """Whether the canvas has any colour on it, once its script has run."""
    page.wait_for_load_state("load")
    script = """canvas => canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data.some(value => value)"""
    return bool(page.locator(f"canvas[data-chart={chart}]").evaluate(script))


def test_a_person_clicks_through_everything(page: Page, company: None) -> None:
    sign_in(page)
    expect(page.get_by_text("$1,050.00").first).to_be_visible()
    expect(page.get_by_text("+$150.00").first).to_be_visible()
    expect(page.get_by_text("The rows of all 30 days sum to the bill")).to_be_visible()
    assert is_drawn(page, "costs-chart")

    open_page(page, "Costs")
    page.get_by_label("Group by").select_option(label="Region")
    expect(page).to_have_url(re.compile(r"group_by=region"))
    expect(page.get_by_role("rowheader", name="eu-west-1")).to_be_visible()
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_text("$245.00").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"group_by=region"))
    page.go_back()
    expect(page.get_by_text("$1,050.00").first).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Group by")).to_have_value("service")
    page.wait_for_load_state("load")
    page.locator("summary", has_text="Services").click()
    page.get_by_label("AWS Lambda").check()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"service=AWS\+Lambda"))
    expect(page.get_by_text("$450.00").first).to_be_visible()
    assert is_drawn(page, "costs-chart")

    open_page(page, "Instances")
    page.get_by_role("link", name="web-1").click()
    expect(page.get_by_role("heading", name="web-1")).to_be_visible()
    assert is_drawn(page, "cpu-chart")
    page.get_by_text("Day by day, as a table").first.click()
    expect(page.get_by_role("cell", name="12.5 %").first).to_be_visible()

    open_page(page, "CPU")
    expect(page.get_by_role("cell", name="14 of 14")).to_be_visible()

    open_page(page, "Syncs")
    expect(page.get_by_role("button", name="Sync production now")).to_be_visible()
    page.get_by_role("link", name="UTC").first.click()
    expect(page.get_by_text("$0.0100")).to_be_visible()

    page.get_by_role("navigation", name="Main").get_by_role(
        "link", name="Admin"
    ).click()
    expect(page.get_by_text("Instances").first).to_be_visible()


def test_a_sync_that_was_started_is_followed_without_a_reload(
    page: Page, company: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker is at hand: the test reads in its place."""
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)
    sign_in(page)
    open_page(page, "Syncs")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.get_by_label("All accounts").select_option(label="Daily costs")
    page.get_by_role("button", name="Sync now", exact=True).first.click()
    expect(page.get_by_text("Syncs started: 1.")).to_be_visible()
    expect(page.get_by_text("waiting for a worker")).to_be_visible()
    page.evaluate("window.loadedOnce = true")
    started = SyncRun.objects.filter(status="queued")
    read = started.get()
    assert (read.trigger, read.dataset) == ("page", "cost")
    started.update(status="running", progress="costs of May, page 3", rows=4321)
    expect(page.get_by_text("costs of May, page 3")).to_be_visible()
    expect(page.get_by_role("cell", name="4,321")).to_be_visible()
    # Who is on a link that is drawn anew stays on it.
    page.locator(f"#run-{read.pk}").focus()
    SyncRun.objects.filter(pk=read.pk).update(
        status="failed", finished_at=timezone.now(), error="No.", progress=""
    )
    expect(page.locator("#run-rows").get_by_text("Failed")).to_be_visible()
    expect(page.locator(f"#run-{read.pk}")).to_be_focused()
    # What the run changed elsewhere is shown too.
    expect(page.locator("#fresh-panel").get_by_text("failing").first).to_be_visible()
    assert page.evaluate("window.loadedOnce") is True
    asked.clear()
    page.wait_for_timeout(4_000)
    assert asked == [], "nothing is at work, so nothing is asked for"


def test_a_backfill_shows_its_price_before_it_starts(
    page: Page, company: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)
    sign_in(page)
    open_page(page, "Syncs")
    page.get_by_text("Read a range of days again").click()
    first = timezone.now().date() - timedelta(days=50)
    page.get_by_label("From").fill(first.isoformat())
    page.get_by_role("button", name="Show the price").click()
    expect(page.get_by_role("heading", name="It will cost about $0.02")).to_be_visible()
    assert not SyncRun.objects.active().exists()
    page.get_by_role("button", name="Start for about $0.02").click()
    expect(page.get_by_text("0 of 2 windows read, 2 at work")).to_be_visible()
    BackfillWindow.objects.update(status="succeeded")
    Backfill.objects.update(status="succeeded")
    expect(page.get_by_text("2 of 2 windows read")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)


def test_a_wrong_password_is_told_and_a_right_one_leads_on(
    page: Page, company: None
) -> None:
    page.goto("/costs/?group_by=region")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("correct username and password")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/costs/\?group_by=region$"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_no_page_is_wider_than_a_phone(page: Page, company: None) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page)
    for name in ("Summary", "Costs", "Instances", "CPU", "Syncs"):
        open_page(page, name)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], name
