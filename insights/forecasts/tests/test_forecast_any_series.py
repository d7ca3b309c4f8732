"""Whatever the series, there is a forecast in order or a clear refusal."""

import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.forecasts.engine.forecast import forecast_many
from insights.forecasts.engine.forecast_records import DailySeries, Forecast, NoForecast
from insights.forecasts.engine.members import forecast_each, relevant_part

FIRST = date(2025, 1, 1)
amounts = st.floats(-1e9, 1e9, allow_subnormal=False) | st.sampled_from([0.0, 1.0])
strange = st.none() | st.sampled_from([math.nan, math.inf, -math.inf, 1e-300, 1e99])
noise = st.sampled_from([0.0, 0.1, 2.0])
any_values = st.lists(amounts | strange, max_size=60)


@st.composite
def shaped(draw: st.DrawFn) -> list[float | None]:
    """Longer series of the kinds that bills have: flat, spiked, gap-ridden, sparse."""
    days = draw(st.integers(3, 150))
    random = np.random.default_rng(draw(st.integers(0, 9)))
    level = draw(st.sampled_from([0.0, 1e-6, 3.0, -40.0, 1e12]))
    values: list[float | None] = list(level * (1 + draw(noise) * random.random(days)))
    for at in draw(st.lists(st.integers(0, days - 1), max_size=8)):
        values[at] = draw(strange | amounts)
    hole = draw(st.integers(0, days))
    values[hole : hole + draw(st.integers(0, 60))] = []
    every = draw(st.integers(1, 9))
    return [one if at % every == 0 else 0.0 for at, one in enumerate(values)]


@settings(max_examples=80, deadline=None)
@given(
    values=any_values | shaped(),
    horizon=st.integers(1, 40),
    season=st.sampled_from([1, 2, 7, 7, 12]),
)
def test_it_answers_in_order_or_refuses(
    values: list[float | None], horizon: int, season: int
) -> None:
    series = DailySeries(FIRST, values)
    found = forecast_many({0: series}, horizon, season=season)[0]
    if isinstance(found, NoForecast):
        assert found.reason.endswith(".")
        known = [one for one in values if one is not None and not math.isnan(one)]
        assert not known or any(math.isinf(one) for one in known)
        return
    bounds = (found.low_95, found.low_80, found.mean, found.high_80, found.high_95)
    assert all(len(path) == (found.end - found.start).days for path in bounds)
    assert found.end == series.end + timedelta(days=horizon)
    assert all(math.isfinite(one) for path in bounds for one in path)
    assert all(
        low <= high for day in zip(*bounds, strict=True) for low, high in pairwise(day)
    )
    assert found.model


@settings(max_examples=20, deadline=None)
@given(values=shaped(), factor=st.sampled_from([1e-6, 0.01, 3.0, 1e6]))
def test_in_cents_it_is_a_hundred_times_that_in_dollars(
    values: list[float | None], factor: float
) -> None:
    # Clouds bill ten decimal places; of less a float keeps no ratio.
    values = [0.0 if one is not None and abs(one) < 1e-10 else one for one in values]
    scaled = [None if one is None else one * factor for one in values]
    found = forecast_many(
        {1: DailySeries(FIRST, values), 2: DailySeries(FIRST, scaled)}, 14
    )
    one, other = found[1], found[2]
    if isinstance(one, Forecast) and isinstance(other, Forecast):
        size = max(map(abs, one.mean + one.low_95 + one.high_95))
        for name in ("mean", "low_80", "high_95"):
            expected = [value * factor for value in getattr(one, name)]
            close = pytest.approx(expected, rel=1e-3, abs=1e-3 * size * factor)
            assert getattr(other, name) == close


@pytest.mark.parametrize(("days_at_zero", "days_left"), [(40, 61), (41, 41)])
def test_a_series_is_over_once_it_is_zero_for_more_than_twice_its_longest_pause(
    days_at_zero: int, days_left: int
) -> None:
    values = np.array([3.0, *[0.0] * 19, 3.0, *[0.0] * days_at_zero])
    part, note = relevant_part(values, FIRST, season=7)
    assert (len(part), bool(note)) == (days_left, days_left == days_at_zero)


@pytest.mark.parametrize(("days", "has_models"), [(13, False), (14, True)])
def test_models_are_fitted_to_two_weeks_and_more(days: int, has_models: bool) -> None:
    values = 100 + 10 * np.random.default_rng(1).random(days)
    paths, _ = forecast_each(values, 28, 7)
    assert (len(paths) > 1) == has_models
