"""Holidays of last year come again on the same dates, and intervals hold over them."""

from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from insights.forecasts.engine.forecast import forecast_many
from insights.forecasts.engine.forecast_records import DailySeries, Forecast
from insights.forecasts.engine.holidays import find_holidays

Values = NDArray[np.float64]
# Christmas 2024 is in the history, of 2025 ahead of it.
FIRST, END = date(2024, 10, 1), date(2025, 12, 5)
HISTORY, HORIZON = (END - FIRST).days, 40
WEEKEND, HOLIDAY = 0.7, 0.5


def is_holiday(day: date) -> bool:
    return (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)


def company(seed: int = 1, noise: float = 0.05, days: int = 500) -> Values:
    """A company of 100 a day that rests at weekends and between the years."""
    random = np.random.default_rng(seed)
    levels = []
    for at in range(days):
        day = FIRST + timedelta(days=at)
        share = HOLIDAY if is_holiday(day) else WEEKEND if day.weekday() >= 5 else 1
        levels.append(100 * share)
    noisy: Values = np.array(levels) * np.exp(random.normal(0, noise, days))
    return noisy


def forecast(values: Values) -> Forecast:
    found = forecast_many({"it": DailySeries(FIRST, list(values))}, HORIZON)["it"]
    assert isinstance(found, Forecast)
    return found


def test_they_are_expected_again_on_their_dates() -> None:
    found = forecast(company()[:HISTORY])
    assert "Holidays of last year are expected again." in found.note
    for at, mean in enumerate(found.mean):
        day = END + timedelta(days=at)
        if is_holiday(day):
            assert mean == pytest.approx(100 * HOLIDAY, rel=0.12), day
        elif day.weekday() < 5:
            assert mean == pytest.approx(100, rel=0.08), day


def test_intervals_hold_from_origins_before_and_amid_them() -> None:
    held = []
    for seed in range(3):
        values = company(seed)
        for origin in range(HISTORY - 5, HISTORY + 30, 8):
            found = forecast(values[:origin])
            came = values[origin : origin + HORIZON]
            held += [
                low <= one <= high
                for low, one, high in zip(
                    found.low_80, came, found.high_80, strict=False
                )
            ]
    assert 0.75 <= np.mean(held) <= 0.9


@pytest.mark.parametrize(
    ("days", "factor"), [(2, 0.3), (9, 0.93), (9, 2.5)], ids=["short", "small", "above"]
)
def test_what_is_short_small_or_above_is_none(days: int, factor: float) -> None:
    values = company()[:HISTORY]
    usual = np.where(np.resize([1, 1, 1, 1, 0, 0, 1], HISTORY), 100.0, 70.0)
    begins = (date(2024, 12, 24) - FIRST).days
    values[begins : begins + 9] = usual[begins : begins + 9]
    values[begins : begins + days] *= factor
    assert not find_holidays(values, FIRST, HORIZON, 7).due.any()


def test_they_lack_as_much_as_the_level_of_now_has() -> None:
    values = company(noise=0.01)[:HISTORY]
    values[200:] *= 3
    due = find_holidays(values, FIRST, HORIZON, 7).due
    christmas = (date(2025, 12, 25) - END).days
    assert due[christmas] == pytest.approx(-300 * (1 - HOLIDAY), rel=0.05)
    assert due[: christmas - 1].tolist() == [0] * (christmas - 1)


def test_a_weekend_of_last_year_between_them_belongs_to_them() -> None:
    # 28 and 29 December 2024 were a weekend; in 2025 the 29th is a Monday.
    values = company(noise=0.01)
    for day in (date(2024, 12, 28), date(2024, 12, 29)):
        values[(day - FIRST).days] = 100 * WEEKEND
    due = find_holidays(values[:HISTORY], FIRST, HORIZON, 7).due
    monday = (date(2025, 12, 29) - END).days
    assert due[monday] == pytest.approx(-100 * (1 - WEEKEND), rel=0.1)


def test_what_lately_stopped_is_no_holiday() -> None:
    values = company()[:HISTORY]
    values[-10:] = 20
    assert np.mean(forecast(values).mean) < 40


def test_credits_while_nothing_was_charged_are_no_holiday() -> None:
    values = company(days=HISTORY)
    rested = (date(2024, 12, 26) - FIRST).days
    values[rested - 45 : rested + 45] = 0.0
    values[rested : rested + 4] = -50.0
    found = find_holidays(values, FIRST, HORIZON, season=7)
    assert not found.due.any()


def test_a_credit_while_little_was_charged_is_not_grown_with_the_level() -> None:
    values = company(noise=0.01)[:HISTORY]
    credited = (date(2024, 12, 24) - FIRST).days
    values[: credited + 30] /= 100
    values[credited : credited + 3] = -200.0
    due = find_holidays(values, FIRST, HORIZON, 7).due
    assert due.any()
    assert due.min() >= -105
