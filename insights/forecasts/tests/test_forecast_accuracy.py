"""A forecast's accuracy is what the textbook says, and is measured blindly."""

from datetime import date

import numpy as np
import pytest

from insights.forecasts.engine.backtest import origins
from insights.forecasts.engine.forecast import forecast_many, measure_held_out
from insights.forecasts.engine.forecast_records import (
    Accuracy,
    DailySeries,
    Forecast,
    NoForecast,
)
from insights.forecasts.engine.intervals import slope_of
from insights.forecasts.engine.scores import (
    coverage,
    season_scale,
    seasonal_naive,
    smape,
)

FIRST = date(2025, 1, 6)


def bills(count: int, days: int) -> dict[str, DailySeries]:
    """Weekly costs whose level wanders slowly, each with another seed."""
    found = {}
    for seed in range(count):
        random = np.random.default_rng(seed)
        level = 100 + np.cumsum(random.normal(0, 0.3, days))
        week = np.resize([1, 1, 1, 1, 1, 0.7, 0.6], days)
        values = level * week + random.normal(0, 4, days)
        found[str(seed)] = DailySeries(FIRST, values.tolist())
    return found


def test_the_scale_is_the_mean_step_from_season_to_season() -> None:
    assert season_scale(np.array([1.0, 10, 3, 14, 4, 14]), 2) == (2 + 4 + 1 + 0) / 4


def test_the_scale_leaves_unknown_days_out() -> None:
    assert season_scale(np.array([1.0, np.nan, 3, 14, np.nan, 17]), 2) == (2 + 3) / 2


def test_smape_is_in_percent_and_no_error_where_both_are_zero() -> None:
    assert smape(np.array([0.0, 100]), np.array([0.0, 50])) == pytest.approx(100 / 3)


@pytest.mark.parametrize(
    ("errors", "slope"),
    [
        # 2.25 times as large, halfway to "not at all" by as many folds as the prior's.
        ([4.0, -4, 9, -9], 1 + 4 * 0.5 / 1.5),
        ([9.0, -9, 4, -4], 1),
        ([0.0, 0, 9, -9], 1),
        ([4.0, -4, 0, 0], 1),
    ],
)
def test_errors_grow_as_the_farther_half_exceeds_the_nearer(
    errors: list[float], slope: float
) -> None:
    assert slope_of([np.array(errors)] * 2) == pytest.approx(slope)


def test_the_bounds_belong_to_the_interval() -> None:
    one = np.ones(4)
    assert coverage(np.array([1.0, 2, 3, np.nan]), one, one * 2) == pytest.approx(2 / 3)


def test_seasonal_naive_takes_the_last_known_day_of_each_phase() -> None:
    history = np.array([1.0, 2, 3, 4, np.nan, 6])
    assert seasonal_naive(history, 5, 3).tolist() == [4, 2, 6, 4, 2]


def test_origins_stand_evenly_apart_and_leave_enough_to_learn_from() -> None:
    assert origins(735, 56, 7, 4) == [679, 623, 567, 511]
    assert origins(400, 90, 7, 4) == [310, 247, 184, 121]
    assert origins(100, 1, 7, 4) == [99, 98, 97, 96]
    assert origins(20, 6, 7, 4) == []


@pytest.fixture(scope="module")
def came() -> list[Accuracy | NoForecast]:
    """How 25 forecasts did on the four weeks that they were not shown."""
    return list(measure_held_out(bills(25, 428), 28, 7, 4).values())


def test_it_beats_seasonal_naive_and_its_intervals_hold(
    came: list[Accuracy | NoForecast],
) -> None:
    found = [one for one in came if isinstance(one, Accuracy)]
    assert len(found) == 25
    assert np.mean([one.mase for one in found]) < 0.9 * np.mean(
        [one.naive_mase for one in found]
    )
    assert 0.75 <= np.mean([one.coverage_80 for one in found]) <= 0.87
    assert 0.9 <= np.mean([one.coverage_95 for one in found]) <= 1


def test_what_it_says_of_itself_comes_true(came: list[Accuracy | NoForecast]) -> None:
    series = bills(25, 428)
    before = {key: DailySeries(FIRST, one.values[:400]) for key, one in series.items()}
    answer = forecast_many(before, 28).values()
    output = [
        one.accuracy for one in answer if isinstance(one, Forecast) and one.accuracy
    ]
    for figure, tolerance in (("mase", 0.15), ("coverage_80", 0.08)):
        expected = np.mean([getattr(one, figure) for one in output])
        real = np.mean([getattr(one, figure) for one in came])
        assert real == pytest.approx(expected, abs=tolerance)


def test_days_that_are_held_out_change_nothing_of_the_forecast() -> None:
    values = list(bills(1, 300)["0"].values)
    other = values[:-28] + [1_000_000.0 * day for day in range(28)]
    one, two = (
        measure_held_out({"it": DailySeries(FIRST, which)}, 28, 7, 4)["it"]
        for which in (values, other)
    )
    assert isinstance(one, Accuracy)
    assert isinstance(two, Accuracy)
    assert one.model == two.model
    assert one.mase and two.mase
    assert two.mase > 1_000 * one.mase


def test_a_fold_is_blind_to_what_comes_after_it() -> None:
    values = list(bills(1, 300)["0"].values)
    longer = DailySeries(FIRST, [*values, *[9_999.0] * 28])
    shorter = forecast_many({0: DailySeries(FIRST, values)}, 28)[0]
    scored = measure_held_out({"it": longer}, 28, 7, 4)["it"]
    assert isinstance(shorter, Forecast)
    assert isinstance(scored, Accuracy)
    assert scored.model == shorter.model
