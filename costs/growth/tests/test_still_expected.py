"""What recent days will still grow by: said where it was measured, else not known."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY, Window, last_complete_days
from costs.growth.shares import GrowthShares
from costs.growth.still_expected import raw_days, still_expected
from costs.growth.testing import measured_growth
from costs.queries.source import CostSource
from costs.testing import store_costs
from users.testing import ask, person

pytestmark = pytest.mark.django_db
RECENT = last_complete_days(16, NOW)
NOT_KNOWN = "How much recent days still grow is not known yet."


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def growing(number: int = 1, name: str = "production") -> CloudAccount:
    """$10 a day; days grow by a quarter after a day, and by a ninth after two."""
    owner = account(number, name)
    measured_growth(owner, "0.2", "0.1")
    store_costs(owner, RECENT, {"EC2": "8", "S3": "2"})
    return owner


def page(client: Client, query: str = "", path: str = "/costs/") -> str:
    client.force_login(person("viewer"))
    return " ".join(client.get(f"{path}{query}").content.decode().split())


def chart(text: str) -> dict[str, Any]:
    found = re.search(r'id="costs-chart"[^>]*>(.*?)</script>', text)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_shares_are_known_from_the_first_age_on() -> None:
    one, hundred = Decimal(1), Decimal(100)
    of = GrowthShares.of
    assert of([]) == GrowthShares()
    assert not of([(2, 9, hundred, hundred)]).is_known
    assert not of([(1, 2, hundred, hundred)]).is_known
    assert not of([(1, 9, Decimal(0), one)]).is_known
    found = of(
        [(1, 9, hundred, hundred + 4), (2, 7, hundred, hundred), (4, 9, one, 2 * one)]
    )
    assert (found.shares, found.days) == ({1: Decimal("0.04"), 2: 0}, 9)
    assert (found.raw_days, found.percents) == (1, [(1, Decimal(4))])


def test_a_day_is_raw_until_no_older_one_grows_notably() -> None:
    sums = [(1, 9, 1000, 1004), (2, 9, 1000, 995), (3, 9, 1000, 1004)]
    found = GrowthShares.of((a, n, Decimal(k), Decimal(s)) for a, n, k, s in sums)
    assert found.raw_days == 2  # it falls by half a percent


def test_each_raw_day_grows_by_its_share() -> None:
    growing()
    source = CostSource.visible_to(person("viewer")).in_currency("USD")
    spans = source.spans(RECENT)
    found = still_expected(source, spans, RECENT)
    yesterday = TODAY - ONE_DAY
    assert found.per_day == {
        yesterday - ONE_DAY: Decimal("1.11"),
        yesterday: Decimal("2.50"),
    }
    assert found.amount == Decimal("3.61")
    assert found.window == Window(yesterday - ONE_DAY, TODAY)
    assert found.within(Window(yesterday, TODAY)).amount == Decimal("2.50")
    before = still_expected(source, spans, Window(RECENT.start, yesterday))
    assert before.amount == Decimal("1.11")


def test_the_days_before_the_newest_week_are_settled_and_nothing_is_asked(
    django_assert_num_queries: Any,
) -> None:
    growing()
    source = CostSource.visible_to(person("viewer")).in_currency("USD")
    spans = source.spans(RECENT)
    with django_assert_num_queries(0):
        found = still_expected(
            source, spans, Window(date(2026, 11, 1), TODAY - 7 * ONE_DAY)
        )
    assert (found.amount, found.is_known, found.is_recent) == (0, True, False)


def test_costs_that_fell_behind_are_as_young_as_when_they_were_read() -> None:
    owner = account()
    measured_growth(owner, "0.2")
    behind = Window(RECENT.start, TODAY - 5 * ONE_DAY)
    store_costs(owner, behind, {"EC2": "10"})
    source = CostSource.visible_to(person("viewer")).in_currency("USD")
    found = still_expected(source, source.spans(RECENT), RECENT)
    assert found.per_day == {behind.end - ONE_DAY: Decimal("2.50")}


def test_the_page_ends_before_raw_days_and_says_what_is_expected_of_them(
    client: Client,
) -> None:
    growing()
    assert raw_days(person("viewer")) == 2
    text = page(client)
    assert 'name="end" value="2026-11-18"' in text
    assert "still growing" not in text
    assert chart(text)["expected"] == [None] * 30
    text = page(client, "?start=2026-11-10&end=2026-11-20")
    assert "still growing</span> +$3.61 expected" in text
    assert "18 Nov – 19 Nov 2026, by the measured growth of 3 such days" in text
    assert chart(text)["expected"] == [*[None] * 8, 1.11, 2.5]
    assert "+$2.50 expected</span>" in text.split("Daily values")[1]


def test_ranges_of_the_last_days_end_before_raw_ones_and_months_do_not(
    client: Client,
) -> None:
    growing()
    ranges = page(client).split('aria-label="Quick ranges"')[1].split("</nav>")[0]
    days = re.findall(r'title="([^"]+)"[^>]*>([^<]+)</a>', ranges)
    assert days[:4] == [
        ("11 Nov – 17 Nov 2026", "7 days"),
        ("19 Oct – 17 Nov 2026", "30 days"),
        ("20 Aug – 17 Nov 2026", "90 days"),
        ("1 Nov – 19 Nov 2026", "This month"),
    ]
    for path in ("/costs/", "/costs/changes/", "/teams/"):
        assert "19 Oct – 17 Nov 2026" in page(client, "?period=30_days", path)
    assert ask("costs/summary/", period="7_days")["end"] == "2026-11-18"


def test_months_have_the_sum_of_their_raw_days(client: Client) -> None:
    growing()
    text = page(client, "?start=2026-10-01&end=2026-11-20&granularity=monthly")
    assert chart(text)["expected"] == [None, 3.61]


def test_a_filter_is_estimated_by_the_growth_of_the_whole_bill(client: Client) -> None:
    growing()
    text = page(client, "?start=2026-11-10&end=2026-11-20&service=S3")
    assert "+$0.72 expected" in text  # 2/8 and 2/9 of it


def test_where_nothing_was_measured_it_is_not_known(client: Client) -> None:
    store_costs(account(), RECENT, {"EC2": "10"})
    assert raw_days(person("viewer")) == 0
    text = page(client)
    assert NOT_KNOWN in text
    assert 'name="end" value="2026-11-20"' in text
    assert NOT_KNOWN in page(client, path="/")
    assert NOT_KNOWN not in page(client, "?start=2026-11-04&end=2026-11-13")
    told = ask("costs/summary/")
    assert told["still_expected"] is told["raw_days"] is None


def test_days_that_do_not_grow_are_worth_no_word(client: Client) -> None:
    owner = account()
    measured_growth(owner)
    store_costs(owner, RECENT, {"EC2": "10"})
    text = page(client, "?start=2026-11-10&end=2026-11-20")
    assert NOT_KNOWN not in text and "still growing" not in text
    told = ask("costs/summary/", start="2026-11-10", end="2026-11-20")
    assert (told["still_expected"], told["raw_days"]) == ("0.00", 0)


def test_who_is_limited_is_told_of_the_bills_that_they_see() -> None:
    growing()
    quiet = account(2, "quiet")
    store_costs(quiet, RECENT, {"EC2": "10"})
    limited = person("viewer")
    see_only(limited, quiet)
    assert raw_days(limited) == 0


def test_an_account_filter_is_about_the_growth_of_that_bill() -> None:
    growing()
    quiet = account(2, "quiet")
    measured_growth(quiet)
    store_costs(quiet, RECENT, {"EC2": "10"})
    days = {"start": "2026-11-10", "end": "2026-11-20"}
    told = ask("costs/summary/", account=quiet.account_id, **days)
    assert told["still_expected"] == "0.00"
    told = ask("costs/summary/", account="000000000001", **days)
    assert (told["still_expected"], told["raw_days"]) == ("3.61", 2)


def test_the_api_ends_its_default_before_raw_days() -> None:
    growing()
    for path in ("trend", "summary", "daily", "changes"):
        told = ask(f"costs/{path}/")
        assert (told["start"], told["end"]) == ("2026-10-19", "2026-11-18")
    week = ask("costs/changes/", period="7_days")
    assert (week["start"], week["end"]) == ("2026-11-11", "2026-11-18")


def test_the_home_page_says_it_of_the_month_and_marks_the_days(client: Client) -> None:
    growing()
    text = page(client, path="/")
    month = text.split("<h2>Month to date</h2>")[1].split("</article>")[0]
    assert "+$3.61 expected" in month
    assert chart(text)["expected"][-2:] == [1.11, 2.5]


def test_restated_days_are_a_table_and_a_file_on_demand(client: Client) -> None:
    growing()
    days = "?start=2026-10-01&end=2026-11-20"
    text = page(client, days)
    fold = text.split('id="restated"')[1]
    assert (
        "Such days grew by 25.0% after a read 1 day later and 11.1% after a read 2"
        in (fold)
    )
    assert fold.index("<details") < fold.index('id="restated-2026-10-31"')
    client.force_login(person("viewer"))
    answer = client.get(f"/costs/restatements.csv{days}")
    rows = list(csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines()))
    assert len(rows) == 6
    assert rows[0]["day"] == "2026-10-31"
    # As Excel takes it for a text.
    assert rows[0]["account"] == '="000000000001"'
    assert rows[0]["account_name"] == "production"
    assert [row["old_billed"] for row in rows[:2]] == ["0.90", "0.80"]


def test_a_restatements_file_refuses_what_the_page_refuses(client: Client) -> None:
    growing()
    client.force_login(person("viewer"))
    answer = client.get("/costs/restatements.csv?start=soon")
    assert answer.status_code == 400
    assert b"start: Give a day such as 2026-01-31." in answer.content
    assert client.get("/costs/restatements.csv?account=9").status_code == 400


def test_a_young_day_of_another_currency_is_not_added() -> None:
    owner = growing()
    store_costs(owner, RECENT, {"EC2": "100"}, currency="EUR")
    days = {"start": str(TODAY - timedelta(days=5)), "end": str(TODAY)}
    assert ask("costs/summary/", currency="USD", **days)["still_expected"] == "3.61"
    assert ask("costs/summary/", currency="EUR", **days)["still_expected"] is None
