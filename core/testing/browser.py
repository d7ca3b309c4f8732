"""The Chromium of browser tests, and how a person gets about in it."""

import os
import shutil

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# The first has no windows, which take as much of a processor as pages do.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1440, "height": 900}
PASSWORD = "correct horse battery"
# Pages that are not the first of their place -> the links that lead there.
WAYS = {
    "Instances": ("Resources", "Compute"),
    "CPU": ("Resources", "Compute", "Utilization"),
    "Syncs": ("Operations",),
    "People": ("Admin",),
}

# No machine is so busy that a page takes this long. Other processes have longer; here
# each wrong expectation takes all of it before it says what it waited for.
HANGS_AFTER_MS = 120_000
expect.set_options(timeout=HANGS_AFTER_MS)


def chromium() -> str:
    """The browser's path. Fails the test, rather than skip it, when there is none."""
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), ""
    )
    if not found:
        pytest.fail(
            f"No browser found: looked for {', '.join(NAMES)} on PATH. Install one "
            "(Debian: apt-get install chromium-headless-shell) or name it in CHROMIUM."
        )
    return found


def let_in(context: BrowserContext, user: User, url: str) -> None:
    """Gives the browser a session of that user, without the way by the login page."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}]
    )


def let_ada_in(page: Page) -> None:
    server = page.request.get("/health").url
    let_in(page.context, User.objects.get(username="ada"), server)


def sign_in(page: Page, path: str = "/", heading: str = "Home") -> None:
    let_ada_in(page)
    page.goto(path)
    is_ready(page, heading)


def open_page(page: Page, name: str) -> None:
    """Goes to a page by its place in the header, and by the second line of it."""
    place, *links = WAYS.get(name, (name,))
    page.get_by_role("navigation", name="Main").get_by_role("link", name=place).click()
    for link in links:
        page.wait_for_load_state("load")
        page.locator(".top, main").get_by_role("link", name=link, exact=True).click()
    is_ready(page, name)


def is_ready(page: Page, heading: str) -> None:
    """Waits for a page, or the answer that replaces its parts, and for its scripts,
    without which its controls do not apply when they change."""
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    is_settled(page)


def is_settled(page: Page) -> None:
    """Waits until the page of the address is loaded, or what was asked for is shown."""
    page.wait_for_load_state("load")
    page.wait_for_function("() => !document.querySelector('main[aria-busy=true]')")


def is_no_wider(page: Page, width: int) -> None:
    """Waits until the page, which the browser lays out anew, is no wider than that."""
    fits = "width => document.documentElement.scrollWidth <= width"
    page.wait_for_function(fits, arg=width)


def has_steps(page: Page, count: int) -> None:
    """Waits until the history has as many entries."""
    page.wait_for_function("count => history.length === count", arg=count)
