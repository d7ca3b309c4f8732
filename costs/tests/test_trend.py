"""The trend: series whose totals are the total, and days that are not known."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from clouds.testing import account
from core.windows import Window
from costs.groupings import GROUPS
from costs.models import CostTotal, DailyCost
from costs.queries.source import CostSource
from costs.queries.trend import SeveralCurrencies, Trend, cost_trend
from costs.querysets import METRICS
from costs.testing import charge, close, store_costs

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
WINDOW = Window(date(2026, 6, 1), date(2026, 6, 5))
FIRST, SECOND, THIRD, FOURTH = WINDOW.days()


def trend(window: Window = WINDOW, **choice: Any) -> Trend:
    return cost_trend(
        CostSource(DailyCost.objects.all(), CostTotal.objects.all()), window, **choice
    )


def amounts(found: Trend) -> dict[str, list[Decimal | None]]:
    return {one.key: [point.amount for point in one.points] for one in found.series}


def store_three_services() -> None:
    owner = account()
    charge(owner, FIRST, "10", effective="8", sub_account="000000000007")
    charge(owner, FIRST, "3.5", service="S3", region="us-east-1")
    charge(owner, FIRST, "0.25", service="SNS", region="")
    charge(owner, SECOND, "20")
    charge(owner, SECOND, "2", service="Tax", region="", category="Tax")
    close(owner, FIRST, SECOND)


def test_a_series_per_service_the_largest_first() -> None:
    store_three_services()
    found = trend()
    assert [one.key for one in found.series] == ["EC2", "S3", "Tax", "SNS"]
    assert [one.total for one in found.series] == [
        Decimal(amount) for amount in ("30", "3.5", "2", "0.25")
    ]
    assert (found.currency, found.total) == ("USD", Decimal("35.75"))


@pytest.mark.parametrize(
    ("group_by", "keys"),
    [
        ("service", ["EC2", "S3", "Tax", "SNS"]),
        ("region", ["eu-west-1", "us-east-1", ""]),
        ("account", ["000000000001", "000000000007"]),
        ("charge_category", ["Usage", "Tax"]),
        ("none", ["Total"]),
    ],
)
def test_it_groups_by(group_by: str, keys: list[str]) -> None:
    store_three_services()
    assert [one.key for one in trend(group_by=group_by).series] == keys


@pytest.mark.parametrize("group_by", list(GROUPS))
def test_points_sum_to_series_and_series_to_the_total(group_by: str) -> None:
    store_three_services()
    for metric, granularity, limit in product(
        METRICS, ["daily", "monthly"], [None, 1, 2, 99]
    ):
        found = trend(
            group_by=group_by, metric=metric, granularity=granularity, limit=limit
        )
        assert found.total == Decimal("35.75" if metric == "billed" else "33.75")
        assert sum(one.total for one in found.series) == found.total
        for one in found.series:
            assert sum(point.amount or 0 for point in one.points) == one.total


def test_days_that_are_not_stored_are_unknown_and_free_days_cost_nothing() -> None:
    store_three_services()
    close(CostTotal.objects.all()[0].account, THIRD)
    assert amounts(trend())["S3"] == [Decimal("3.5"), Decimal(0), Decimal(0), None]
    assert [point.day for point in trend().series[0].points] == list(WINDOW.days())


def test_nothing_stored_has_no_total() -> None:
    found = trend()
    assert (found.total, found.currency, found.series) == (None, None, [])
    assert not any(found.periods.values())


def test_days_outside_the_window_are_left_out() -> None:
    owner = account()
    for day in (date(2026, 5, 31), FIRST, WINDOW.end):
        charge(owner, day, "1")
        close(owner, day)
    assert trend().total == 1


def test_beyond_the_limit_the_rest_is_other_and_comes_last() -> None:
    store_three_services()
    found = trend(limit=1)
    assert [one.key for one in found.series] == ["EC2", "Other"]
    assert amounts(found)["Other"][:2] == [Decimal("3.75"), Decimal(2)]
    assert [one.key for one in trend(limit=4).series][-1] == "SNS"


def test_a_service_that_is_called_other_is_not_lost() -> None:
    owner = account()
    charge(owner, FIRST, "10", service="Other")
    charge(owner, FIRST, "3", service="S3")
    charge(owner, FIRST, "1", service="SNS")
    close(owner, FIRST)
    found = trend(limit=1)
    assert amounts(found)["Other"][0] == 14
    assert sum(one.total for one in found.series) == found.total == 14


def test_a_limit_ranks_by_the_metric_asked_for() -> None:
    owner = account()
    charge(owner, FIRST, "100", service="Savings plan", effective="1")
    charge(owner, FIRST, "10", service="EC2", effective="60")
    close(owner, FIRST)
    assert trend(limit=1).series[0].key == "Savings plan"
    assert trend(limit=1, metric="effective").series[0].key == "EC2"


def test_months_start_on_their_first_day() -> None:
    owner = account()
    days = [date(2026, 4, 30), date(2026, 5, 2), date(2026, 5, 3), date(2026, 7, 1)]
    for day in days:
        charge(owner, day, "1.1")
    close(owner, *days)
    window = Window(date(2026, 4, 15), date(2026, 7, 2))
    found = trend(window, granularity="monthly")
    assert list(found.periods) == [date(2026, month, 1) for month in (4, 5, 6, 7)]
    month = [Decimal("1.1"), Decimal("2.2"), None, Decimal("1.1")]
    assert amounts(found) == {"EC2": month}


def test_two_currencies_are_refused_until_one_is_chosen() -> None:
    owner, other = account(), account(2, "london")
    store_costs(owner, WINDOW, {"EC2": "1"})
    store_costs(other, WINDOW, {"EC2": "2"}, currency="GBP")
    with pytest.raises(SeveralCurrencies, match="GBP, USD"):
        trend()
    pounds = DailyCost.objects.filter(currency="GBP")
    found = cost_trend(CostSource(pounds, CostTotal.objects.all()), WINDOW)
    assert (found.currency, found.total) == ("GBP", 8)


def test_days_stored_in_another_currency_alone_are_unknown() -> None:
    owner, other = account(), account(2, "london")
    store_costs(owner, Window(FIRST, SECOND), {"EC2": "1"})
    store_costs(other, WINDOW, {"EC2": "2"}, currency="GBP")
    dollars = DailyCost.objects.filter(currency="USD")
    found = cost_trend(CostSource(dollars, CostTotal.objects.all()), WINDOW)
    assert amounts(found)["EC2"] == [Decimal(1), None, None, None]


def test_it_says_from_which_day_on_the_bill_is_estimated() -> None:
    owner = account()
    store_costs(owner, WINDOW, {"EC2": "1"})
    assert trend().estimated_from is None
    store_costs(account(2, "staging"), WINDOW, {"EC2": "1"}, estimated_from=THIRD)
    assert trend().estimated_from == THIRD


def test_a_bill_is_estimated_since_before_the_window() -> None:
    april = Window(date(2026, 4, 1), WINDOW.end)
    store_costs(account(), april, {"EC2": "1"}, estimated_from=date(2026, 5, 20))
    found = trend(Window(SECOND, WINDOW.end))
    assert found.estimated_from == date(2026, 5, 20)
    assert found.estimated == {SECOND, THIRD, FOURTH}
    assert [*found.periods] == [SECOND, THIRD, FOURTH]


def test_estimated_days_that_end_before_the_window_are_not_those_of_the_window() -> (
    None
):
    owner = account()
    charge(owner, FIRST, "1")
    charge(owner, SECOND, "1")
    charge(owner, THIRD, "1")
    close(owner, FIRST, estimated=True)
    close(owner, SECOND)
    close(owner, THIRD, estimated=True)
    assert trend(Window(SECOND, WINDOW.end)).estimated_from == THIRD
    assert trend(Window(SECOND, THIRD)).estimated_from is None


@pytest.mark.parametrize("group_by", list(GROUPS))
def test_it_asks_the_database_few_times(
    django_assert_num_queries: DjangoAssertNumQueries, group_by: str
) -> None:
    store_three_services()
    # The sums per key and day; which days are stored, and whether they are estimated.
    with django_assert_num_queries(2):
        trend(group_by=group_by)
    # With a limit also which keys are the largest; without a key there are none.
    with django_assert_num_queries(2 if group_by == "none" else 3):
        trend(group_by=group_by, limit=2)
