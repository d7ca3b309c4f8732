"""Tasks that end with an answer, each in its largest number of clicks from the home
page on: eight of sixteen. Others change something (test_browser_tasks.py), let somebody
in (test_browser_people.py) or take a quarter to Excel (test_browser_periods.py)."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from clouds.models import CloudAccount
from core.testing.browser import PHONE, Clicks, is_ready, sign_in
from core.windows import add_months, first_of_month, utc_day
from costs.allocation.testing import team_rule
from insights.testing import forecast, month_end_miss
from inventory.testing import instance
from users.models import ApiToken

pytestmark = pytest.mark.only_on("postgresql")


def from_home(page: Page, *links: str) -> Clicks:
    """Follow links of the header, the first of them a place; count the clicks."""
    clicks = Clicks()
    page.goto("/")
    is_ready(page, "Home")
    for name in links:
        clicks(header(page).get_by_role("link", name=name, exact=True))
        page.wait_for_load_state("load")
    return clicks


def header(page: Page) -> Locator:
    return page.locator(".top")


def test_what_costs_and_what_runs_is_found(page: Page, company: None) -> None:
    owner, today = CloudAccount.objects.get(), utc_day(timezone.now())
    team_rule(to={"Shop": "100"}, services=["AWS Lambda"])
    coming = forecast(owner, first=today)
    instance(owner, "nameless", tags={})
    month_end_miss(coming, add_months(first_of_month(today), -1))
    sign_in(page)

    clicks = from_home(page)
    clicks(header(page).get_by_role("link", name="Search"))
    page.get_by_role("dialog").get_by_role("searchbox").fill("web-1")
    clicks(page.get_by_role("dialog").get_by_role("link", name="web-1"))
    expect(page.get_by_role("heading", name="This month so far")).to_be_visible()
    assert clicks.count <= 2, "a machine's money by its name"

    clicks = from_home(page, "Resources", "Compute")
    clicks(page.locator("summary", has_text="Download"))
    with page.expect_download() as file:
        clicks(page.get_by_role("link", name="Excel (XLSX)"))
    assert file.value.suggested_filename.endswith(".xlsx")
    assert clicks.count <= 4, "all machines in Excel"

    clicks = from_home(page, "Resources", "Untagged")
    expect(page.get_by_role("link", name="nameless")).to_be_visible()
    assert clicks.count <= 2, "what has no tag, and what it costs"

    clicks = from_home(page, "Costs", "Allocation")
    clicks(page.get_by_role("link", name="Amazon RDS"))
    expect(page).to_have_url(re.compile(r"service=Amazon\+RDS"))
    assert clicks.count <= 3, "what no team pays for, day by day"

    clicks = from_home(page, "Costs", "Forecast")
    clicks(page.get_by_role("link", name="production"))
    expect(page.get_by_text("Month-end error: 10.0%")).to_be_visible()
    assert clicks.count <= 3, "a month's end, and how far the last one was missed"


def test_what_was_done_and_read_is_proven_on_a_phone(page: Page, company: None) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page)

    clicks = from_home(page, "Operations", "Coverage")
    expect(page.get_by_role("row", name=re.compile("production"))).to_be_visible()
    assert clicks.count <= 2, "which days of the bill are stored"

    clicks = Clicks()
    page.goto("/")
    clicks(header(page).get_by_role("button", name="Your account"))
    clicks(page.get_by_role("link", name="API tokens"))
    page.get_by_label("Name, such as what will use it").fill("auditor")
    clicks(page.get_by_label("Only these"))
    clicks(page.get_by_label("production"))
    clicks(page.get_by_role("button", name="Create token"))
    expect(page.get_by_role("heading", name="Your new token, auditor")).to_be_visible()
    assert clicks.count <= 5, "a token that reads one account and changes nothing"
    token = ApiToken.objects.get()
    assert (token.is_read_only, token.all_accounts) == (True, False)

    clicks = from_home(page, "Admin", "Activity")
    expect(page.get_by_text("auditor").first).to_be_visible()
    assert clicks.count <= 2, "who did what"
