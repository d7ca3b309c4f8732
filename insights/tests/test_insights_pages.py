"""The pages of insights: what they show, to whom, and what they keep of a form."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY, Window
from costs.testing import store_costs, tagged
from insights.models import Anomaly, Feedback, Forecast, RefreshState
from insights.testing import (
    A_WEEK_AGO,
    anomaly,
    budget,
    forecast,
    month_end_miss,
    recommendation,
    resource_of,
    somebody,
    two_accounts,
)
from inventory.testing import instance
from metrics.testing import store_cpu
from users.models import AuditEntry

pytestmark = pytest.mark.django_db
PAGES = [
    "/insights/",
    "/insights/forecasts/",
    "/insights/anomalies/",
    "/insights/recommendations/",
    "/insights/budgets/",
]


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(path: str, user: User | None = None) -> str:
    response = browser(user or somebody("viewer")).get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def computed(owner: CloudAccount | None) -> None:
    RefreshState.objects.create(account=owner, refreshed_at=NOW)


def some_of_everything() -> CloudAccount:
    owner = account()
    store_costs(owner, Window(date(2026, 9, 1), TODAY), {"EC2": "9"})
    month_end_miss(forecast(None), date(2026, 10, 1))
    forecast(None, first=TODAY - timedelta(days=30), is_newest=False)
    forecast(owner)
    anomaly(owner)
    recommendation(owner)
    budget()
    computed(owner)
    return owner


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_them_without_signing_in(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("path", PAGES)
def test_who_has_no_right_is_refused(path: str) -> None:
    nobody = User.objects.create(username="nobody")
    assert browser(nobody).get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_without_data_they_say_so(path: str) -> None:
    assert page(path)


def test_before_the_first_refresh_it_says_that_it_is_being_computed() -> None:
    account()
    before = page("/insights/")
    assert "Insights are being computed" in before
    assert before.count("Not computed yet.") == 2
    computed(None)
    after = page("/insights/")
    assert "Insights are being computed" not in after
    assert "No anomaly is open." in after
    assert "There are no recommendations." in after


LISTS = ["anomalies", "recommendations", "forecasts"]


@pytest.mark.parametrize(
    "path", ["/insights/", *(f"/insights/{one}/" for one in LISTS)]
)
def test_without_an_account_nothing_is_being_computed(path: str) -> None:
    assert "being computed" not in page(path)
    account()
    assert "being computed" in page(path)


def test_what_failed_is_reported() -> None:
    owner = account()
    RefreshState.objects.create(account=owner, error="Anomalies of it: too odd.")
    assert "Anomalies of it: too odd." in page("/insights/")


def test_the_overview_tells_what_will_be_what_is_wrong_and_what_to_do() -> None:
    some_of_everything()
    told = page("/insights/")
    for text in (
        "$281.00",  # 19 days at 9 and 11 at 10
        "$270.00 to $292.00",
        "Month-end error: 10.0%, measured in 1 month so far",
        "EC2 in production",
        "+$120.00",
        "Stop web-",
        "$70.08",
        "All of it",
    ):
        assert text in told, text


@pytest.mark.parametrize("path", PAGES)
def test_who_is_limited_is_shown_nothing_of_others(path: str) -> None:
    mine, theirs = two_accounts()
    for owner, service in ((None, "Everything"), (theirs, "Theirs"), (mine, "Mine")):
        forecast(owner, scope="service", key=service)
        anomaly(owner, service=service)
        scope = "account" if owner else "total"
        budget(name=f"Budget {service}", scope=scope, account=owner)
        if owner:
            recommendation(owner, title=f"Stop {service}")
    told = page(path, somebody("viewer", mine))
    assert "Theirs" not in told and "Everything" not in told
    assert path == "/insights/" or "Mine" in told


def test_a_forecast_has_its_fan_and_the_same_as_a_table() -> None:
    some_of_everything()
    row = forecast(None, scope="service", key="EC2", days=5)
    told = page(row.get_absolute_url())
    assert 'data-chart="fan-chart"' in told
    assert '"label": "80% interval, upper bound"' in told
    assert told.count("$10.00") == 5
    assert "/costs/?currency=USD&amp;service=EC2" in told


def test_what_never_varies_has_no_error_and_says_why() -> None:
    some_of_everything()
    Forecast.objects.update(mase=None, naive_mase=None, coverage_80=1.0)
    told = page(Forecast.objects.newest()[0].get_absolute_url())
    assert "as every week is alike" in told
    assert "100%" in told


def test_an_anomaly_has_its_days_its_cause_and_its_history() -> None:
    owner = some_of_everything()
    told = page(Anomaly.objects.get().get_absolute_url())
    assert 'data-chart="anomaly-chart"' in told
    assert "+$120.00" in told and "100%" in told
    assert "The status has not been changed." in told
    assert "You do not have permission to change it" in told
    assert f"account={owner.account_id}" in told


def test_one_of_a_tag_has_its_days_and_leads_to_the_costs_of_the_tag() -> None:
    owner = account()
    owner.settings = {"tag_keys": ["cost center"]}
    owner.save()
    tagged(owner, A_WEEK_AGO, "R&D", "47.11", key="cost center")
    tag = {"tag_key": "cost center", "tag_value": "R&D"}
    row = anomaly(owner, scope="tag", service="", **tag)
    told = page(row.get_absolute_url())
    assert f"<h1>R&amp;D (tag cost center) in {owner.name}" in told
    assert "$47.11" in told
    (link,) = re.findall(r'href="(/costs/[^"]*group_by=tag[^"]*)"', told)
    assert "group_by=tag%3Acost+center&amp;tag=cost+center%3DR%26D" in link
    assert "R&amp;D" in page(unescape(link))


def test_one_of_a_machine_is_in_percent_and_leads_to_it() -> None:
    owner = account()
    machine = instance(owner, "web")
    store_cpu(machine, Window(TODAY - timedelta(days=9), TODAY), 50)
    row = anomaly(
        owner, resource_id=machine.pk, service="", currency="", impact=None, causes=[]
    )
    told = page(row.get_absolute_url())
    assert "CPU of web" in told and "50.0%" in told
    assert machine.get_absolute_url() in told


def test_a_status_is_changed_and_kept_with_its_note() -> None:
    row = anomaly(account())
    client = browser(somebody("operator", name="ada"))
    body = {"status": "planned", "version": "1", "note": "The sale"}
    response = client.post(f"{row.get_absolute_url()}status/", body, follow=True)
    told = response.content.decode()
    assert "Status changed to planned." in told and "The sale" in told and "ada" in told
    assert AuditEntry.objects.filter(action="anomaly.change_status").exists()


def test_who_is_late_is_told_and_keeps_his_text() -> None:
    row = anomaly(account())
    Anomaly.objects.update(status="planned", version=2)
    client = browser(somebody())
    body = {"status": "dismissed", "version": "1", "note": "What I think of it"}
    response = client.post(f"{row.get_absolute_url()}status/", body)
    told = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else has changed this" in told
    assert "What I think of it</textarea>" in told
    assert 'value="2"' in told  # what he sends next is a change of what is shown
    assert Anomaly.objects.get().status == "planned"


def test_to_dismiss_without_a_reason_is_refused_on_the_page() -> None:
    row = recommendation(account())
    client = browser(somebody())
    body = {"status": "dismissed", "version": "1", "note": ""}
    response = client.post(f"{row.get_absolute_url()}status/", body)
    assert "Give a reason for dismissing it" in response.content.decode()


def test_who_may_only_look_can_change_nothing() -> None:
    owner = account()
    client = browser(somebody("viewer"))
    for row in (anomaly(owner), recommendation(owner)):
        body = {"status": "resolved", "version": "1"}
        path = f"{row.get_absolute_url()}status/"
        assert client.post(path, body).status_code == 403


def test_a_recommendation_shows_its_evidence_steps_and_price() -> None:
    row = recommendation(account(), alternative_to="oversized")
    told = page(row.get_absolute_url())
    for text in (
        "Ask its owner.",
        "<dt>Days measured</dt><dd>32</dd>",
        "At AWS&#x27;s list price",
        "alternative to: oversized",
        resource_of(row).get_absolute_url(),
    ):
        assert text in told.replace("AWS's", "AWS&#x27;s"), text


def test_figures_are_named_for_people_and_have_their_units() -> None:
    evidence = {
        "average_percent": 6.65,
        "most_network_mb_a_day": 3416.21,
        "running_share": 0.5,
        "hourly_price": "0.2520",
        "monthly_cost": "1183.96",
        "off_from_hour_utc": 19,
        "first_day": "2026-10-19",
        "quiet_weekends": True,
        "memory_maximum_percent": None,
        "to_type": "r6i.large",
        "size_gib": 1000.5,
        "throughput_mib": 250,
        "highest_requests_a_day": 12345,
        "reading_monthly": "1.50",
        "something_new": 3,
    }
    row = recommendation(account(), evidence=evidence)
    told = page(row.get_absolute_url())
    for name, value in (
        ("Average CPU", "6.7%"),
        ("Maximum daily network", "3,416 MB"),
        ("Running time", "50%"),
        ("Hourly price", "0.2520 USD"),
        ("Monthly cost", "$1,183.96"),
        ("Stop at", "19:00 UTC"),
        ("First day", "19 Oct 2026"),
        ("Quiet weekends", "yes"),
        ("Maximum memory", "—"),
        ("To type", "r6i.large"),
        ("Size", "1,000.5 GiB"),
        ("Throughput", "250 MiB/s"),
        ("Highest requests a day", "12,345"),
        ("Monthly cost of reads", "$1.50"),
        ("Something new", "3"),
    ):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in told, name


def test_what_one_thinks_of_it_is_kept_once() -> None:
    row = recommendation(account())
    client = browser(somebody())
    path = f"{row.get_absolute_url()}feedback/"
    client.post(path, {"rating": "2", "comment": "Hm"})
    response = client.post(path, {"rating": "5", "is_flagged": "on"}, follow=True)
    given = Feedback.objects.get()
    assert (given.rating, given.comment, given.is_flagged) == (5, "Hm", True)
    assert "5.0 of 5, 1 rating; 1 flagged" in response.content.decode()
    assert client.post(path, {"rating": "6"}).status_code == 409


def test_a_rating_without_comment_and_flag_keeps_both() -> None:
    row = recommendation(account())
    client = browser(somebody())
    path = f"{row.get_absolute_url()}feedback/"
    client.post(path, {"rating": "2", "comment": "Hm", "is_flagged": "on"})
    client.post(path, {"rating": "4"})
    given = Feedback.objects.get()
    assert (given.rating, given.comment, given.is_flagged) == (4, "Hm", True)
    # The page's form posts all fields: there they can be cleared.
    assert '<input type="hidden" name="is_flagged" value="false">' in (
        client.get(row.get_absolute_url()).content.decode()
    )
    client.post(path, {"rating": "4", "comment": "", "is_flagged": "false"})
    given.refresh_from_db()
    assert (given.comment, given.is_flagged) == ("", False)


@pytest.mark.parametrize("path", PAGES[1:])
def test_filters_that_make_no_sense_are_named(path: str) -> None:
    some_of_everything()
    name = "account" if "recommendations" in path or "budgets" in path else "scope"
    told = page(f"{path}?{name}=odd")
    assert f"<code>{name}</code>" in told


def test_long_lists_come_in_pages() -> None:
    owner = account()
    for number in range(30):
        anomaly(owner, service=f"S{number:02}")
    first, second = (page(f"/insights/anomalies/?page={number}") for number in (1, 2))
    assert "1–25 of 30" in first and "26–30 of 30" in second


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        # Session, user, limit, count, rows, accounts, what waits, footer; and:
        ("/insights/forecasts/", 15),  # versions, misses, points, costs, state (2)
        ("/insights/anomalies/", 15),  # people, net impact, judged, state (2)
        # both savings, categories, remarks, people, totals, groups, state (2)
        ("/insights/recommendations/", 19),
        ("/insights/budgets/", 12),  # versions, people, channels
    ],
)
def test_more_rows_are_no_more_queries(
    django_assert_num_queries: Any, path: str, queries: int
) -> None:
    owner = account()
    for number in range(12):
        name = f"S{number}"
        forecast(owner, scope="service", key=name, days=15)
        anomaly(owner, service=name)
        recommendation(owner, instance(owner, name))
        budget(name=name)
    client = browser(somebody("viewer"))
    client.get(path)
    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200


def test_a_past_forecast_is_a_link_unless_it_was_made_afterwards() -> None:
    made = forecast(None, scope="service", key="EC2", days=5)
    for is_replayed in (False, True):
        made.is_replayed = is_replayed
        window = Window(TODAY, TODAY + ONE_DAY)
        row = {"forecast": made, "window": window, "days_within_80": 1, "days": 1}
        row |= dict.fromkeys(("forecasted", "actual", "error_percent"))
        context = {"past": [row], "currency": "USD"}
        told = render_to_string("insights/parts/past.html", context)
        assert ("made afterwards" in told) == is_replayed
        assert (made.get_absolute_url() in told) != is_replayed
