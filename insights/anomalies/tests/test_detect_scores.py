"""The online score of any series: what it finds, and that it never looks ahead."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from insights.anomalies.engine.tail_score import ALARM, Tail, scores

ROWS = 1200
A_DAY = 96


def noisy(seed: int = 1) -> list[float | None]:
    chance = np.random.default_rng(seed)
    return list(50 + chance.standard_normal(ROWS))


def daily_shape(seed: int = 1) -> list[float | None]:
    shape = 30 * np.sin(2 * np.pi * np.arange(ROWS) / A_DAY)
    return [value + wave for value, wave in zip(noisy(seed), shape, strict=True)]


def alarms(values: list[float | None]) -> list[int]:
    return np.flatnonzero(scores(values) >= ALARM).tolist()


def soon_after(row: int, found: list[int]) -> bool:
    return any(row <= at <= row + ROWS // 10 for at in found)


def test_it_finds_a_spike_at_once() -> None:
    values = noisy()
    values[900] = 75.0
    assert 900 in alarms(values)


def test_it_finds_a_new_level() -> None:
    values = noisy()
    values[900:] = [value and value + 6 for value in values[900:]]
    assert soon_after(900, alarms(values))


def test_it_finds_a_line_that_went_flat() -> None:
    values = noisy()
    values[900:] = [50.0] * (ROWS - 900)
    assert soon_after(900, alarms(values))


def test_it_finds_that_noise_grew() -> None:
    values = noisy()
    values[900:] = [value and 50 + 4 * (value - 50) for value in values[900:]]
    assert soon_after(900, alarms(values))


def test_it_finds_a_day_without_its_shape() -> None:
    values = daily_shape()
    values[900:1000] = noisy(2)[900:1000]
    assert soon_after(900, alarms(values))


def test_a_daily_shape_is_no_alarm_and_noise_seldom_one() -> None:
    assert len(alarms(daily_shape())) <= 3
    assert sum(len(alarms(noisy(seed))) for seed in range(5)) <= 15


def test_what_stays_the_same_is_no_alarm() -> None:
    assert alarms([3.0] * ROWS) == []
    assert alarms([1.0, 2.0] * (ROWS // 2)) == []


def test_it_is_reported_once() -> None:
    values = noisy()
    values[900:920] = [80.0] * 20
    assert len([at for at in alarms(values) if 900 <= at < 920]) == 1


def test_what_is_unknown_scores_nothing_and_changes_nothing() -> None:
    values = noisy()[:400]
    values[300] = 75.0
    known = scores(values)
    gaps = scores([*values[:200], None, float("nan"), *values[200:]])
    assert gaps[200:202].tolist() == [0.0, 0.0]
    assert np.delete(gaps, [200, 201]).tolist() == known.tolist()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    some.lists(some.sampled_from([0.0, 1.0, 5.0, -2.5, 1e9, 0.1]), max_size=12),
    some.integers(0, 400),
    some.integers(0, 99),
)
def test_a_row_s_score_depends_on_no_later_row(
    tail: list[float], known: int, seed: int
) -> None:
    values = [*noisy(seed)[:380], *tail, *daily_shape(seed)[:60]]
    assert scores(values[:known]).tolist() == scores(values)[:known].tolist()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_the_unit_does_not_matter(scale: float) -> None:
    values = noisy()[:600]
    values[500] = 75.0
    assert alarms([value and value * scale for value in values]) == alarms(values)


def test_beyond_its_tail_a_number_is_as_rare_as_the_pareto_law_says() -> None:
    """The ten largest of a hundred powers of two have the index 4.5 ln 2."""
    tail = Tail()
    tail.numbers = [2.0**at for at in range(100)]
    assert tail.score(2.0**110) == pytest.approx(1 + 20 / 4.5 / math.log(10))
