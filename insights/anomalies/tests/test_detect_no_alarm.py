"""What does not alarm by itself: seasons, fees, what is new, what is incomplete."""

from datetime import date, timedelta

import pytest

from insights.anomalies.engine.anomaly_records import Series
from insights.anomalies.engine.daily import find_anomalies
from insights.anomalies.tests.series import FIRST_DAY, OFFICE, add, drawn, found_in

A_DAY = timedelta(days=1)
DAYS = 300


def on_days_of_month(number: int) -> list[int]:
    days = [FIRST_DAY + A_DAY * at for at in range(DAYS)]
    return [at for at, day in enumerate(days) if day.day == number]


def test_a_weekly_season_does_not_alarm() -> None:
    many = [
        Series(str(seed), FIRST_DAY, drawn(days=DAYS, week=OFFICE, seed=seed))
        for seed in range(20)
    ]
    assert find_anomalies(many) == []


def test_what_comes_on_one_weekday_alone_does_not_alarm() -> None:
    assert found_in(drawn(days=DAYS, week=(0, 0, 0, 1.0, 0, 0, 0))) == []


def test_tax_on_the_first_of_each_month_does_not_alarm() -> None:
    tax = dict.fromkeys(on_days_of_month(1), 900.0)
    assert found_in(add(drawn(days=DAYS), tax)) == []


def test_a_monthly_fee_alarms_once_at_most() -> None:
    fee = dict.fromkeys(on_days_of_month(17)[1:], 400.0)
    assert len(found_in(add(drawn(days=DAYS), fee))) == 1


def test_fees_do_not_hide_what_comes_besides_them() -> None:
    fee = dict.fromkeys(on_days_of_month(1) + on_days_of_month(17), 400.0)
    found = found_in(add(drawn(days=DAYS), {**fee, 200: 100.0}))
    assert FIRST_DAY + A_DAY * 200 in [one.first_day for one in found]


def test_a_weekly_job_that_starts_alarms_once() -> None:
    job = dict.fromkeys(range(100, DAYS, 7), 90.0)
    (one,) = found_in(add(drawn(days=DAYS), job))
    assert one.first_day == FIRST_DAY + A_DAY * 100


@pytest.mark.parametrize("day", range(10))
def test_the_first_ten_days_of_a_service_do_not_alarm(day: int) -> None:
    values = add(drawn(days=10), {day: 500.0})
    assert found_in([0.0] * 100 + values) == []


def test_a_day_that_may_still_grow_is_never_too_low() -> None:
    values = drawn(days=100)
    values[-1] = 5.0
    last = FIRST_DAY + A_DAY * 99
    estimated = Series("one", FIRST_DAY, values, frozenset({last}))
    assert find_anomalies([estimated]) == []
    assert len(found_in(values)) == 1


def test_a_day_that_may_still_grow_can_be_too_high() -> None:
    last = FIRST_DAY + A_DAY * 99
    values = add(drawn(days=100), {99: 90.0})
    estimated = Series("one", FIRST_DAY, values, frozenset({last}))
    assert len(find_anomalies([estimated])) == 1


def test_a_leap_day_has_a_month_before_it() -> None:
    fee = dict.fromkeys((0, 30, 59, 90), 400.0)  # last days of months, 29 February
    values = add(drawn(days=120), fee)
    assert found_in(values, date(2027, 12, 31)) == []


def test_noise_alone_alarms_less_than_once_in_three_years() -> None:
    many = [
        Series(str(seed), FIRST_DAY, drawn(days=400, noise=0.08, seed=seed))
        for seed in range(100)
    ]
    assert len(find_anomalies(many)) <= 100 * 400 / 1000
