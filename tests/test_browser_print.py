"""Paper: light whatever the screen, nothing to press, with the scope and the time."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from clouds.models import CloudAccount
from core.testing.browser import let_in
from insights.testing import recommendation

pytestmark = pytest.mark.only_on("postgresql")
TO_PRESS = "button:not(:has(.swatch)), input:not([type=hidden]), textarea, .button"
PAPER: ViewportSize = {"width": 794, "height": 1123}


@pytest.mark.parametrize("address", ["/", "/costs/", "/instances/", "/insights/"])
def test_paper_is_light_and_has_nothing_to_press(
    page: Page, company: None, live_server: LiveServer, address: str
) -> None:
    let_in(page.context, User.objects.get(), live_server.url)
    page.emulate_media(color_scheme="dark")
    page.goto(address)
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("html")).to_have_css("color-scheme", "light")
    said = page.locator(".print-only")
    expect(said).to_have_text(
        re.compile(r"^cloudintel: All accounts\. Printed \d{4}-\d\d-\d\d \d\d:\d\d UTC")
    )
    expect(said).to_be_visible()
    expect(page.locator("header.top")).to_be_hidden()
    seen = page.locator(TO_PRESS).filter(visible=True)
    assert seen.evaluate_all("all => all.map(one => one.outerHTML)") == []
    cut = """() => [...document.querySelectorAll("main *")]
        .filter(one => getComputedStyle(one).overflowX !== "visible"
            && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
        .map(one => one.outerHTML.slice(0, 200))"""
    page.set_viewport_size(PAPER)
    assert page.evaluate(cut) == []


def test_a_table_of_many_columns_breaks_no_word(
    page: Page, company: None, live_server: LiveServer
) -> None:
    let_in(page.context, User.objects.get(), live_server.url)
    page.set_viewport_size(PAPER)
    page.goto("/instances/")
    page.emulate_media(media="print")
    row = page.get_by_role("row", name=re.compile("web-1"))
    box = row.bounding_box()
    assert box
    assert box["height"] < 50


def test_rows_that_are_selected_on_screen_are_on_paper(
    page: Page, company: None, live_server: LiveServer
) -> None:
    row = recommendation(CloudAccount.objects.get())
    let_in(page.context, User.objects.get(), live_server.url)
    page.goto("/insights/recommendations/")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name=row.title)).to_be_visible()
    expect(page.locator("[name=pick]")).to_be_hidden()
