"""Periods that are named from today, and what a window is compared with."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clouds.testing import account
from core.periods import PERIODS, period_window
from core.testing.clock import NOW
from core.windows import Window
from costs.queries.coverage import year_before
from costs.queries.query import CostQuery, InvalidQuery
from costs.testing import store_costs
from users.testing import ask, person, refused

LAST_MONTH = Window(date(2026, 10, 1), date(2026, 11, 1))
LATER = datetime(2026, 12, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("7_days", "2026-11-13..2026-11-20"),
        ("30_days", "2026-10-21..2026-11-20"),
        ("90_days", "2026-08-22..2026-11-20"),
        ("this_month", "2026-11-01..2026-11-20"),
        ("last_month", "2026-10-01..2026-11-01"),
        ("this_quarter", "2026-10-01..2026-11-20"),
        ("last_quarter", "2026-07-01..2026-10-01"),
        ("this_year", "2026-01-01..2026-11-20"),
        ("last_year", "2025-01-01..2026-01-01"),
        ("12_months", "2025-11-01..2026-11-01"),
        ("last_month_year_ago", "2025-10-01..2025-11-01"),
    ],
)
def test_each_period_ends_before_today(name: str, days: str) -> None:
    assert str(period_window(name, NOW)) == days


@pytest.mark.parametrize("name", PERIODS)
@given(at=st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)))
def test_every_day_has_each_period(name: str, at: datetime) -> None:
    window = period_window(name, at.replace(tzinfo=UTC))
    assert window.end <= at.date() + timedelta(days=1)


def test_lines_are_of_the_days_of_their_costs() -> None:
    query = CostQuery.from_values({"period": "30_days"}, NOW, raw_days=2)
    assert "start=2026-10-19&end=2026-11-18" in query.line_parameters
    assert "period" not in query.line_parameters


def test_last_month_stays_last_month_in_a_bookmark() -> None:
    query = CostQuery.from_values({"period": "last_month"}, NOW)
    assert query.window == LAST_MONTH
    for address in (query.parameters(sort="name"), query.api_parameters):
        assert "start=" not in address
        later = CostQuery.from_url(QueryDict(address), LATER)
        assert str(later.window) == "2026-11-01..2026-12-01"


def test_a_day_of_a_period_is_a_day() -> None:
    query = CostQuery.from_values({"period": "last_month"}, NOW)
    address = query.parameters(start="2026-10-05", end="2026-10-06")
    assert CostQuery.from_url(QueryDict(address), LATER).window.start.day == 5


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"period": "yesterday"}, '"yesterday" is not valid.'),
        ({"period": "last_month", "start": "2026-10-01"}, "Give a period, or start"),
    ],
)
def test_what_is_no_period_is_refused(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidQuery, match=re.escape(reason)):
        CostQuery.from_values(values, NOW)


@given(start=st.dates(date(2001, 1, 1), date(2098, 1, 1)), length=st.integers(1, 1100))
def test_any_window_has_one_a_year_before(start: date, length: int) -> None:
    before = year_before(Window(start, start + timedelta(days=length)))
    assert before.start.year == start.year - 1
    assert abs(len(before) - length) <= 1


def test_a_leap_day_is_compared_with_the_28th() -> None:
    leap = Window(date(2028, 2, 28), date(2028, 2, 29))
    assert str(year_before(leap)) == "2027-02-28..2027-03-01"


@pytest.fixture
def bills(db: None) -> None:
    store_costs(account(), Window(date(2025, 10, 1), date(2025, 11, 1)), {"EC2": "2"})
    store_costs(account(2), Window(date(2026, 9, 1), date(2026, 11, 20)), {"EC2": "3"})


@time_machine.travel(NOW, tick=False)
def test_the_api_takes_a_period(bills: None) -> None:
    for path in ("trend", "daily", "summary"):
        found = ask(f"costs/{path}/", period="last_month")
        assert (found["start"], found["end"], found["total"]) == (
            *("2026-10-01", "2026-11-01", "93.00"),
        )
    assert "period" in refused("costs/trend/", period="x")


@time_machine.travel(NOW, tick=False)
def test_a_year_ago_is_compared_with_where_both_are_stored(db: None) -> None:
    owner = account()
    store_costs(owner, Window(date(2025, 10, 1), date(2025, 11, 1)), {"EC2": "2"})
    store_costs(owner, Window(date(2026, 9, 1), date(2026, 11, 1)), {"EC2": "3"})
    asked = {"period": "last_month", "currency": "USD"}
    year = ask("costs/summary/", **asked, compare="year_ago")
    assert (year["previous_total"], year["change_percent"]) == ("62.00", 50.0)
    assert ask("costs/summary/", **asked)["previous_total"] == "90.00"


@time_machine.travel(NOW, tick=False)
def test_the_page_compares_with_a_year_ago(client: Client, db: None) -> None:
    owner = account()
    store_costs(owner, Window(date(2025, 10, 1), date(2025, 11, 1)), {"EC2": "2"})
    store_costs(owner, Window(date(2026, 9, 1), date(2026, 11, 1)), {"EC2": "3"})
    client.force_login(person("viewer"))
    asked = "/costs/?period=last_month&compare=year_ago"
    text = client.get(asked).content.decode()
    assert "$62.00 in 1 Oct – 31 Oct 2025" in text
    file = json.loads(client.get(asked.replace("?", "all.json?")).content)
    assert file["before"]["start"] == "2025-10-01"
    assert (file["start"], file["period"]) == ("2026-10-01", "last_month")


@time_machine.travel(NOW, tick=False)
def test_quick_ranges_are_relative_and_keep_the_filters(
    client: Client, bills: None
) -> None:
    client.force_login(person("viewer"))
    text = client.get("/costs/?start=2026-09-01&end=2026-09-05&service=EC2")
    link = re.search(r'href="(\?[^"]+)"[^>]*>Last month</a>', text.content.decode())
    assert link
    assert unescape(link[1]) == "?service=EC2&period=last_month"
    shown = client.get(f"/costs/{unescape(link[1])}").content.decode()
    assert re.search(r'aria-current="true">Last month</a>', shown)
    assert '<input type="hidden" name="period" value="last_month">' in shown


@time_machine.travel(NOW, tick=False)
def test_days_that_were_chosen_leave_the_period(client: Client, bills: None) -> None:
    client.force_login(person("viewer"))
    asked = "/costs/?period=last_month&start=2026-10-05&end=2026-10-07"
    text = client.get(asked).content.decode()
    assert "5 Oct – 6 Oct 2026" in text
    assert 'name="period"' not in text


@time_machine.travel(datetime(2026, 11, 1, 8, tzinfo=UTC), tick=False)
def test_a_month_that_begins_today_is_not_offered(client: Client, bills: None) -> None:
    client.force_login(person("viewer"))
    text = client.get("/costs/").content.decode()
    assert ">Last month</a>" in text
    assert ">This month</a>" not in text
    assert client.get("/costs/?period=this_month").status_code == 200
