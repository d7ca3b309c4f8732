"""A person at a real Chromium: signs in, looks around, comes back."""

import re

import pytest
from playwright.sync_api import Page, expect

from clouds.models import CloudAccount
from core.testing.browser import (
    DESK,
    PASSWORD,
    PHONE,
    is_no_wider,
    is_ready,
    open_page,
    sign_in,
)
from inventory.models import Resource

pytestmark = pytest.mark.only_on("postgresql")

# Each field of the costs page, and what is chosen; its URL says just that.
CHOICES = [
    ("group_by", "region"),
    ("granularity", "monthly"),
    ("metric", "effective"),
    ("chart", "lines"),
    ("table", "months"),
    ("limit", "5"),
]


def is_drawn(page: Page, chart: str) -> None:
    """Waits until the canvas, which an answer may replace, has any color on it."""
    script = """selector => {
        const canvas = document.querySelector(selector);
        return canvas && canvas.width && canvas.height && canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height).data.some(value => value);
    }"""
    page.wait_for_function(script, arg=f"canvas[data-chart={chart}]")


def choose(page: Page, name: str, value: str) -> None:
    """Chooses, and waits for the answer."""
    page.locator(f"select[name={name}]").first.select_option(value)
    expect(page).to_have_url(re.compile(f"{name}={value}"))
    is_ready(page, "Costs")


def test_the_summary_says_what_is_spent_and_that_it_reconciles(
    page: Page, company: None
) -> None:
    sign_in(page)
    expect(page.get_by_text("$1,050.00").first).to_be_visible()
    expect(page.get_by_text("+$150.00").first).to_be_visible()
    expect(page.get_by_text("sum to the billed total").first).to_be_visible()
    is_drawn(page, "costs-chart")


def test_each_control_of_the_costs_is_in_the_url_and_back_undoes_it(
    page: Page, company: None
) -> None:
    sign_in(page, "/costs/", "Costs")
    for name, value in CHOICES:
        choose(page, name, value)
    is_drawn(page, "costs-chart")
    expect(page.get_by_role("rowheader", name="eu-west-1").first).to_be_visible()
    for name, value in reversed(CHOICES):
        chosen = re.compile(f"{name}={value}")
        expect(page).to_have_url(chosen)
        page.go_back()
        expect(page).not_to_have_url(chosen)
        is_ready(page, "Costs")
    expect(page.get_by_label("Group by")).to_have_value("service")

    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_text("$245.00").first).to_be_visible()
    page.go_back()
    expect(page.get_by_text("$1,050.00").first).to_be_visible()


def test_a_change_and_its_cause_are_two_clicks_away(page: Page, company: None) -> None:
    sign_in(page)
    open_page(page, "Costs")
    panel = page.get_by_role("region", name="What changed and why")
    expect(panel).to_contain_text("Used more")
    panel.get_by_role("link", name="AWS Lambda").click()
    expect(page).to_have_url(re.compile(r"service=AWS\+Lambda"))
    expect(page.get_by_role("list", name="Active filters")).to_contain_text(
        "AWS Lambda"
    )


def test_a_picker_takes_several_and_the_answer_is_downloaded(
    page: Page, company: None
) -> None:
    sign_in(page, "/costs/", "Costs")
    page.locator("summary", has_text="Services").click()
    page.get_by_label("AWS Lambda", exact=True).check()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"service=AWS\+Lambda"))
    chosen = page.get_by_role("list", name="Active filters")
    expect(chosen).to_contain_text("AWS Lambda")
    expect(page.get_by_text("$450.00").first).to_be_visible()
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as file:
        page.get_by_role("link", name="Table (CSV)").click()
    table = file.value.path().read_text()
    assert "AWS Lambda" in table
    assert "Amazon RDS" not in table


def test_a_machine_is_found_looked_at_and_exported(page: Page, company: None) -> None:
    sign_in(page)
    open_page(page, "Instances")
    expect(page.get_by_role("img", name=re.compile("^CPU of the last"))).to_be_visible()
    page.locator("select[name=idle]").select_option("true")
    expect(page.get_by_text("No instance matches these filters")).to_be_visible()
    page.go_back()
    is_ready(page, "Instances")
    page.get_by_role("link", name="CPU, 14 days").click()
    expect(page).to_have_url(re.compile("ordering=average"))
    is_ready(page, "Instances")
    with page.expect_download() as file:
        page.locator("summary", has_text="Download").click()
        page.get_by_role("link", name="CSV", exact=True).click()
    assert "web-1" in file.value.path().read_text()

    page.get_by_role("link", name="web-1").click()
    is_ready(page, "web-1")
    is_drawn(page, "cpu-chart")
    page.get_by_text("Daily values").first.click()
    expect(page.get_by_role("cell", name="12.5%").first).to_be_visible()
    page.get_by_role("link", name="30 days").click()
    expect(page).to_have_url(re.compile("days=30"))

    open_page(page, "CPU")
    expect(page.get_by_role("cell", name="14 of 14")).to_be_visible()
    page.get_by_role("link", name="1 5–20%").click()
    expect(page).to_have_url(re.compile("average_min=5"))
    expect(page.get_by_role("link", name="web-1")).to_be_visible()


def test_the_admin_opens_with_what_needs_attention(page: Page, company: None) -> None:
    sign_in(page)
    open_page(page, "People")
    page.locator(".top").get_by_role("link", name="Advanced").click()
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
    page.get_by_role("link", name="running", exact=True).click()
    expect(page.get_by_role("link", name="web-1").first).to_be_visible()


def test_a_wrong_password_is_reported_and_a_right_one_leads_on(
    page: Page, company: None
) -> None:
    page.goto("/costs/?group_by=region")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("correct username and password")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/costs/\?group_by=region$"))
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_colors_are_chosen_once_for_pages_and_admin(page: Page, company: None) -> None:
    page.emulate_media(color_scheme="light")
    sign_in(page)
    root = page.locator("html")
    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_label("Auto")).to_be_checked()
    page.get_by_label("Dark").check(force=True)
    expect(root).to_have_attribute("data-theme", "dark")
    expect(root).to_have_css("color-scheme", "dark")
    open_page(page, "Costs")
    expect(root).to_have_attribute("data-theme", "dark")
    page.goto("/admin/")
    expect(root).to_have_class(re.compile(r"\bdark\b"))
    page.goto("/")
    page.get_by_role("button", name="Your account").click()
    page.get_by_label("Auto").check(force=True)
    expect(root).not_to_have_attribute("data-theme", "dark")


def test_on_a_phone_the_bar_leads_on_and_no_page_is_wider(
    page: Page, company: None
) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page)
    is_at_the_foot = """() => document.querySelector("nav[aria-label=Main]")
        .getBoundingClientRect().bottom === innerHeight"""
    for name in ("Home", "Costs", "Resources", "Insights", "Syncs"):
        open_page(page, name)
        page.wait_for_function(is_at_the_foot)
        is_no_wider(page, PHONE["width"])


def test_the_longest_names_push_nothing_off_the_page(page: Page, company: None) -> None:
    Resource.objects.update(name="n" * 255)
    CloudAccount.objects.update(name="a" * 100)
    page.set_viewport_size(DESK)
    sign_in(page)
    page.goto("/instances/")
    fits = """() => {
        const { scrollWidth, clientWidth } = document.querySelector(".scroll");
        return scrollWidth <= clientWidth;
    }"""
    page.wait_for_function(fits)
    page.set_viewport_size(PHONE)
    page.goto("/costs/?group_by=account")
    expect(page.locator(".legend button").first).to_be_visible()
    is_no_wider(page, PHONE["width"])
