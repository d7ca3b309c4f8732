"""Filters in a real Chromium: they apply themselves, Back undoes one step, and nobody
loses their place."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from clouds.models import CloudAccount
from clouds.testing import account
from clouds.versions import bump_version
from core.testing.browser import (
    DESK,
    PHONE,
    has_steps,
    is_ready,
    let_ada_in,
    sign_in,
)
from core.testing.open_browser import open_browser
from core.windows import last_complete_days
from costs.testing import store_costs
from insights.testing import recommendation
from inventory.testing import instance
from syncs.datasets import Dataset

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def costs(page: Page, company: None) -> Page:
    """The costs page, which remembers that it was loaded once."""
    sign_in(page, "/costs/", "Costs")
    page.evaluate("window.loadedOnce = true")
    return page


def steps(page: Page) -> int:
    """How many entries the history has."""
    return int(page.evaluate("history.length"))


def is_still_there(page: Page) -> None:
    page.wait_for_function("() => window.loadedOnce === true")


def test_back_undoes_one_step_sorting_included(costs: Page) -> None:
    before = steps(costs)
    costs.get_by_label("Group by").select_option("region")
    expect(costs.get_by_role("heading", name="By region")).to_be_visible()
    share = costs.get_by_role("link", name="Change (%)")
    share.click()
    expect(share.locator("..")).to_have_attribute("aria-sort", "descending")
    expect(share).to_be_focused()
    has_steps(costs, before + 2)
    costs.go_back()
    expect(share.locator("..")).not_to_have_attribute("aria-sort", "descending")
    expect(costs).to_have_url(re.compile(r"group_by=region$"))
    costs.go_back()
    expect(costs.get_by_role("heading", name="By service")).to_be_visible()
    expect(costs.get_by_label("Group by")).to_have_value("service")
    costs.go_forward()
    expect(costs.get_by_label("Group by")).to_have_value("region")
    is_still_there(costs)


def test_what_changes_nothing_is_no_step(costs: Page) -> None:
    before, url = steps(costs), costs.url
    costs.locator("summary", has_text="Services").click()
    costs.keyboard.press("Escape")
    costs.get_by_label("Group by").press("Enter")
    costs.get_by_label("Group by").select_option("region")
    costs.get_by_label("Group by").select_option("service")
    expect(costs).to_have_url(re.compile(r"end=[\d-]+$"))
    costs.get_by_label("From").first.blur()
    has_steps(costs, before + 2)
    costs.get_by_role("link", name="Reset").click()
    expect(costs).to_have_url(url)


def test_arrow_keys_choose_and_enter_or_leaving_applies(costs: Page) -> None:
    url, field = costs.url, costs.get_by_label("Group by")
    field.focus()
    costs.keyboard.press("ArrowDown")
    costs.keyboard.press("ArrowDown")
    expect(field).to_have_value("account")
    assert costs.url == url
    costs.keyboard.press("Enter")
    expect(costs.get_by_role("heading", name="By account")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("account")
    costs.keyboard.press("ArrowUp")
    costs.keyboard.press("Tab")
    expect(costs.get_by_role("heading", name="By region")).to_be_visible()
    expect(costs.get_by_label("Then by")).to_be_focused()
    is_still_there(costs)


def test_a_reversed_range_is_reported_beside_it_and_drops_no_filter(
    costs: Page,
) -> None:
    costs.get_by_label("Metric").select_option("effective")
    expect(costs).to_have_url(re.compile("metric=effective"))
    url, end = costs.url, costs.get_by_label("To (exclusive)").first
    end.fill("2020-01-01")
    told = costs.locator("#dates-error")
    expect(told).to_have_text("From must be before To (exclusive).")
    expect(end).to_have_attribute("aria-invalid", "true")
    assert costs.url == url
    costs.get_by_label("From").first.fill("2019-12-01")
    expect(costs).to_have_url(re.compile("start=2019-12-01.*metric=effective"))
    expect(told).to_be_hidden()
    # The same without the script: the answer says it, and the form stays as it was.
    costs.goto("/costs/?start=2026-02-01&end=2026-01-01&group_by=region")
    expect(told).to_contain_text("must be before end")
    expect(costs.get_by_label("From").first).to_have_value("2026-02-01")
    expect(costs.get_by_label("Group by")).to_have_value("region")
    costs.get_by_label("To (exclusive)").first.fill("2026-03-01")
    expect(costs).to_have_url(re.compile("start=2026-02-01&end=2026-03-01&group_by"))


IS_ON_SCREEN = """([menu, screen]) => {
    const { left, right, bottom } = menu.getBoundingClientRect();
    return left >= 0 && right <= screen.width && bottom <= screen.height + 1;
}"""


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_menus_stay_on_screen(costs: Page, size: ViewportSize) -> None:
    store_costs(
        account(2, "staging"),
        last_complete_days(3, timezone.now()),
        {
            f"A service whose name is long, and that has the number {n}": "1"
            for n in range(9)
        },
    )
    costs.set_viewport_size(size)
    costs.reload()
    is_ready(costs, "Costs")
    if size == PHONE:
        costs.get_by_text("Filters", exact=True).click()
    menus = costs.locator("details.picker:visible")
    for menu in menus.all():
        menu.locator("summary").click()
        # It is moved there by the event that follows the click.
        opened = menu.locator("summary + *").element_handle()
        costs.wait_for_function(IS_ON_SCREEN, arg=[opened, size])
        costs.keyboard.press("Escape")
    assert menus.count() > 3


def test_a_picker_of_eight_is_searched(costs: Page) -> None:
    services = costs.locator("details", has_text="Services").first
    services.locator("summary").click()
    expect(services.get_by_placeholder("Find")).to_be_hidden()
    staging = account(2, "staging")
    store_costs(
        staging,
        last_complete_days(3, timezone.now()),
        {f"Service {number}": "1" for number in range(8)},
    )
    bump_version(staging, Dataset.COST)  # As a sync does.
    costs.reload()
    is_ready(costs, "Costs")
    services.locator("summary").click()
    services.get_by_placeholder("Find").fill("vice 7")
    expect(services.locator(".picker-option:visible")).to_have_count(1)


def test_tags_are_searched_as_any_other_picker(page: Page, company: None) -> None:
    tags = {f"key-{number}": "yes" for number in range(8)}
    instance(CloudAccount.objects.get(), "web-9", tags=tags)
    sign_in(page, "/instances/", "Instances")
    picker = page.locator("details.picker", has_text="Tags").first
    picker.locator("summary").click()
    picker.get_by_placeholder("Find").fill("key-7")
    expect(picker.locator(".picker-option:visible")).to_have_count(1)


def test_a_search_applies_while_it_is_typed_as_one_step(
    page: Page, company: None
) -> None:
    instance(CloudAccount.objects.get(), "database-1")
    sign_in(page, "/instances/", "Instances")
    before, field = steps(page), page.locator("input[name=search]")
    field.press_sequentially("data")
    expect(page.get_by_role("link", name="web-1")).to_be_hidden()
    field.press_sequentially("base")
    expect(page).to_have_url(re.compile("search=database$"))
    expect(field).to_be_focused()
    has_steps(page, before + 1)
    page.go_back()
    expect(page.get_by_role("link", name="web-1")).to_be_visible()
    expect(field).to_have_value("")


def test_who_removes_a_filter_is_led_to_what_is_next_to_it(costs: Page) -> None:
    costs.goto("/costs/?service=AWS+Lambda&exclude=Tax")
    costs.get_by_role("link", name="AWS Lambda").first.click()
    expect(costs).to_have_url(re.compile(r"/costs/\?(?!.*Lambda)"))
    expect(costs.locator(".chip")).to_have_count(1)
    expect(costs.locator(".chip")).to_be_focused()


def test_without_scripts_the_button_applies(
    browser: Browser, company: None, live_server: LiveServer
) -> None:
    with open_browser.tab(java_script_enabled=False, base_url=live_server.url) as plain:
        page = plain.page
        let_ada_in(page)
        page.goto("/costs/")
        page.get_by_label("Group by").select_option("region")
        page.locator(".actions").get_by_role("button", name="Apply").click()
        expect(page).to_have_url(re.compile("group_by=region"))


def test_what_was_selected_is_not_selected_once_other_rows_stand_there(
    page: Page, company: None
) -> None:
    owner = CloudAccount.objects.get()
    recommendation(owner, instance(owner, "batch-1"), savings_monthly=90)
    recommendation(owner, instance(owner, "web-9"), priority="low")
    sign_in(page, "/insights/recommendations/", "Recommendations")
    page.get_by_label("Select: Stop batch-1").check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_label("Priority").select_option("low")
    expect(page.get_by_label("Select: Stop batch-1")).to_be_hidden()
    expect(page.get_by_label("Select: Stop web-9")).not_to_be_checked()
    expect(page.get_by_text("1 selected")).to_be_hidden()
    page.get_by_label("Select: Stop web-9").check()
    expect(page.get_by_text("1 selected")).to_be_visible()
