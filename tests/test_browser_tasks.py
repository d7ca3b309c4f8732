"""Tasks of a FinOps engineer and a platform engineer, each in its largest number of
presses from the home page on, by the keyboard alone and by touch."""

import re
from datetime import timedelta

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.browser import is_ready, let_in
from core.testing.hands import Hand
from core.windows import Window, last_complete_days
from costs.testing import store_costs
from insights.models import Anomaly, Budget, Recommendation
from insights.testing import anomaly, recommendation, somebody
from inventory.testing import instance
from syncs.models import Backfill
from syncs.testing import OF_AWS, run

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def home(hand: Hand, company: None, live_server: LiveServer) -> Page:
    """The home page of an operator, who has a colleague."""
    let_in(hand.page.context, somebody("operator", name="otto"), live_server.url)
    somebody("operator", name="vera")
    return hand.page


def test_three_machines_are_handed_to_who_switches_them_off(
    hand: Hand, home: Page
) -> None:
    owner = CloudAccount.objects.get()
    machines = {"batch-1", "batch-2", "batch-3"}
    for name in (*machines, "web-9"):
        recommendation(owner, instance(owner, name))
    home.goto("/")
    is_ready(home, "Home")
    panel = home.get_by_role("region", name="Needs you")
    hand.press(panel.get_by_role("link", name="Recommendations"))
    is_ready(home, "Recommendations")
    for name in machines:
        hand.press(home.get_by_label(f"Select: Stop {name}"))
    bar = home.get_by_role("group", name="Change what is selected")
    accept = bar.get_by_role("button", name="Accept")
    expect(accept).to_be_in_viewport()
    hand.choose(bar.get_by_label("Owner"), "vera")
    hand.press(accept)
    expect(home.get_by_text("accepted and handed over to vera")).to_be_visible()
    assert hand.count <= 6
    done = Recommendation.objects.filter(status="accepted", owner__username="vera")
    assert sorted(one.resource.name for one in done) == [
        "batch-1",
        "batch-2",
        "batch-3",
    ]


def test_an_anomaly_is_handed_over_on_the_home_page(hand: Hand, home: Page) -> None:
    row = anomaly(CloudAccount.objects.get())
    home.goto("/")
    is_ready(home, "Home")
    button = home.get_by_text("Hand over", exact=True)
    expect(button).to_be_hidden()
    hand.choose(home.get_by_label(f"Owner of {row.title}"), "vera")
    hand.press(button)
    expect(home.get_by_text("now belongs to vera")).to_be_visible()
    assert hand.count <= 3
    assert Anomaly.objects.get().owner == User.objects.get(username="vera")


def test_a_budget_is_added_once_its_alert_was_tested(hand: Hand, home: Page) -> None:
    home.goto("/")
    is_ready(home, "Home")
    hand.press(home.get_by_role("link", name="Add a budget"))
    hand.fill(home.get_by_label("Name"), "Everything")
    hand.fill(home.get_by_label("Monthly amount"), "1500")
    hand.fill(home.get_by_label("Recipients"), "finance@example.com")
    hand.press(home.get_by_role("button", name="Send a test alert"))
    expect(home.get_by_text("Check that it arrived")).to_be_visible()
    assert [one.to for one in mail.outbox] == [["finance@example.com"]]
    hand.press(home.get_by_role("button", name="Save"))
    expect(home.get_by_role("heading", name="Everything", level=1)).to_be_visible()
    assert hand.count <= 6
    assert Budget.objects.get().recipients == ["finance@example.com"]


def test_a_range_of_two_accounts_is_read_again(
    hand: Hand, home: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)
    other, now = account(2, "staging"), timezone.now()
    store_costs(other, last_complete_days(30, now), {"AWS Lambda": "5"})
    for dataset in OF_AWS:
        run(other, dataset, now - timedelta(hours=1))
    home.goto("/")
    is_ready(home, "Home")
    hand.press(home.get_by_role("link", name="Operations"))
    hand.press(home.get_by_role("link", name="Coverage"))
    is_ready(home, "Coverage")
    for name in ("production", "staging"):
        hand.press(home.get_by_role("checkbox", name=re.compile(name)))
    hand.press(home.get_by_role("button", name="Estimate cost"))
    hand.press(home.get_by_role("button", name="Start all"))
    expect(home.get_by_role("heading", name="Progress")).to_be_visible()
    expect(home.get_by_role("button", name="Start all")).to_be_hidden()
    assert hand.count <= 6
    assert Backfill.objects.exclude(status="proposed").count() == 2


def test_who_moved_this_week_is_three_presses_from_its_days(
    hand: Hand, home: Page
) -> None:
    week, other = last_complete_days(7, timezone.now()), account(2, "staging")
    before = Window(week.start - timedelta(days=7), week.start)
    store_costs(other, before, {"Amazon S3": "5"})
    store_costs(other, week, {"Amazon S3": "7"})
    places = home.get_by_role("navigation", name="Main")
    home.goto("/")
    is_ready(home, "Home")
    hand.press(places.get_by_role("link", name="Costs"))
    hand.press(home.get_by_role("link", name="Changes", exact=True))
    is_ready(home, "Largest cost changes")
    hand.press(home.get_by_role("link", name="Amazon S3"))
    is_ready(home, "Costs")
    expect(home).to_have_url(re.compile(r"service=Amazon\+S3"))
    assert hand.count <= 3


def test_a_change_and_its_cause_are_three_presses_away(hand: Hand, home: Page) -> None:
    places = home.get_by_role("navigation", name="Main")
    home.goto("/")
    is_ready(home, "Home")
    hand.press(places.get_by_role("link", name="Costs"))
    is_ready(home, "Costs")
    why = home.get_by_role("region", name="What changed and why")
    used = why.get_by_role("row", name=re.compile("Used more"))
    expect(used).to_contain_text("+$150")
    hand.press(why.get_by_role("link", name="AWS Lambda", exact=True))
    is_ready(home, "Costs")
    expect(home).to_have_url(re.compile(r"service=AWS\+Lambda"))
    assert hand.count <= 3


def test_a_quarter_comes_to_excel(hand: Hand, home: Page) -> None:
    home.goto("/")
    is_ready(home, "Home")
    places = home.get_by_role("navigation", name="Main")
    hand.press(places.get_by_role("link", name="Costs"))
    is_ready(home, "Costs")
    quarter = home.get_by_role("link", name="This quarter")
    hand.press(quarter)
    expect(quarter).to_have_attribute("aria-current", "true")
    with home.expect_download() as file:
        hand.press(home.get_by_role("link", name="Excel", exact=True))
    assert hand.count <= 3
    assert re.fullmatch(
        r"costs_\d{4}-\d\d-01_\d{4}-\d\d-\d\d.*\.xlsx", file.value.suggested_filename
    )
