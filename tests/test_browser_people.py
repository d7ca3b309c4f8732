"""An administrator lets a colleague in, who then sees what was chosen and no more."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from clouds.testing import account
from core.testing.browser import HANGS_AFTER_MS, PHONE, Clicks, let_in
from users.testing import person

pytestmark = pytest.mark.only_on("postgresql")
MOST_CLICKS = 6


@pytest.fixture
def admin_page(page: Page, live_server: LiveServer) -> Page:
    account(1, "staging")
    account(2, "production")
    let_in(page.context, person("administrator"), live_server.url)
    page.goto("/people/")
    return page


def invite(page: Page, press: Callable[[Locator], None]) -> str:
    """Invite vera, who is to see staging; return the link that is shown."""
    press(page.get_by_role("link", name="Invite"))
    page.get_by_label("Username").fill("vera")
    press(page.get_by_label("Only these"))
    press(page.get_by_label("staging"))
    press(page.get_by_role("button", name="Invite"))
    expect(page.get_by_role("heading", name="Send vera this link")).to_be_visible()
    return page.locator("code.token").inner_text()


def test_a_colleague_gets_access_in_few_clicks(
    admin_page: Page, browser: Browser
) -> None:
    clicks = Clicks()
    link = invite(admin_page, clicks)
    assert clicks.count <= MOST_CLICKS
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.set_default_timeout(HANGS_AFTER_MS)
        page.goto(link)
        page.get_by_label("New password", exact=True).fill("three quiet otters")
        page.get_by_label("New password confirmation").fill("three quiet otters")
        page.get_by_role("button", name="Set password and sign in").click()
        expect(page.get_by_text("You see staging only.", exact=True)).to_be_visible()


def test_each_control_is_worked_by_the_keyboard(admin_page: Page) -> None:
    def press_key(target: Locator) -> None:
        target.focus()
        is_choice = target.get_attribute("type") in ("radio", "checkbox")
        target.press("Space" if is_choice else "Enter")

    assert "/invitation/" in invite(admin_page, press_key)


def test_accounts_are_listed_once_some_are_to_be_chosen(admin_page: Page) -> None:
    admin_page.goto("/people/invite/")
    staging = admin_page.get_by_label("staging")
    expect(staging).to_be_hidden()
    admin_page.get_by_label("Only these").check()
    expect(staging).to_be_visible()
    admin_page.get_by_label("No account yet").check()
    expect(staging).to_be_hidden()
