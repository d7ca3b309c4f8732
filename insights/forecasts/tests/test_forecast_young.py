"""A service that began lately is followed within a week of its growth."""

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from insights.forecasts.engine.forecast import forecast_many
from insights.forecasts.engine.forecast_records import DailySeries, Forecast
from insights.forecasts.engine.young import find_growth, since_start

Values = NDArray[np.float64]
FIRST = date(2026, 1, 5)
AGE = np.arange(80, dtype=np.float64)
LINEAR, SETTLING = 10.0 * (AGE + 1), 200 * (1 - np.exp(-AGE / 10)) + 5


def noisy(shape: Values, seed: int = 1) -> Values:
    random = np.random.default_rng(seed)
    values: Values = shape * np.exp(random.normal(0, 0.05, len(shape)))
    return values


def forecast(began: Values) -> Forecast:
    """Forecast a service that was not used before these days."""
    values = [0.0] * 100 + began.tolist()
    found = forecast_many({"it": DailySeries(FIRST, values)}, 30)["it"]
    assert isinstance(found, Forecast)
    return found


@pytest.mark.parametrize("days", [7, 10, 20])
def test_one_that_keeps_its_level_has_it_after_a_week(days: int) -> None:
    found = forecast(noisy(np.full(days, 100.0)))
    assert found.mean == pytest.approx([100.0] * 30, rel=0.1)
    assert "Started on 2026-04-15." in found.note


@pytest.mark.parametrize("days", [7, 8, 10, 14, 21, 42])
def test_one_that_grows_is_followed(days: int) -> None:
    values = noisy(LINEAR)
    found = forecast(values[:days])
    week = values[days : days + 7].sum()
    assert sum(found.mean[:7]) == pytest.approx(week, rel=0.1)
    came = values[days : days + 30]
    held = (np.array(found.low_80) <= came) & (came <= np.array(found.high_80))
    assert held.mean() >= 0.6
    assert "growth is continued" in found.note


@pytest.mark.parametrize("days", [8, 10, 14, 17, 21])
def test_growth_that_slows_is_not_drawn_on_as_it_was(days: int) -> None:
    values = noisy(SETTLING)
    month = values[days : days + 30].sum()
    assert sum(forecast(values[:days]).mean) == pytest.approx(month, rel=0.2)


def test_what_shrinks_is_followed_and_not_below_zero() -> None:
    found = forecast(noisy(np.linspace(300, 20, 28)))
    assert found.mean[0] < 40
    assert min(found.low_80) >= 0


@pytest.mark.parametrize(
    ("values", "grows"),
    [
        (noisy(np.full(30, 100.0)), False),
        (np.linspace(100, 105, 30), False),
        (np.linspace(100, 200, 6), False),
        (np.linspace(100, 200, 7), True),
        (np.linspace(100, 115, 9), False),
        (np.array([70.0, 68, 100, 101, 99, 100, 102]), False),
        (np.linspace(100, 500, 55), True),
        (np.linspace(100, 500, 56), False),
    ],
    ids=[
        *("noise", "little", "6 days", "a week", "little in 9 days", "a weekend first"),
        *("8 weeks less a day", "8 weeks"),
    ],
)
def test_growth_is_of_young_series_and_of_some_size(
    values: Values, grows: bool
) -> None:
    assert (find_growth(values, 7, 7) is not None) == grows


@pytest.mark.parametrize(
    ("zeros", "days", "left_out"), [(7, 7, 7), (6, 7, 0), (30, 6, 0)]
)
def test_a_start_is_seen_after_a_week_of_both(
    zeros: int, days: int, left_out: int
) -> None:
    values = np.concatenate([np.zeros(zeros), np.full(days, 5.0)])
    left, first = since_start(values, FIRST, 7)
    assert (len(values) - len(left), (first - FIRST).days) == (left_out, left_out)


def test_what_pauses_for_long_did_not_begin_after_a_pause() -> None:
    values = np.concatenate([np.zeros(20), np.resize([5.0] + [0.0] * 11, 100)])
    assert len(since_start(values, FIRST, 7)[0]) == 120
