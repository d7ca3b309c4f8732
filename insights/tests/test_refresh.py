"""What a refresh makes of what is stored, account by account."""

from array import array
from datetime import date, timedelta
from decimal import Decimal
from math import nan
from typing import Any

import pytest

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.growth.testing import measured_growth
from costs.models import CostTotal, DailyCost
from costs.testing import store_costs
from insights.bill_records import Bill, Scope
from insights.forecasts.refresh import refresh_forecasts
from insights.models import Forecast, MonthEndMiss, RefreshState
from insights.refresh import refresh_all
from insights.refresh.refresh_state import Part
from insights.refresh.testing import DAYS, changes, company, refreshed
from insights.testing import forecast

pytestmark = pytest.mark.django_db


def test_the_order_in_which_parts_are_read_changes_no_bit_of_their_sum() -> None:
    parts = {Scope("1", str(one)): array("d", [one, nan]) for one in (0.1, 0.2, 0.3)}
    bill = Bill("USD", TODAY, {}, charges=parts)
    assert repr(bill.summed(parts)) == repr(bill.summed(list(parts)[::-1]))


def test_estimated_days_that_are_young_are_left_out() -> None:
    owner = account()
    first = TODAY - timedelta(days=10)
    store_costs(owner, DAYS, {"EC2": "100"}, estimated_from=first)
    refreshed(parts=[Part.FORECASTS])
    newest = Forecast.objects.newest().get(scope="total")
    assert newest.data_until == TODAY - timedelta(days=3)


def test_days_that_were_measured_to_grow_are_left_out() -> None:
    owner = account()
    measured_growth(owner, "0.2", "0.1", "0.1", "0.05", "0.01")
    store_costs(owner, Window(TODAY - timedelta(19), TODAY), {"EC2": "1"})
    CostTotal.objects.filter(day__month=11).update(is_estimated=True)
    refreshed(parts=[Part.FORECASTS])
    newest = Forecast.objects.newest().get(scope="total")
    assert newest.data_until == TODAY - timedelta(days=5)


def test_two_currencies_are_never_added() -> None:
    owner = company()
    store_costs(owner, DAYS, {"EC2": "7"}, currency="EUR")
    refreshed(parts=[Part.FORECASTS])
    totals = Forecast.objects.newest().filter(scope="total", account=None)
    first_days = {row.currency: row.points.first() for row in totals}
    assert first_days["USD"].mean == pytest.approx(Decimal(120), abs=5)
    assert first_days["EUR"].mean == pytest.approx(Decimal(7), abs=1)


def test_an_account_that_fell_behind_is_no_fall_in_costs() -> None:
    for number, days in ((1, DAYS), (2, Window(DAYS.start, TODAY - timedelta(5)))):
        store_costs(account(number, f"account-{number}"), days, {"EC2": "100"})
    refreshed(None)
    newest = Forecast.objects.newest().get(scope="total")
    assert newest.data_until == TODAY - timedelta(days=5)
    assert newest.points.get(day=TODAY).mean == pytest.approx(Decimal(200), abs=5)


def test_nothing_stored_is_nothing_to_say() -> None:
    account()
    assert changes(refreshed()) == 0
    assert not Forecast.objects.exists()


def test_costs_of_members_are_reported_on_their_payers_bill() -> None:
    payer = account()
    payer.is_payer = True
    payer.save()
    member = account(2, "staging")
    member.payer = payer
    member.save()
    store_costs(payer, DAYS, {"EC2": "100"})
    DailyCost.objects.filter(day__day__gt=15).update(sub_account_id=member.account_id)
    refreshed(payer)
    keys = Forecast.objects.newest().filter(account=payer, scope="account")
    assert set(keys.values_list("key", flat=True)) == {
        payer.account_id,
        member.account_id,
    }
    assert Forecast.objects.newest().filter(account=payer, scope="total").exists()


def test_one_that_fails_stops_no_other_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = company()
    broken = account(2, "broken")
    ordinary = refresh_forecasts

    def refuse(which: CloudAccount | None, *args: Any, **options: Any) -> int:
        if which == broken:
            raise ValueError("no such series")
        return ordinary(which, *args, **options)

    monkeypatch.setattr(refresh_all, "refresh_forecasts", refuse)
    outcomes = refreshed(broken, owner)
    assert "unexpected ValueError: no such series" in outcomes[0].failures[0]
    state = RefreshState.objects.get(account=broken)
    assert "Forecasts of broken" in state.error
    assert state.refreshed_at is None
    assert RefreshState.objects.get(account=owner).refreshed_at == NOW
    assert Forecast.objects.newest().filter(account=owner).exists()


def test_ended_months_are_forecast_as_of_then_to_compare_with() -> None:
    owner = company()
    refreshed(parts=[Part.FORECASTS])
    replayed = Forecast.objects.filter(account=owner, scope="account", is_replayed=True)
    # Of July there were too few days to forecast August from.
    assert [row.data_until for row in replayed.order_by("data_until")] == [
        date(2026, 9, 20),
        date(2026, 10, 20),
    ]
    assert not replayed.filter(is_newest=True).exists()
    newest = Forecast.objects.newest().get(account=owner, scope="account")
    october, september = newest.misses.all()
    assert (october.month, october.forecast_date) == (
        date(2026, 10, 1),
        date(2026, 10, 20),
    )
    assert (october.is_replayed, october.days, september.days) == (True, 12, 11)
    bill = DailyCost.objects.filter(day__year=2026, day__month=10)
    assert october.actual == sum(row.billed for row in bill)


def test_a_month_that_was_forecast_then_is_not_replayed() -> None:
    owner = company()
    then = forecast(owner, "120", first=date(2026, 10, 7), is_newest=False)
    refreshed(owner, parts=[Part.FORECASTS])
    newest = Forecast.objects.newest().get(account=owner, scope="account")
    october = newest.misses.get(month=date(2026, 10, 1))
    assert (october.forecast_date, october.is_replayed) == (then.data_until, False)
    # The spike of its last day was not to be seen then.
    assert (october.forecasted, october.actual) == (31 * 120, 31 * 120 + 200)


def test_misses_belong_to_the_current_forecast_alone() -> None:
    owner = company()
    refreshed(parts=[Part.FORECASTS])
    tomorrow = NOW + timedelta(days=1)
    store_costs(owner, Window(TODAY, tomorrow.date()), {"EC2": "100", "S3": "20"})
    refreshed(now=tomorrow, parts=[Part.FORECASTS])
    misses = MonthEndMiss.objects.filter(forecast__scope="total")
    assert misses.count() == 2
    assert all(one.forecast.is_newest for one in misses)


def test_a_level_that_moved_after_the_backtest_widens_the_intervals() -> None:
    owner = account()
    moved = date(2026, 10, 22)
    store_costs(owner, Window(DAYS.start, moved), {"EC2": "100"})
    store_costs(owner, Window(moved, TODAY), {"EC2": "150"})
    forecast(owner, "100", first=date(2026, 10, 20), is_newest=False)
    refreshed(owner, parts=[Part.FORECASTS])
    newest = Forecast.objects.newest().get(account=owner, scope="account")
    october = newest.misses.get(month=date(2026, 10, 1))
    assert not october.is_within_80
    # 10 of its 12 last days cost half as much again as was forecast.
    assert newest.widened_to_percent == pytest.approx(50, abs=9)
    day = newest.points.get(day=date(2026, 12, 1))
    assert day.low_80 <= day.mean * Decimal("0.6")
    assert day.high_80 >= day.mean * Decimal("1.4")
    assert day.low_95 <= day.low_80 and day.high_95 >= day.high_80


@pytest.mark.on_each_database
def test_old_forecasts_are_kept_one_a_week_and_then_no_more() -> None:
    owner = company()
    refreshed(parts=[Part.FORECASTS])
    newest = Forecast.objects.newest().get(account=owner, scope="account")
    Forecast.objects.filter(is_replayed=True).delete()
    for age in (10, 60, 61, 62, 63, 64, 65, 66, 500):
        newest.pk = None
        newest.is_newest = False
        newest.data_until = TODAY - timedelta(days=age)
        newest.save(force_insert=True)
    Forecast.objects.newest().update(data_version="older")
    refreshed(owner, parts=[Part.FORECASTS])
    kept = Forecast.objects.filter(
        account=owner, scope="account", is_newest=False, is_replayed=False
    )
    weeks = [row.data_until.isocalendar()[:2] for row in kept]
    assert TODAY - timedelta(days=10) in {row.data_until for row in kept}
    assert len(weeks) == len(set(weeks)) < 5
    assert min(row.data_until for row in kept) > TODAY - timedelta(days=100)
