"""A person at a real Chromium starts what reads the cloud, and sees it work."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.testing.browser import is_ready, sign_in
from syncs.models import Backfill, BackfillWindow, SyncRun
from syncs.runs.watched import runs_changed

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker is at hand: the test reads in its place."""
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)


def start_costs(page: Page) -> SyncRun:
    """Starts the sync of costs, which is told what it costs and confirmed."""
    sign_in(page, "/syncs/", "Syncs")
    page.get_by_label("All accounts").select_option(label="Cost")
    page.get_by_role("button", name="Sync now", exact=True).first.click()
    is_ready(page, "Estimated API cost: $0.0100")
    assert not SyncRun.objects.active().exists()
    page.get_by_role("button", name="Sync now (about").click()
    expect(page.get_by_text("Started: Cost of")).to_be_visible()
    is_ready(page, "Syncs")
    return SyncRun.objects.active().get()


def go_on(read: SyncRun, **values: object) -> None:
    """What a worker writes of a run at work."""
    SyncRun.objects.filter(pk=read.pk).update(**values)
    runs_changed(read.account)


def paths_asked(page: Page) -> list[str]:
    """Each path that the page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    return asked


def is_quiet(page: Page, asked: list[str]) -> bool:
    """Whether nothing was asked for while the clock of the page ran for a minute."""
    page.clock.run_for(60_000)
    return asked == []


def test_a_sync_that_was_started_is_followed_without_a_reload(
    page: Page, company: None
) -> None:
    read = start_costs(page)
    expect(page.get_by_text("waiting for a worker")).to_be_visible()
    page.evaluate("window.loadedOnce = true")
    assert (read.trigger, read.dataset) == ("page", "cost")
    go_on(read, status="running", progress="costs of May, page 3", rows=4321)
    expect(page.get_by_text("costs of May, page 3")).to_be_visible()
    expect(page.get_by_role("cell", name="4,321")).to_be_visible()
    # Who is on a link that is drawn anew stays on it.
    page.locator(f"#run-{read.pk}").focus()
    go_on(read, status="failed", finished_at=timezone.now(), error="No.", progress="")
    expect(page.locator("#run-rows").get_by_text("Failed")).to_be_visible()
    expect(page.locator(f"#run-{read.pk}")).to_be_focused()
    # What the run changed elsewhere is shown too.
    expect(page.locator("#fresh-panel").get_by_text("failing").first).to_be_visible()
    assert page.evaluate("window.loadedOnce") is True


def test_the_page_of_a_run_follows_it_and_then_asks_no_more(
    own_page: Page, company: None
) -> None:
    page = own_page
    page.clock.install()
    read = start_costs(page)
    page.goto(read.get_absolute_url())
    page.wait_for_load_state("load")
    page.evaluate("window.loadedOnce = true")
    go_on(read, status="running", progress="costs of May, page 3")
    page.clock.run_for(4_000)
    expect(page.get_by_text("costs of May, page 3")).to_be_visible()
    go_on(read, status="succeeded", finished_at=timezone.now(), progress="")
    page.clock.run_for(4_000)
    expect(page.get_by_role("button", name="Sync again")).to_be_visible()
    assert page.evaluate("window.loadedOnce") is True
    assert is_quiet(page, paths_asked(page)), "nothing is at work"


def test_a_tab_that_nobody_sees_asks_for_nothing(own_page: Page, company: None) -> None:
    page = own_page
    page.clock.install()
    start_costs(page)
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { get: () => window.isAway });
            window.isAway = true;
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    asked = paths_asked(page)
    assert is_quiet(page, asked), "the tab is hidden"
    go_on(SyncRun.objects.active().get(), progress="costs of June")
    page.evaluate(
        """() => {
            window.isAway = false;
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    page.clock.run_for(100)
    expect(page.get_by_text("costs of June")).to_be_visible()


def test_a_backfill_shows_its_price_before_it_starts(page: Page, company: None) -> None:
    sign_in(page, "/syncs/", "Syncs")
    page.get_by_text("Backfill a date range").click()
    first = timezone.now().date() - timedelta(days=50)
    page.get_by_label("From").fill(first.isoformat())
    page.get_by_role("button", name="Estimate cost").click()
    expect(page.get_by_role("heading", name="Estimated cost: $0.02")).to_be_visible()
    assert not SyncRun.objects.active().exists()
    page.get_by_role("button", name="Start (about $0.02").click()
    expect(page.get_by_text("0 of 2 windows read, 2 running")).to_be_visible()
    BackfillWindow.objects.update(status="succeeded")
    Backfill.objects.update(status="succeeded")
    runs_changed()
    expect(page.get_by_text("2 of 2 windows read")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
