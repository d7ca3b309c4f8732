"""Intervals that follow what was measured, and never become narrower by it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.forecasts.engine.forecast_records import PATHS, Forecast
from insights.forecasts.engine.widening import half_width, least_reach, widened

DAILY = Forecast(
    start=date(2026, 11, 20),
    mean=(10.0, 20.0),
    low_80=(9.0, 18.0),
    high_80=(11.0, 22.0),
    low_95=(8.0, 16.0),
    high_95=(12.0, 24.0),
    model="tests",
    note="",
    accuracy=None,
)


def negative(made: Forecast) -> Forecast:
    """The same as credits: each bound is the other one's mirror."""
    mirrored: dict[str, Any] = {
        "mean": made.mean,
        **{f"low_{n}": getattr(made, f"high_{n}") for n in (80, 95)},
        **{f"high_{n}": getattr(made, f"low_{n}") for n in (80, 95)},
    }
    for name, path in mirrored.items():
        mirrored[name] = tuple(-amount for amount in path)
    return replace(made, **mirrored)


@pytest.mark.parametrize(
    ("errors", "reach"),
    [
        ([], 0.0),
        ([0.3], 0.3),
        ([0.01, 0.02, 0.03, 0.04, 0.5], 0.04),
        ([0.5, 0.01, 0.02, 0.03], 0.5),
    ],
)
def test_four_of_five_misses_stay_within_the_least_reach(
    errors: list[float], reach: float
) -> None:
    assert least_reach(errors, 0.8) == reach


def test_a_reach_is_a_share_of_an_average_day_on_both_sides() -> None:
    wider = widened(DAILY, 0.2, 0.4)
    assert wider.mean == DAILY.mean
    assert (wider.low_80, wider.high_80) == ((7.0, 17.0), (13.0, 23.0))
    assert (wider.low_95, wider.high_95) == ((4.0, 14.0), (16.0, 26.0))
    assert (half_width(DAILY), half_width(wider)) == (3.0, 6.0)


def test_intervals_that_were_wide_enough_stay_as_they_are() -> None:
    assert widened(DAILY, 0.05, 0.1) == DAILY
    assert widened(DAILY, 0.0, 0.0) == DAILY


def test_nothing_is_forecast_to_cost_less_than_nothing() -> None:
    wider = widened(DAILY, 1.0, 1.5)
    assert (wider.low_80, wider.low_95) == ((0.0, 5.0), (0.0, 0.0))
    assert widened(negative(DAILY), 1.0, 1.5) == negative(wider)


def test_what_has_both_charges_and_credits_may_fall_below_nothing() -> None:
    mixed = replace(DAILY, low_95=(-1.0, 16.0))
    assert widened(mixed, 1.0, 1.5).low_95 == (-12.5, -2.5)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9),
    st.floats(0, 3),
    st.floats(0, 3),
)
def test_an_interval_never_becomes_narrower_and_keeps_its_order(
    mean: list[float], near: float, far: float
) -> None:
    paths: dict[str, Any] = {
        name: tuple(one + by for one in mean)
        for name, by in zip(PATHS, (0, -1, 1, -2, 2), strict=True)
    }
    made = replace(DAILY, **paths)
    wider = widened(made, near, far)
    for before, after in zip(
        zip(*(getattr(made, name) for name in PATHS), strict=True),
        zip(*(getattr(wider, name) for name in PATHS), strict=True),
        strict=True,
    ):
        middle, low_80, high_80, low_95, high_95 = after
        assert low_95 <= low_80 <= middle <= high_80 <= high_95
        assert low_80 <= before[1] and low_95 <= before[3]
        assert high_80 >= before[2] and high_95 >= before[4]
