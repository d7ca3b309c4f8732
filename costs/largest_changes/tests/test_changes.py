"""The largest changes: whose they are, in any window, and that they sum up."""

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW, TODAY
from core.testing.workbooks import records_of
from core.windows import Window, last_complete_days
from costs.testing import store_costs
from users.testing import ask, person, refused, viewer

THIS_WEEK = last_complete_days(7, NOW)
BEFORE = Window(date(2026, 9, 1), THIS_WEEK.start)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner(db: None) -> CloudAccount:
    """One account with a rise, a fall, what is new, and what stayed the same."""
    owner = account(1, "production")
    store_costs(owner, BEFORE, {"EC2": "10", "RDS": "8", "S3": "5"})
    store_costs(owner, THIS_WEEK, {"EC2": "13", "RDS": "1", "S3": "5", "SQS": "2"})
    return owner


def changes(**asked: Any) -> Any:
    return ask("costs/changes/", **{"period": "7_days", **asked})


@pytest.mark.on_each_database
def test_the_largest_come_first_up_or_down(owner: CloudAccount) -> None:
    found = changes(group_by="account,service")
    assert [(one["keys"][1], one["change"]) for one in found["changes"]] == [
        ("RDS", "-49.00"),
        ("EC2", "21.00"),
        ("SQS", "14.00"),
    ]
    assert (found["total"], found["previous_total"]) == ("147.00", "161.00")
    assert (found["change"], found["others"]) == ("-14.00", "0.00")
    assert (found["previous_start"], found["previous_end"]) == (
        *("2026-11-06", "2026-11-13"),
    )
    assert [one["change_percent"] for one in found["changes"]] == [-87.5, 30.0, None]


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_with_the_others_they_sum_to_the_whole(owner: CloudAccount, limit: int) -> None:
    found = changes(group_by="service", limit=limit)
    listed = sum(Decimal(one["change"]) for one in found["changes"])
    assert len(found["changes"]) == min(limit, 3)
    assert listed + Decimal(found["others"]) == Decimal(found["change"])


def test_a_window_ends_with_the_newest_stored_day(db: None) -> None:
    until = TODAY - timedelta(days=2)
    store_costs(account(), Window(date(2026, 9, 1), until), {"EC2": "10"})
    found = changes(period="this_month")
    assert (found["start"], found["end"]) == ("2026-11-01", str(until))
    assert found["previous_end"] == "2026-10-18"
    assert (found["changes"], found["change"]) == ([], "0.00")


def test_an_account_that_was_connected_in_between_is_no_change(
    owner: CloudAccount,
) -> None:
    store_costs(account(2, "new"), THIS_WEEK, {"EC2": "1000"})
    found = changes(group_by="account")
    assert found["not_compared"] == ["000000000002"]
    assert found["total"] == "147.00"
    assert [one["key"] for one in found["changes"]] == ["000000000001"]


def test_several_currencies_are_never_ranked_together(owner: CloudAccount) -> None:
    store_costs(
        account(3, "europe"),
        Window(BEFORE.start, THIS_WEEK.end),
        {"EC2": "3"},
        currency="EUR",
    )
    assert "EUR, USD" in refused("costs/changes/", period="7_days")["currency"][0]
    assert changes(currency="eur")["currency"] == "EUR"


def test_it_compares_with_a_year_ago(db: None) -> None:
    owner = account()
    store_costs(owner, Window(date(2025, 10, 1), date(2025, 11, 1)), {"EC2": "2"})
    store_costs(owner, Window(date(2026, 10, 1), date(2026, 11, 1)), {"EC2": "3"})
    found = changes(period="last_month", compare="year_ago")
    assert (found["previous_start"], found["change"]) == ("2025-10-01", "31.00")


def test_what_it_cannot_answer_is_refused_or_nothing(owner: CloudAccount) -> None:
    assert "granularity" in refused("costs/changes/", granularity="monthly")
    assert "group_by" in refused("costs/changes/", group_by="colour")
    nothing = ask("costs/changes/", start="2020-01-01", end="2020-02-01")
    assert (nothing["total"], nothing["changes"]) == (None, [])


def test_a_limited_user_sees_changes_of_own_accounts(client: Client, db: None) -> None:
    mine, hidden = account(1, "shop"), account(2, "payroll")
    for one in (mine, hidden):
        store_costs(one, BEFORE, {"EC2": "1"})
        store_costs(one, THIS_WEEK, {"EC2": "2"})
    user = person("viewer")
    see_only(user, mine)
    client.force_login(user)
    text = client.get("/costs/changes/").content.decode()
    assert "shop" in text
    assert "payroll" not in text


def page(client: Client, query: str = "") -> str:
    client.force_login(person("viewer"))
    return client.get(f"/costs/changes/{query}").content.decode()


def test_the_page_says_who_moved_this_week_and_leads_to_its_days(
    client: Client, owner: CloudAccount
) -> None:
    text = page(client)
    assert "13 Nov – 19 Nov 2026" in text
    assert re.search(r'aria-current="true">7 days</a>', text)
    link = re.search(r'href="([^"]+)">RDS</a>', text)
    assert link
    inside = client.get(unescape(link[1])).content.decode()
    assert '<p class="big">$7.00</p>' in inside


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?period=last_year", "No costs are stored for these days"),
        ("?service=S3", "Nothing changed by a cent"),
        ("?period=90_days", "Nothing can be compared"),
        ("?group_by=colour", "Invalid filters"),
        ("?start=2026-11-10&end=2026-11-01", "must be before end"),
    ],
)
def test_it_says_why_there_is_nothing(
    client: Client, owner: CloudAccount, query: str, said: str
) -> None:
    assert said in page(client, query)


def test_its_files_are_the_table(client: Client, owner: CloudAccount) -> None:
    text = page(client, "?group_by=account&group_by=service")
    book, sheet = (
        client.get(unescape(link))
        for link in re.findall(r'href="([^"]+table\.(?:xlsx|csv)[^"]*)"', text)
    )
    rows = list(csv.DictReader(sheet.getvalue().decode("utf-8-sig").splitlines()))
    assert [row["change"] for row in rows] == ["-49.00", "21.00", "14.00"]
    assert [row["change"] for row in records_of(book)] == [-49, 21, 14]
    assert (
        'filename="cost-changes_2026-11-13_2026-11-19' in sheet["Content-Disposition"]
    )


def test_the_api_has_files_too(owner: CloudAccount) -> None:
    answer = viewer().get("/api/v1/costs/changes/?period=7_days&format=xlsx")
    assert [row["service"] for row in records_of(answer)] == ["RDS", "EC2", "SQS"]
