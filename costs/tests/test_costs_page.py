"""The costs page: its table sums to its total, and its URL holds its whole state."""

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from costs.models import DailyCost, Restatement
from costs.queries.breakdown import CostBreakdown, cost_breakdown
from costs.testing import charge, store_costs
from costs.views import page_query
from users.testing import person

pytestmark = pytest.mark.django_db
LAST_DAYS = last_complete_days(30, NOW)
BEFORE = LAST_DAYS.previous()


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def asked(query: str) -> CostBreakdown:
    return cost_breakdown(page_query(QueryDict(query), NOW), person("viewer"), {})


def page(client: Client, query: str = "") -> str:
    client.force_login(person("viewer"))
    return client.get(f"/costs/{query}").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "limit=2",
        "group_by=region",
        "group_by=none",
        "granularity=monthly",
        "metric=effective&limit=1",
        "start=2026-10-01&end=2026-11-01",
    ],
)
def test_the_lines_sum_to_the_total_of_both_periods(query: str) -> None:
    window = Window(date(2026, 8, 1), LAST_DAYS.end)
    store_costs(account(), window, {"A": "1.1", "B": "2.25", "C": "3", "D": "0.0001"})
    found = asked(query)
    assert found.total is not None
    assert found.total.total == sum(line.total for line in found.lines)
    assert found.total.before == sum(line.before or 0 for line in found.lines)
    assert found.total.before == sum(
        daily.billed for daily in DailyCost.objects.in_window(found.previous)
    )
    assert found.total.before


def test_a_service_that_is_no_longer_paid_for_keeps_its_line() -> None:
    owner = account()
    store_costs(owner, BEFORE, {"Old": "5", "Kept": "1"})
    store_costs(owner, LAST_DAYS, {"Kept": "1"})
    lines = {line.label: line for line in asked("").lines}
    assert lines["Old"].total == 0
    assert lines["Old"].change == Decimal(-150)


def test_with_a_limit_it_is_part_of_other() -> None:
    owner = account()
    store_costs(owner, BEFORE, {"Old": "5", "A": "3", "B": "1"})
    store_costs(owner, LAST_DAYS, {"A": "3", "B": "1"})
    lines = {line.label: line for line in asked("limit=1").lines}
    assert lines["Other"].before == Decimal(180)


def test_a_period_before_that_is_not_stored_whole_is_unknown(client: Client) -> None:
    store_costs(account(), LAST_DAYS, {"A": "1"})
    found = asked("")
    assert found.total is not None
    assert found.total.before is None
    assert "is not completely stored" in page(client)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (Window(date(2026, 10, 1), NOW.date()), "1 Nov – 30 Nov 2026 is not"),
        (Window(date(2026, 11, 1), date(2026, 12, 1)), "1 Oct – 31 Oct 2026 is not"),
        (
            Window(date(2026, 10, 5), NOW.date()),
            "1 Oct – 31 Oct 2026 and 1 Nov – 30 Nov 2026 are not",
        ),
    ],
)
def test_it_names_the_period_that_is_not_stored_whole(
    client: Client, stored: Window, said: str
) -> None:
    store_costs(account(), stored, {"A": "1"})
    text = page(client, "?start=2026-11-01&end=2026-12-01")
    assert f"{said} completely stored" in text


def test_a_reversed_range_drops_no_other_filter(client: Client) -> None:
    store_costs(account(), LAST_DAYS, {"A": "1"})
    text = page(client, "?start=2026-11-20&end=2026-11-10&service=A&group_by=region")
    kept = re.search(r'href="\?([^"]*)">Keep the other filters', text)
    assert kept is not None
    assert unescape(kept[1]) == "end=2026-11-10&service=A&group_by=region"
    assert "Invalid filters" not in page(client, f"?{unescape(kept[1])}")
    # Beside the days as they were given, in the form with the other filters.
    assert 'name="start" value="2026-11-20"' in text
    assert 'name="end" value="2026-11-10"' in text
    assert '<option value="region" selected>Region</option>' in text
    assert re.search(r'id="dates-error"[^>]*>start 2026-11-20 must be before', text)


def test_each_line_has_its_numbers_in_the_order_of_the_headings(
    client: Client,
) -> None:
    owner = account()
    store_costs(owner, BEFORE, {"A": "1", "B": "2"})
    store_costs(owner, LAST_DAYS, {"A": "3", "B": "1"})
    table = page(client).split('aria-labelledby="lines">')[-1]
    rows = [
        [re.sub(r"<.*?>", "", cell).strip() for cell in re.split(r"</t[hd]>", row)][:-1]
        for row in re.split(r"</tr>", table)
    ]
    heads = ["Service", "Cost", "Share", "Previous period", "Change", "Change, %"]
    assert [row[:4] for row in rows[:4]] == [
        heads[:4],
        ["A", "$90.00", "75.0%", "$30.00"],
        ["B", "$30.00", "25.0%", "$60.00"],
        ["Total", "$120.00", "100.0%", "$90.00"],
    ]
    assert [row[4:6] for row in rows[1:4]] == [
        ["+$60.00", "+200.0%"],
        ["−$30.00", "−50.0%"],
        ["+$30.00", "+33.3%"],
    ]


def test_what_is_excluded_is_named_and_left_out(client: Client) -> None:
    owner = account()
    store_costs(owner, LAST_DAYS, {"AWS Lambda": "2"})
    text = page(client, "?exclude=Usage")
    assert "Filtered: the total may differ from the bill." in text
    assert "No charge matches these filters" in text
    assert "$60.00" not in text
    text = page(client, "?service=EC2&exclude_service=AWS+Lambda")
    assert '<span class="count">2<span' in text


@pytest.mark.parametrize("name", ["exclude", "charge_category"])
def test_filters_by_category_say_what_they_can_not_tell_apart(
    client: Client, name: str
) -> None:
    store_costs(account(), LAST_DAYS, {"EC2": "1"})
    told = "Charges that the bill does not break down"
    assert told in page(client, f"?{name}=Tax")
    assert told not in page(client, "?service=EC2")
    assert told not in page(client)


def test_the_csv_sums_to_what_the_page_shows(client: Client) -> None:
    per_day = {"A": "1.0000000001", "B": "2", "C": "3"}
    store_costs(account(), LAST_DAYS, per_day)
    text = page(client, "?limit=2")
    assert "format=csv-excel" in text
    lines = rows_of(client, text, r'href="([^"]+format=csv-excel)"', "&exact=true")
    assert {line["service"] for line in lines} == {"C", "B", "Other"}
    total = sum(Decimal(line["amount"]) for line in lines)
    assert total == Decimal("180.0000000030")
    assert "$180.00" in text


def rows_of(
    client: Client, text: str, link: str, more: str = ""
) -> list[dict[str, str]]:
    """The rows of the CSV that the page links to."""
    found = re.search(link, text)
    assert found
    answered = client.get(unescape(found[1]) + more)
    content: bytes = answered.getvalue()
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


def test_the_csv_is_the_same_question(client: Client) -> None:
    store_costs(account(), LAST_DAYS, {"AWS Lambda": "2"})
    text = page(client, "?group_by=region&exclude=Tax&exclude=Credit&region=eu-west-1")
    assert (
        "/api/v1/costs/trend/?start=2026-10-21&amp;end=2026-11-20&amp;group_by=region"
        "&amp;metric=billed&amp;granularity=daily&amp;limit=10&amp;currency=USD"
        "&amp;region=eu-west-1&amp;exclude=Tax&amp;exclude=Credit&amp;format=csv-excel"
    ) in text


def test_estimated_days_and_restated_ones_are_marked(client: Client) -> None:
    owner = account()
    store_costs(owner, LAST_DAYS, {"A": "1"}, estimated_from=date(2026, 11, 19))
    Restatement.objects.create(
        account=owner,
        day=date(2026, 11, 3),
        currency="USD",
        old_billed=Decimal("0.80"),
        new_billed=Decimal(1),
        old_effective=Decimal("0.80"),
        new_effective=Decimal(1),
        was_estimated=False,
        restated_at=NOW - timedelta(days=1),
    )
    text = page(client)
    assert "from 19 Nov 2026" in text
    assert text.count('class="badge estimated"') == 2  # one day, and above them
    assert "Daily costs (CSV)" in text
    assert "Monthly costs (CSV)" in page(client, "?granularity=monthly")
    assert "Tue 3 Nov 2026" in text
    assert "$0.80" in text
    assert "no, was final" in text
    assert "Restated days" not in page(client, "?start=2026-11-04&end=2026-11-20")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?start=2026-11-10&end=2026-11-01", "must be before end"),
        ("?start=yesterday", "start"),
        ("?group_by=colour", "group_by"),
        ("?limit=0", "limit"),
        ("?account=999999999999", "account"),
        ("?start=2001-01-01&end=2051-01-01", "at most 1,100 days"),
        ("?chart=pie", "chart"),
        ("?sort=colour", "sort"),
    ],
)
def test_what_cannot_be_answered_is_named(
    client: Client, query: str, words: str
) -> None:
    account()
    text = page(client, query)
    assert "Invalid filters" in text
    assert words in text


def test_of_two_currencies_the_first_is_shown_and_the_other_offered(
    client: Client,
) -> None:
    store_costs(account(1), LAST_DAYS, {"A": "1"}, currency="USD")
    store_costs(account(2), LAST_DAYS, {"A": "2"}, currency="EUR")
    assert "60.00 EUR" in page(client)
    text = page(client, "?currency=USD")
    assert "$30.00" in text
    assert "<option >EUR</option>" in text


@pytest.mark.parametrize("granularity", ["daily", "monthly"])
def test_charges_of_a_day_without_a_total_are_shown_as_they_are(
    client: Client, granularity: str
) -> None:
    charge(account(), date(2026, 11, 3), "5")
    found = asked(f"granularity={granularity}")
    assert found.trend.total == 5
    assert sum(point.amount or 0 for point in found.trend.series[0].points) == 5
    assert "$5.00" in page(client, f"?granularity={granularity}")
