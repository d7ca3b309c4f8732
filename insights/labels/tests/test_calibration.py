"""What is learned from judged alarms: only from enough, and only what is better."""

import random
from collections.abc import Sequence

import pytest

from insights.labels.engine.calibration import (
    LEAST_JUDGED,
    LEAST_RECALL,
    Judged,
    calibrate,
    precision,
    threshold,
)


def alarms(rights: Sequence[float], wrongs: Sequence[float]) -> list[Judged]:
    return [Judged(one, True) for one in rights] + [
        Judged(one, False) for one in wrongs
    ]


def test_the_threshold_keeps_out_what_deviates_as_little_as_what_was_wrong() -> None:
    judged = alarms(
        [3.0 + at / 10 for at in range(20)], [1.1 + at / 20 for at in range(10)]
    )
    learned = calibrate(judged)
    assert learned.least_deviation == 3.0
    assert learned.precision_before == pytest.approx(20 / 30)
    assert learned.precision_after == 1.0
    assert learned.recall is not None and learned.recall >= LEAST_RECALL - 0.05


def test_few_or_one_sided_judgments_teach_nothing_and_say_so() -> None:
    few = alarms([3.0] * 10, [1.0] * (LEAST_JUDGED - 11))
    one_sided = alarms([3.0] * 30, [1.0] * 4)
    for judged in (few, one_sided, []):
        learned = calibrate(judged)
        assert learned.least_deviation is None
        assert learned.precision_after is None
        assert learned.judged == len(judged)
    assert calibrate([]).precision_before is None


def test_where_deviation_distinguishes_nothing_everything_is_reported() -> None:
    chance = random.Random(7)  # noqa: S311 - data for a test
    judged = [Judged(chance.uniform(1, 5), chance.random() < 0.7) for _ in range(200)]
    learned = calibrate(judged)
    assert learned.least_deviation is None
    assert learned.precision_after == learned.precision_before


def test_nearly_all_that_was_right_is_still_reported() -> None:
    judged = alarms([1.0, 1.0, 9.0, 9.0, 9.0, 9.0], [2.0] * 20)
    assert threshold(judged) <= 1.0


def test_it_may_keep_just_so_much_of_what_was_right() -> None:
    lost = round(20 * (1 - LEAST_RECALL))
    judged = alarms([1.0] * lost + [9.0] * (20 - lost), [2.0] * 20)
    assert threshold(judged) == 9.0
    one_more = alarms([1.0] * (lost + 1) + [9.0] * (19 - lost), [2.0] * 20)
    assert threshold(one_more) < 9.0


def test_a_sure_verdict_counts_more() -> None:
    judged = [Judged(2, True, 1.0), Judged(2, False, 0.5)]
    assert precision(judged) == pytest.approx(2 / 3)
