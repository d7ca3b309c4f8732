"""Tasks of a FinOps engineer and a platform engineer, each in its largest number of
clicks, from the home page on."""

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
from core.testing.browser import Clicks, is_ready, let_in
from core.windows import Window, last_complete_days
from costs.testing import store_costs
from insights.models import Anomaly, Budget, Recommendation
from insights.testing import anomaly, recommendation, somebody
from inventory.testing import instance
from syncs.models import Backfill
from syncs.testing import OF_AWS, run

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def home(page: Page, company: None, live_server: LiveServer) -> Page:
    """The home page of an operator, who has a colleague."""
    let_in(page.context, somebody("operator", name="otto"), live_server.url)
    somebody("operator", name="vera")
    return page


def test_three_machines_are_handed_to_who_switches_them_off(home: Page) -> None:
    owner, clicks = CloudAccount.objects.get(), Clicks()
    machines = {"batch-1", "batch-2", "batch-3"}
    for name in (*machines, "web-9"):
        recommendation(owner, instance(owner, name))
    home.goto("/")
    panel = home.get_by_role("region", name="Needs you")
    clicks(panel.get_by_role("link", name="Recommendations"))
    is_ready(home, "Recommendations")
    for name in machines:
        clicks(home.get_by_label(f"Select: Stop {name}"))
    bar = home.get_by_role("group", name="Change what is selected")
    clicks.choose(bar.get_by_label("Owner"), "vera")
    clicks(bar.get_by_role("button", name="Accept"))
    expect(home.get_by_text("accepted and handed over to vera")).to_be_visible()
    assert clicks.count <= 6
    done = Recommendation.objects.filter(status="accepted", owner__username="vera")
    assert sorted(one.resource.name for one in done) == [
        "batch-1",
        "batch-2",
        "batch-3",
    ]


def test_what_was_selected_is_not_selected_once_other_rows_stand_there(
    home: Page,
) -> None:
    owner = CloudAccount.objects.get()
    recommendation(owner, instance(owner, "batch-1"), savings_monthly=90)
    recommendation(owner, instance(owner, "web-9"), priority="low")
    home.goto("/insights/recommendations/")
    home.get_by_label("Select: Stop batch-1").check()
    expect(home.get_by_text("1 selected")).to_be_visible()
    home.get_by_label("Priority").select_option("low")
    expect(home.get_by_label("Select: Stop batch-1")).to_be_hidden()
    expect(home.get_by_label("Select: Stop web-9")).not_to_be_checked()
    expect(home.get_by_text("1 selected")).to_be_hidden()
    home.get_by_label("Select: Stop web-9").check()
    expect(home.get_by_text("1 selected")).to_be_visible()


def test_an_anomaly_is_handed_over_on_the_home_page(home: Page) -> None:
    row, clicks = anomaly(CloudAccount.objects.get()), Clicks()
    home.goto("/")
    button = home.get_by_text("Hand over", exact=True)
    expect(button).to_be_hidden()
    clicks.choose(home.get_by_label(f"Owner of {row.title}"), "vera")
    clicks(button)
    expect(home.get_by_text("now belongs to vera")).to_be_visible()
    assert clicks.count <= 3
    assert Anomaly.objects.get().owner == User.objects.get(username="vera")


def test_a_budget_is_added_once_its_alert_was_tested(home: Page) -> None:
    clicks = Clicks()
    home.goto("/")
    clicks(home.get_by_role("link", name="Add a budget"))
    home.get_by_label("Name").fill("Everything")
    home.get_by_label("Monthly amount").fill("1500")
    home.get_by_label("Recipients").fill("finance@example.com")
    clicks(home.get_by_role("button", name="Send a test alert"))
    expect(home.get_by_text("Check that it arrived")).to_be_visible()
    assert [one.to for one in mail.outbox] == [["finance@example.com"]]
    clicks(home.get_by_role("button", name="Save"))
    expect(home.get_by_role("heading", name="Everything", level=1)).to_be_visible()
    assert clicks.count <= 6
    assert Budget.objects.get().recipients == ["finance@example.com"]


def test_a_range_of_two_accounts_is_read_again(
    home: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)
    other, clicks, now = account(2, "staging"), Clicks(), timezone.now()
    store_costs(other, last_complete_days(30, now), {"AWS Lambda": "5"})
    for dataset in OF_AWS:
        run(other, dataset, now - timedelta(hours=1))
    home.goto("/")
    clicks(home.get_by_role("link", name="Operations"))
    clicks(home.get_by_role("link", name="Coverage"))
    is_ready(home, "Coverage")
    for name in ("production", "staging"):
        clicks(home.get_by_role("checkbox", name=re.compile(name)))
    clicks(home.get_by_role("button", name="Estimate cost"))
    clicks(home.get_by_role("button", name="Start all"))
    expect(home.get_by_role("heading", name="Progress")).to_be_visible()
    expect(home.get_by_role("button", name="Start all")).to_be_hidden()
    assert clicks.count <= 6
    assert Backfill.objects.exclude(status="proposed").count() == 2


def test_who_moved_this_week_is_three_clicks_from_its_days(home: Page) -> None:
    week, other = last_complete_days(7, timezone.now()), account(2, "staging")
    before = Window(week.start - timedelta(days=7), week.start)
    store_costs(other, before, {"Amazon S3": "5"})
    store_costs(other, week, {"Amazon S3": "7"})
    clicks, places = Clicks(), home.get_by_role("navigation", name="Main")
    home.goto("/")
    clicks(places.get_by_role("link", name="Costs"))
    clicks(home.get_by_role("link", name="Changes", exact=True))
    is_ready(home, "Largest cost changes")
    clicks(home.get_by_role("link", name="Amazon S3"))
    is_ready(home, "Costs")
    expect(home).to_have_url(re.compile(r"service=Amazon\+S3"))
    assert clicks.count <= 3


def test_a_change_and_its_cause_are_three_clicks_away(home: Page) -> None:
    clicks, places = Clicks(), home.get_by_role("navigation", name="Main")
    home.goto("/")
    clicks(places.get_by_role("link", name="Costs"))
    is_ready(home, "Costs")
    why = home.get_by_role("region", name="What changed and why")
    used = why.get_by_role("row", name=re.compile("Used more"))
    expect(used).to_contain_text("+$150")
    clicks(why.get_by_role("link", name="AWS Lambda", exact=True))
    is_ready(home, "Costs")
    expect(home).to_have_url(re.compile(r"service=AWS\+Lambda"))
    assert clicks.count <= 3
