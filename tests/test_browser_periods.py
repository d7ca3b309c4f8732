"""A person at a real Chromium asks for periods, two groupings, and a file for Excel."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.testing.browser import Clicks, is_ready, sign_in

pytestmark = pytest.mark.only_on("postgresql")


def test_a_period_stays_relative_until_its_days_are_changed(
    page: Page, company: None
) -> None:
    sign_in(page, "/costs/", "Costs")
    week = page.get_by_role("link", name="7 days", exact=True)
    week.click()
    expect(week).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"\?period=7_days$"))
    page.get_by_label("Then by").select_option("account")
    expect(page.get_by_role("heading", name="By service and account")).to_be_visible()
    expect(page).to_have_url(re.compile(r"group_by=account"))
    assert "period=7_days" in page.url
    assert "start=" not in page.url

    page.get_by_label("From").first.fill("2026-01-01")
    page.get_by_label("From").first.press("Enter")
    expect(page).to_have_url(re.compile("start=2026-01-01"))
    assert "period=" not in page.url
    assert "end=" in page.url


def test_a_quarter_comes_to_excel_in_three_clicks(page: Page, company: None) -> None:
    sign_in(page)
    clicks, places = Clicks(), page.get_by_role("navigation", name="Main")
    clicks(places.get_by_role("link", name="Costs"))
    quarter = page.get_by_role("link", name="This quarter")
    clicks(quarter)
    expect(quarter).to_have_attribute("aria-current", "true")
    with page.expect_download() as file:
        clicks(page.get_by_role("link", name="Excel", exact=True))
    assert clicks.count <= 3
    assert re.fullmatch(
        r"costs_\d{4}-\d\d-01_\d{4}-\d\d-\d\d.*\.xlsx", file.value.suggested_filename
    )


def test_who_moved_this_week_is_a_tab_away_and_leads_to_the_days(
    page: Page, company: None
) -> None:
    sign_in(page, "/costs/", "Costs")
    page.get_by_role("link", name="Changes", exact=True).click()
    is_ready(page, "Largest cost changes")
    expect(page.get_by_role("link", name="7 days", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
