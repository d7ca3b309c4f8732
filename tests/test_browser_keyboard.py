"""The keyboard alone: skip link, order of stops, menus, and the search."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from core.testing.browser import is_ready, is_settled, let_in

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def home(page: Page, company: None, live_server: LiveServer) -> Page:
    let_in(page.context, User.objects.get(), live_server.url)
    page.goto("/")
    is_ready(page, "Home")
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def walk_to(page: Page, target: Locator) -> list[str]:
    """Press Tab until it has the focus; the names of the stops on the way."""
    names: list[str] = []
    script = (
        "() => document.activeElement.ariaLabel || document.activeElement.innerText"
    )
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("it => it === document.activeElement"):
            return names
        names.append(page.evaluate(script).strip())
    pytest.fail(f"Not reached by Tab, but {names}")


def test_the_first_stop_skips_the_header(home: Page) -> None:
    press(home, "Tab")
    skip = home.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    press(home, "Enter")
    expect(home.locator("main")).to_be_focused()
    press(home, "Tab")
    home.wait_for_function("() => document.activeElement.matches('main *')")


def test_the_stops_of_the_header_come_as_they_are_read(home: Page) -> None:
    stops = walk_to(home, home.get_by_role("button", name="Your account"))
    assert stops[:4] == ["Skip to content", "cloudintel", "Home", "Costs"]
    assert stops[-3:-1] == ["Search", "Assistant"]


def test_a_menu_opens_closes_and_gives_the_focus_back(home: Page) -> None:
    button = home.get_by_role("button", name="Your account")
    button.focus()
    press(home, "Enter")
    tokens = home.get_by_role("link", name="API tokens")
    expect(tokens).to_be_visible()
    press(home, "Escape")
    expect(tokens).to_be_hidden()
    expect(button).to_be_focused()
    press(home, "Enter")
    expect(tokens).to_be_visible()
    walk_to(home, tokens)
    press(home, "Enter")
    expect(home).to_have_url(re.compile("/tokens/$"))


def test_a_machine_is_found_from_any_page(home: Page) -> None:
    press(home, "Control+k")
    field = home.get_by_role("dialog", name="Search").get_by_role("searchbox")
    expect(field).to_be_focused()
    # At once: with a pause between letters it would ask twice, and show both answers.
    home.keyboard.insert_text("web-1")
    hit = home.get_by_role("dialog").get_by_role("link", name="web-1")
    expect(hit).to_be_visible()
    press(home, "ArrowDown")
    expect(hit).to_be_focused()
    press(home, "Enter")
    expect(home.get_by_role("heading", name="web-1", level=1)).to_be_visible()


def test_filters_are_chosen_and_removed(home: Page) -> None:
    home.goto("/costs/")
    is_ready(home, "Costs")
    walk_to(home, home.locator("summary", has_text="Services"))
    press(home, "Enter")
    service = home.get_by_label("AWS Lambda", exact=True)
    expect(service).to_be_visible()
    walk_to(home, service)
    press(home, "Space", "Escape")
    expect(home).to_have_url(re.compile(r"service=AWS\+Lambda"))
    expect(home.locator("summary", has_text="Services")).to_be_focused()
    is_settled(home)
    walk_to(home, home.locator(".chip").first)
    press(home, "Enter")
    expect(home).not_to_have_url(re.compile("service="))
