"""The score that detection was published with, and the part that measures it."""

import numpy as np

from benchmarks.incidents import KINDS, drawn, tried
from insights.anomalies.published_score import published_score


def test_it_reaches_its_goals() -> None:
    score = published_score()
    assert score.reaches_goals
    assert [one.name for one in score.kinds] == [kind.name for kind in KINDS]


def test_a_planted_incident_is_told_in_time_with_its_money() -> None:
    surge = next(kind for kind in KINDS if kind.in_time_days == 2)
    trial = tried(surge, drawn(5), 200, [])
    assert trial.told_after == 0
    assert 0 < trial.money_found <= trial.money
    assert np.array_equal(drawn(5), drawn(5))
