"""An administrator lets a colleague in, who then sees what was chosen and no more."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from clouds.testing import account
from core.testing.browser import HANGS_AFTER_MS, PHONE, is_ready, let_in
from core.testing.hands import Hand
from users.testing import person

pytestmark = pytest.mark.only_on("postgresql")
MOST_PRESSES = 6


@pytest.fixture
def admin_page(page: Page, accounts: None, live_server: LiveServer) -> Page:
    let_in(page.context, person("administrator"), live_server.url)
    return page


@pytest.fixture
def accounts(transactional_db: None) -> None:
    account(1, "staging")
    account(2, "production")


def test_a_colleague_gets_access(
    hand: Hand, accounts: None, live_server: LiveServer, browser: Browser
) -> None:
    page = hand.page
    let_in(page.context, person("administrator"), live_server.url)
    page.goto("/")
    is_ready(page, "Home")
    places = page.get_by_role("navigation", name="Main")
    hand.press(places.get_by_role("link", name="Admin"))
    hand.press(page.get_by_role("link", name="Invite"))
    hand.fill(page.get_by_label("Username"), "vera")
    hand.press(page.get_by_label("Only these"))
    hand.press(page.get_by_label("staging"))
    hand.press(page.get_by_role("button", name="Invite"))
    expect(page.get_by_role("heading", name="Send vera this link")).to_be_visible()
    assert hand.count <= MOST_PRESSES
    link = page.locator("code.token").inner_text()
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.set_default_timeout(HANGS_AFTER_MS)
        page.goto(link)
        page.get_by_label("New password", exact=True).fill("three quiet otters")
        page.get_by_label("New password confirmation").fill("three quiet otters")
        page.get_by_role("button", name="Set password and sign in").click()
        expect(page.get_by_text("You see staging only.", exact=True)).to_be_visible()


def test_accounts_are_listed_once_some_are_to_be_chosen(admin_page: Page) -> None:
    admin_page.goto("/people/invite/")
    staging = admin_page.get_by_label("staging")
    expect(staging).to_be_hidden()
    admin_page.get_by_label("Only these").check()
    expect(staging).to_be_visible()
    admin_page.get_by_label("No account yet").check()
    expect(staging).to_be_hidden()
