"""What a month will cost: what is billed, and what the stored forecasts add."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.models import CostGrowth
from costs.testing import charge, store_costs
from insights.forecasts.month_end import month_end
from insights.forecasts.track_record import past_forecasts
from insights.models import Forecast
from insights.testing import forecast, somebody, two_accounts

pytestmark = pytest.mark.django_db
NOVEMBER = Window(date(2026, 11, 1), TODAY)


def test_it_is_what_is_billed_and_what_is_forecast() -> None:
    store_costs(account(), NOVEMBER, {"EC2": "5"})
    forecast(None, "10")
    ahead = month_end(NOW, "USD")
    assert ahead
    # 19 days at 5, and 11 at 10, each a dollar more or less.
    assert (ahead.spent, ahead.spent_until) == (Decimal(95), TODAY)
    assert (ahead.mean, ahead.low_80, ahead.high_80) == (205, 194, 216)
    assert (ahead.low_95, ahead.high_95) == (183, 227)
    assert ahead.window == Window(date(2026, 11, 1), date(2026, 12, 1))


def test_days_that_are_billed_in_part_are_forecast_instead() -> None:
    store_costs(account(), NOVEMBER, {"EC2": "5"})
    forecast(None, "10", first=TODAY - timedelta(days=3))
    ahead = month_end(NOW, "USD")
    assert ahead
    assert (ahead.spent, ahead.mean) == (Decimal(80), Decimal(220))
    # Three of the 19 billed days: what is stored of them is not part of the forecast.
    assert ahead.billed_since == Decimal(15)


def test_without_a_forecast_to_its_end_nothing_is_said() -> None:
    store_costs(account(), NOVEMBER, {"EC2": "5"})
    assert month_end(NOW, "USD") is None
    forecast(None, first=date(2026, 10, 1), days=20)
    assert month_end(NOW, "USD") is None
    assert month_end(NOW, "EUR") is None


def test_a_forecast_from_before_the_month_is_enough() -> None:
    forecast(None, "10", first=date(2026, 10, 20), days=60)
    ahead = month_end(NOW, "USD")
    assert ahead and (ahead.spent, ahead.mean) == (0, 300)


def test_on_the_first_of_a_month_all_of_it_is_forecast() -> None:
    forecast(None, "10", first=date(2026, 12, 1))
    ahead = month_end(datetime(2026, 12, 1, 3, tzinfo=UTC), "USD")
    assert ahead and ahead.mean == 310


def test_who_sees_one_account_is_told_of_that_alone() -> None:
    one, other = two_accounts()
    forecast(None, "30")
    forecast(one, "10")
    forecast(other, "20")
    answer = {
        "all": month_end(NOW, "USD", somebody("viewer")),
        "one": month_end(NOW, "USD", somebody("viewer", one)),
        "both": month_end(NOW, "USD", somebody("viewer", one, other)),
    }
    assert {name: ahead and ahead.mean for name, ahead in answer.items()} == {
        "all": 330,
        "one": 110,
        "both": 330,
    }


def test_an_account_without_a_forecast_is_named_and_not_left_out_in_silence() -> None:
    one, other = two_accounts()
    for owner in (one, other):
        store_costs(owner, NOVEMBER, {"EC2": "5"})
    forecast(one, "10")
    ahead = month_end(NOW, "USD", somebody("viewer", one, other))
    assert ahead
    assert (ahead.spent, ahead.missing) == (Decimal(95), [other.name])
    alone = month_end(NOW, "USD", somebody("viewer", one))
    assert alone and alone.missing == []


def test_an_account_that_the_user_does_not_see_is_named_by_its_id() -> None:
    payer, member = two_accounts()
    store_costs(payer, NOVEMBER, {"EC2": "5"})
    charge(payer, NOVEMBER.start, "5", sub_account=member.account_id)
    forecast(payer, "10")
    for user, label in (
        (somebody("viewer", payer), member.account_id),
        (somebody("viewer", payer, member), member.name),
        (None, member.name),
    ):
        ahead = month_end(NOW, "USD", user)
        assert ahead and ahead.missing == [label]


def test_past_forecasts_are_compared_with_what_came() -> None:
    owner = account()
    store_costs(owner, Window(date(2026, 9, 1), TODAY), {"EC2": "11"})
    newest = forecast(None)
    then = TODAY - timedelta(days=30)
    forecast(None, "10", first=then, days=90, is_newest=False)
    (past,) = past_forecasts(newest, NOW)
    # The last three days may still change, so they are not compared.
    assert past.window == Window(then, TODAY - timedelta(days=3))
    assert (past.days, past.forecasted, past.actual) == (27, 270, 297)
    assert past.error_percent == pytest.approx(-9.09, abs=0.01)
    assert (past.days_within_80, past.share_within_95) == (27, 1.0)


def test_days_that_were_measured_to_grow_are_not_compared() -> None:
    owner = account()
    store_costs(owner, Window(date(2026, 9, 1), TODAY), {"EC2": "11"})
    figures = {"days": 3, "known": Decimal(99), "settled": Decimal(100)}
    for age in range(1, 6):
        CostGrowth.objects.create(account=owner, currency="USD", age=age, **figures)
    newest = forecast(None)
    forecast(None, first=TODAY - timedelta(days=30), days=90, is_newest=False)
    (past,) = past_forecasts(newest, NOW)
    assert past.window.end == TODAY - timedelta(days=5)


def test_days_outside_the_intervals_are_counted_as_such() -> None:
    store_costs(account(), Window(date(2026, 9, 1), TODAY), {"EC2": "11.5"})
    newest = forecast(None)
    forecast(None, "10", first=TODAY - timedelta(days=30), is_newest=False)
    (past,) = past_forecasts(newest, NOW)
    assert (past.days_within_80, past.days_within_95) == (0, 27)


def test_what_is_too_young_is_not_judged_yet() -> None:
    store_costs(account(), Window(date(2026, 9, 1), TODAY), {"EC2": "11"})
    newest = forecast(None)
    forecast(None, first=TODAY - timedelta(days=9), is_newest=False)
    assert past_forecasts(newest, NOW) == []


def test_other_services_are_judged_by_nobody() -> None:
    store_costs(account(), Window(date(2026, 9, 1), TODAY), {"EC2": "11"})
    newest = forecast(None, scope="service")
    earlier = TODAY - timedelta(days=30)
    forecast(None, scope="service", first=earlier, is_newest=False)
    assert past_forecasts(newest, NOW) == []


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({"account": None}, "All accounts"),
        ({"scope": "account", "key": "000000000001"}, "production"),
        ({"scope": "account", "key": "000000000009"}, "000000000009 in production"),
        ({"scope": "service", "key": "EC2"}, "EC2 in production"),
        ({"scope": "service", "key": ""}, "Other services in production"),
        ({"scope": "total", "key": ""}, "Total bill of production"),
    ],
)
def test_each_scope_is_called_what_it_is(values: dict[str, str], title: str) -> None:
    facts = {"scope": "total", "account": account(), **values}
    assert Forecast(**facts).title == title
