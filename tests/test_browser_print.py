"""Paper: light whatever the screen, nothing to press, with the scope and the time."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from clouds.models import CloudAccount
from core.testing.browser import DESK, let_in
from insights.testing import recommendation

pytestmark = pytest.mark.only_on("postgresql")
TO_PRESS = "button:not(:has(.swatch)), input:not([type=hidden]), textarea, .button"
PAPER: ViewportSize = {"width": 794, "height": 1123}


NOTHING_IS_CUT = """() => ![...document.querySelectorAll("main *")].some(one =>
    getComputedStyle(one).overflowX !== "visible"
    && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)"""


def test_paper_is_light_and_has_nothing_to_press(
    page: Page, company: None, live_server: LiveServer
) -> None:
    let_in(page.context, User.objects.get(), live_server.url)
    for address in ("/", "/costs/", "/instances/", "/insights/", "/coverage/"):
        page.emulate_media(media="screen", color_scheme="dark")
        page.set_viewport_size(DESK)
        page.goto(address)
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.locator("html")).to_have_css("color-scheme", "light")
        said = page.locator(".print-only")
        expect(said).to_have_text(
            re.compile(r"^cloudintel: All accounts\. Printed [\d-]{10} \d\d:\d\d UTC")
        )
        expect(said).to_be_visible()
        expect(page.locator("header.top")).to_be_hidden()
        expect(page.locator(TO_PRESS).filter(visible=True)).to_have_count(0)
        page.set_viewport_size(PAPER)
        page.wait_for_function(NOTHING_IS_CUT)


def test_a_table_of_many_columns_breaks_no_word(
    page: Page, company: None, live_server: LiveServer
) -> None:
    let_in(page.context, User.objects.get(), live_server.url)
    page.set_viewport_size(PAPER)
    page.goto("/instances/")
    page.emulate_media(media="print")
    expect(page.get_by_role("row", name=re.compile("web-1"))).to_be_visible()
    is_low = """() => [...document.querySelectorAll("tbody tr")]
        .every(row => row.getBoundingClientRect().height < 50)"""
    page.wait_for_function(is_low)


def test_rows_that_are_selected_on_screen_are_on_paper(
    page: Page, company: None, live_server: LiveServer
) -> None:
    row = recommendation(CloudAccount.objects.get())
    let_in(page.context, User.objects.get(), live_server.url)
    page.goto("/insights/recommendations/")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name=row.title)).to_be_visible()
    expect(page.locator("[name=pick]")).to_be_hidden()
