"""An account's bill changes its currency in the middle of its history."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.summary import cost_summary
from costs.testing import store_costs
from dashboard.spending import Spending, spending
from insights.models import Budget, Forecast
from insights.refresh.refresh_all import refresh
from insights.testing import budget
from users.testing import person

pytestmark = pytest.mark.django_db
START, CHANGED = TODAY - timedelta(days=200), TODAY - timedelta(days=40)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def moved() -> None:
    """One account left the dollar for the euro, another one stayed."""
    owner = account(1, "moved")
    store_costs(owner, Window(START, CHANGED), {"EC2": "100"})
    store_costs(owner, Window(CHANGED, TODAY), {"EC2": "80"}, currency="EUR")
    store_costs(account(2, "stayed"), Window(START, TODAY), {"EC2": "50"})


def shown(currency: str | None = None) -> Spending:
    found = spending(NOW, person("viewer"), {}, currency)
    assert found is not None
    return found


@pytest.mark.usefixtures("moved")
@pytest.mark.on_each_database
def test_the_largest_changes_are_of_one_currency() -> None:
    # 80 EUR a day were told as dollars, beside 20 days of dollars and 10 of euros.
    assert shown("USD").top_changes == []


@pytest.mark.usefixtures("moved")
def test_a_period_with_the_change_in_it_is_compared_with_nothing() -> None:
    found = shown("EUR")
    assert (found.last_days.total, found.last_days.before) == (2400, None)
    assert found.top_changes == []


@pytest.mark.usefixtures("moved")
def test_the_currency_that_was_left_lacks_no_day_since() -> None:
    source = CostSource.visible_to(person("viewer")).in_currency("USD")
    summary = cost_summary(source, Window(TODAY - timedelta(days=90), TODAY))
    assert (summary.missing_days, summary.reconciled) == (0, True)
    assert shown("USD").summary.reconciled


@pytest.mark.usefixtures("moved")
def test_each_currency_is_forecast_from_the_bills_that_go_on_in_it() -> None:
    spent = budget(name="dollars", amount=2000, currency="USD")
    refresh([None], NOW)
    totals = Forecast.objects.newest().filter(account=None, scope="total")
    ahead = {row.currency: row.points.earliest("day") for row in totals}
    assert {
        currency: (one.day, round(one.mean)) for currency, one in ahead.items()
    } == {
        "EUR": (TODAY, 80),
        "USD": (TODAY, 50),
    }
    spent = Budget.objects.get(pk=spent.pk)
    assert (spent.spent, spent.forecasted) == (950, 1500)


def test_in_a_currency_that_everybody_left_nothing_is_forecast() -> None:
    owner = account()
    store_costs(owner, Window(START, CHANGED), {"EC2": "100"}, currency="EUR")
    refresh([owner, None], NOW - timedelta(days=40))
    assert Forecast.objects.newest().filter(currency="EUR").exists()
    store_costs(owner, Window(CHANGED, TODAY), {"EC2": "110"})
    left = budget(name="euros", amount=2000, currency="EUR")
    refresh([owner, None], NOW)
    assert {row.currency for row in Forecast.objects.newest()} == {"USD"}
    left = Budget.objects.get(pk=left.pk)
    assert (left.spent, left.forecasted) == (None, None)


def test_pages_begin_with_the_currency_in_which_bills_go_on() -> None:
    owner = account()
    store_costs(owner, Window(START, CHANGED), {"EC2": "100"}, currency="EUR")
    store_costs(owner, Window(CHANGED, TODAY), {"EC2": "110"})
    found = shown()
    assert (found.currency, found.other_currencies) == ("USD", ["EUR"])
    query = CostQuery(Window(CHANGED - timedelta(days=9), TODAY))
    source = CostSource.visible_to(person("viewer")).in_window(query.window)
    assert list(source.newest_days()) == ["USD", "EUR"]


def test_a_disabled_account_is_not_forecast() -> None:
    left, stayed = account(1, "left"), account(2, "stayed")
    for owner in (left, stayed):
        store_costs(owner, Window(START, CHANGED), {"EC2": "100"})
    store_costs(stayed, Window(CHANGED, TODAY), {"EC2": "100"})
    left.is_enabled = False
    left.save()
    refresh([left, stayed, None], NOW)
    newest = Forecast.objects.newest().exclude(scope="service")
    assert {row.account for row in newest} == {None, stayed}
    assert round(newest.get(account=None).points.earliest("day").mean) == 100
