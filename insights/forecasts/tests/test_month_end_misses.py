"""Which earlier forecasts count, and what they missed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from core.windows import ONE_DAY, Window
from insights.forecasts.engine.forecast_records import DailySeries
from insights.forecasts.month_end_misses import (
    ComparedMonth,
    MeasuredMisses,
    compare_month,
    ended_months,
    forecast_of_month,
    known_amounts,
    same_day,
)
from insights.models import Forecast, ForecastPoint

OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))
SEPTEMBER = Window(date(2026, 9, 1), date(2026, 10, 1))


def made(day: int, *, replayed: bool = False, horizon: int = 90) -> Forecast:
    return Forecast(
        scope="total",
        data_until=date(2026, 10, day),
        horizon=horizon,
        is_replayed=replayed,
    )


def points_of(one: Forecast, mean: str) -> list[ForecastPoint]:
    """The same each day, one more or less with 80 and two with 95%."""
    middle = Decimal(mean)
    days = Window(one.data_until, one.data_until + ONE_DAY * one.horizon).days()
    return [
        ForecastPoint(
            day=day,
            mean=middle,
            low_80=middle - 1,
            high_80=middle + 1,
            low_95=middle - 2,
            high_95=middle + 2,
        )
        for day in days
    ]


def compared(mean: str, actual: Sequence[float]) -> ComparedMonth:
    """A forecast from the 22nd on, after which these ten days came."""
    days = [*[10.0] * 21, *actual]
    amounts = {OCTOBER.start + ONE_DAY * at: cost for at, cost in enumerate(days)}
    one = made(22)
    return compare_month(one, OCTOBER, points_of(one, mean), amounts)


def test_only_months_of_which_each_day_is_known_have_ended() -> None:
    start, days = date(2026, 8, 20), 70
    amounts = known_amounts(DailySeries(start, [1.0] * days))
    assert max(amounts) == date(2026, 10, 28)
    assert ended_months(amounts) == [SEPTEMBER]
    del amounts[date(2026, 9, 30)]
    assert ended_months(amounts) == []
    assert ended_months({}) == []


def test_a_day_that_is_not_known_is_no_amount() -> None:
    series = DailySeries(date(2026, 10, 1), [1.0, None, float("nan"), 0.0])
    assert known_amounts(series) == {date(2026, 10, 1): 1.0, date(2026, 10, 4): 0.0}


@pytest.mark.parametrize(("wanted", "day"), [(3, 3), (25, 25), (26, 25), (31, 25)])
def test_a_week_is_left_to_be_forecast(wanted: int, day: int) -> None:
    assert same_day(OCTOBER, wanted) == date(2026, 10, day)


def test_the_forecast_of_about_the_same_day_counts() -> None:
    rows = [made(day) for day in (2, 9, 16, 23)]
    assert forecast_of_month(rows, OCTOBER, 11) is rows[1]
    assert forecast_of_month(rows, OCTOBER, 31) is rows[3]
    assert forecast_of_month(rows, SEPTEMBER, 11) is None


def test_one_that_was_made_then_goes_before_one_made_afterwards() -> None:
    rows = [made(11, replayed=True), made(9), made(13)]
    assert forecast_of_month(rows, OCTOBER, 11) is rows[0]
    rows[0].data_until = date(2026, 10, 13)
    assert forecast_of_month(rows, OCTOBER, 11) is rows[1]


def test_one_that_ends_before_the_month_or_leaves_no_week_is_none_of_it() -> None:
    assert forecast_of_month([made(2, horizon=29)], OCTOBER, 2) is None
    assert forecast_of_month([made(2, horizon=30)], OCTOBER, 2)
    assert forecast_of_month([made(26)], OCTOBER, 26) is None


def test_the_billed_days_before_count_as_they_were_billed() -> None:
    miss = compared("10", [12.0] * 10).miss
    assert (miss.month, miss.forecast_date) == (OCTOBER.start, date(2026, 10, 22))
    assert (miss.forecasted, miss.actual) == (310, 330)
    assert (miss.low_80, miss.high_80) == (300, 320)
    assert miss.error_percent == pytest.approx(-6.06, abs=0.01)
    assert not miss.is_within_80
    assert (miss.days, miss.days_within_80) == (10, 0)


def test_a_month_without_a_bill_has_no_error_in_percent() -> None:
    one = made(22)
    amounts = dict.fromkeys(OCTOBER.days(), 0.0)
    found = compare_month(one, OCTOBER, points_of(one, "1"), amounts)
    assert found.miss.error_percent is None


def test_the_reach_is_the_miss_of_a_month_as_a_share_of_what_was_forecast() -> None:
    found = compared("10", [11.0] * 10)
    assert found.error == pytest.approx(0.1)
    assert found.days_within == {0.8: 10, 0.95: 10}
    assert MeasuredMisses([found]).reach(0.8) == pytest.approx(0.1)


def test_days_that_came_outside_count_where_the_month_hides_them() -> None:
    found = compared("10", [5.0, 15.0] * 5)
    assert found.error == 0
    assert found.days_within[0.8] == 0
    assert MeasuredMisses([found]).reach(0.8) == pytest.approx(0.5)


def test_days_that_came_within_as_often_as_claimed_widen_nothing() -> None:
    found = compared("10", [10.0] * 8 + [5.0, 15.0])
    assert found.days_within[0.8] == 8
    assert MeasuredMisses([found]).reach(0.8) == 0
    assert MeasuredMisses([found]).reach(0.95) == pytest.approx(0.5)


def test_less_than_half_a_cent_is_no_miss() -> None:
    found = compared("10", [11.004] * 5 + [8.996] * 5)
    assert found.days_within[0.8] == 10
    assert compared("10", [11.006] * 10).days_within[0.8] == 0


def test_without_a_month_nothing_is_measured() -> None:
    assert MeasuredMisses().reach(0.8) == 0


def test_a_forecast_of_nothing_widens_nothing() -> None:
    assert compared("0", [1.0] * 10).error == 0
