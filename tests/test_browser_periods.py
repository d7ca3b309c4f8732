"""A person at a real Chromium asks for periods and two groupings."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.testing.browser import sign_in

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
