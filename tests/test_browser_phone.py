"""A phone of 360 px with a touch screen: cards, filters behind one button, and an
action bar above the bar of places."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from clouds.models import CloudAccount
from core.testing.browser import PHONE, is_ready, let_in
from core.testing.hands import TOUCH, WAYS
from core.testing.open_browser import open_browser
from insights.testing import anomaly

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def phone(
    browser: Browser, transactional_db: None, company: None, live_server: LiveServer
) -> Iterator[Page]:
    with open_browser.tab(base_url=live_server.url, **WAYS[TOUCH]) as tab:
        let_in(tab.page.context, User.objects.get(), live_server.url)
        yield tab.page


def is_above_the_places(phone: Page, button: Locator) -> None:
    """Waits until the bar of places at the foot does not cover it."""
    is_above = """button => button.getBoundingClientRect().bottom
        <= document.querySelector("nav[aria-label=Main]").getBoundingClientRect().top"""
    phone.wait_for_function(is_above, arg=button.element_handle())


def test_filters_are_behind_one_button(phone: Page) -> None:
    phone.goto("/instances/")
    is_ready(phone, "Instances")
    state = phone.get_by_label("State")
    expect(state).to_be_hidden()
    phone.get_by_text("Filters", exact=True).tap()
    expect(state).to_be_visible()
    state.select_option("running")
    expect(phone).to_have_url(re.compile("state=running"))
    expect(state).to_be_visible()


def test_a_row_is_a_card_that_says_what_matters(phone: Page) -> None:
    phone.goto("/instances/")
    card = phone.get_by_role("row", name=re.compile("web-1"))
    expect(card).to_have_css("display", "grid")
    expect(card.get_by_text("running")).to_be_visible()
    expect(card.get_by_role("img", name=re.compile("^CPU"))).to_be_visible()
    # It is on the screen, and several are seen at once.
    fits = """([card, screen]) => {
        const { left, right, height } = card.getBoundingClientRect();
        return left >= 0 && right <= screen.width && height < screen.height / 3;
    }"""
    phone.wait_for_function(fits, arg=[card.element_handle(), PHONE])


def test_what_a_page_is_for_stays_above_the_places(phone: Page) -> None:
    row = anomaly(CloudAccount.objects.get())
    phone.goto(row.get_absolute_url())
    act = phone.get_by_role("button", name="Acknowledge")
    phone.mouse.wheel(0, 400)
    expect(act).to_be_in_viewport()
    is_above_the_places(phone, act)
    act.tap()
    expect(phone.get_by_text("Acknowledged", exact=True).first).to_be_visible()


def test_the_page_that_is_open_is_in_sight_in_its_line(phone: Page) -> None:
    for address, name in (("/teams/", "Allocation"), ("/activity/", "Activity")):
        phone.goto(address)
        pages = phone.locator(".section-pages")
        expect(pages.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
