"""What wanders without a level: nothing is nearer than its last value."""

from datetime import date

import numpy as np
import pytest

from insights.arrays import FloatArray
from insights.forecasts.engine.forecast import forecast_many
from insights.forecasts.engine.forecast_records import DailySeries, Forecast
from insights.forecasts.engine.members import wanders

DAYS, AHEAD = 420, 30


def walk(seed: int) -> FloatArray:
    steps = 0.03 * np.random.default_rng(seed).standard_normal(DAYS)
    values: FloatArray = 500 * np.exp(np.cumsum(steps))
    return values


def test_a_random_walk_is_forecast_within_five_percent_of_its_last_value() -> None:
    walks = [walk(seed) for seed in range(16)]
    seen = {
        at: DailySeries(date(2025, 1, 1), values[:-AHEAD].tolist())
        for at, values in enumerate(walks)
    }
    ours, last, inside = 0.0, 0.0, []
    for at, one in forecast_many(seen, AHEAD).items():
        assert isinstance(one, Forecast)
        actual, before = walks[at][-AHEAD:], walks[at][-AHEAD - 1]
        ours += float(np.abs(actual - np.array(one.mean)).mean()) / before
        last += float(np.abs(actual - before).mean()) / before
        inside += list((one.low_80 <= actual) & (actual <= one.high_80))
    assert ours <= 1.05 * last
    assert 0.6 <= np.mean(inside) <= 0.95


@pytest.mark.parametrize("kind", ["level", "week", "trend", "step", "constant"])
def test_what_has_a_level_or_a_trend_does_not_wander(kind: str) -> None:
    days = np.arange(DAYS)
    noise = np.exp(0.02 * np.random.default_rng(1).standard_normal(DAYS))
    shapes = {
        "level": 100 * noise,
        "week": 100 * noise * np.where(days % 7 < 5, 1.0, 0.6),
        "trend": 100 * np.exp(0.003 * days) * noise**0.1,
        "step": 100 * noise * np.where(days < 250, 1.0, 1.6),
        "constant": np.full(DAYS, 100.0),
    }
    assert not wanders(shapes[kind])
    assert sum(wanders(walk(seed)) for seed in range(20)) >= 16
