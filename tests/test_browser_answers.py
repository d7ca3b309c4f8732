"""Tasks that end with an answer, each in its largest number of presses from the home
page on, by the keyboard alone and by touch: eight of sixteen. Others change something
(test_browser_tasks.py) or let somebody in (test_browser_people.py)."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clouds.models import CloudAccount
from core.testing.browser import is_ready, sign_in
from core.testing.hands import Hand
from core.windows import add_months, first_of_month, utc_day
from costs.allocation.testing import team_rule
from insights.testing import forecast, month_end_miss
from inventory.testing import instance
from users.models import ApiToken

pytestmark = pytest.mark.only_on("postgresql")


def follow(hand: Hand, *links: str) -> None:
    """Press links of the header of the home page, the first of them a place."""
    hand.count = 0
    hand.page.goto("/")
    is_ready(hand.page, "Home")
    for name in links:
        header = hand.page.locator(".top")
        hand.press(header.get_by_role("link", name=name, exact=True))
        if name != "Search":
            expect(header.locator("[aria-current]", has_text=name)).to_be_attached()
        hand.page.wait_for_load_state("load")


def test_what_costs_and_what_runs_is_found(hand: Hand, company: None) -> None:
    page, owner = hand.page, CloudAccount.objects.get()
    team_rule(to={"Shop": "100"}, services=["AWS Lambda"])
    today = utc_day(timezone.now())
    coming = forecast(owner, first=today)
    instance(owner, "nameless", tags={})
    month_end_miss(coming, add_months(first_of_month(today), -1))
    sign_in(page)

    follow(hand, "Search")
    hand.fill(page.get_by_role("dialog").get_by_role("searchbox"), "web-1")
    hand.press(page.get_by_role("dialog").get_by_role("link", name="web-1"))
    expect(page.get_by_role("heading", name="This month so far")).to_be_visible()
    assert hand.count <= 2, "a machine's money by its name"

    follow(hand, "Resources", "Compute")
    hand.press(page.locator("summary", has_text="Download"))
    with page.expect_download() as file:
        hand.press(page.get_by_role("link", name="Excel (XLSX)"))
    assert file.value.suggested_filename.endswith(".xlsx")
    assert hand.count <= 4, "all machines in Excel"

    follow(hand, "Resources", "Untagged")
    expect(page.get_by_role("link", name="nameless")).to_be_visible()
    assert hand.count <= 2, "what has no tag, and what it costs"

    follow(hand, "Costs", "Allocation")
    hand.press(page.get_by_role("link", name="Amazon RDS"))
    expect(page).to_have_url(re.compile(r"service=Amazon\+RDS"))
    assert hand.count <= 3, "what no team pays for, day by day"

    follow(hand, "Costs", "Forecast")
    hand.press(page.get_by_role("link", name="production"))
    expect(page.get_by_text("Month-end error: 10.0%")).to_be_visible()
    assert hand.count <= 3, "a month's end, and how far the last one was missed"


def test_what_was_done_and_read_is_proven(hand: Hand, company: None) -> None:
    page = hand.page
    sign_in(page)

    follow(hand, "Operations", "Coverage")
    expect(page.get_by_role("row", name=re.compile("production"))).to_be_visible()
    assert hand.count <= 2, "which days of the bill are stored"

    follow(hand)
    hand.press(page.get_by_role("button", name="Your account"))
    hand.press(page.get_by_role("link", name="API tokens"))
    hand.fill(page.get_by_label("Name, such as what will use it"), "auditor")
    hand.press(page.get_by_label("Only these"))
    hand.press(page.get_by_label("production"))
    hand.press(page.get_by_role("button", name="Create token"))
    expect(page.get_by_role("heading", name="Your new token, auditor")).to_be_visible()
    assert hand.count <= 5, "a token that reads one account and changes nothing"
    token = ApiToken.objects.get()
    assert (token.is_read_only, token.all_accounts) == (True, False)

    follow(hand, "Admin", "Activity")
    expect(page.get_by_text("auditor").first).to_be_visible()
    assert hand.count <= 2, "who did what"
