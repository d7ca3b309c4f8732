"""Members that were right before weigh more, by the fourth power of their error."""

import numpy as np
import pytest

from insights.forecasts.engine.ensemble_weights import (
    Fold,
    blend,
    fit_year_share,
    member_weights,
)
from insights.forecasts.engine.members import MemberForecasts

DAYS = 4
ACTUAL = np.full(DAYS, 10.0)


def members(year: float | None = None, **levels: float) -> MemberForecasts:
    return MemberForecasts(
        paths={name: np.full(DAYS, level) for name, level in levels.items()},
        year=None if year is None else np.full(DAYS, year),
        due=np.zeros(DAYS),
        due_80=np.zeros(DAYS),
        due_95=np.zeros(DAYS),
        notes=(),
    )


def fold(of: MemberForecasts) -> Fold:
    return Fold(0, of, actual=ACTUAL, history=ACTUAL, scale=1.0)


def test_half_the_error_is_sixteen_times_the_weight() -> None:
    of = members(near=11.0, far=12.0)
    weights = member_weights(of, [fold(of), fold(of)])
    assert weights == pytest.approx({"near": 16 / 17, "far": 1 / 17}, abs=0.001)


def test_without_folds_all_weigh_the_same() -> None:
    assert member_weights(members(a=1.0, b=5.0), []) == {"a": 0.5, "b": 0.5}


def test_a_member_that_could_not_take_part_has_the_mean_error_of_the_others() -> None:
    early = fold(members(near=11.0, far=13.0))
    weights = member_weights(members(near=0.0, far=0.0, new=0.0), [early])
    ratio = weights["near"] / weights["new"]
    assert ratio == pytest.approx(16, abs=0.1)  # errors of 1 and 2


def test_one_that_was_always_right_does_not_take_all_by_a_rounding() -> None:
    of = members(right=10.0, wrong=11.0)
    weights = member_weights(of, [fold(of)])
    assert 0.99 < weights["right"] < 1


def test_a_blend_is_the_weighted_mean_of_those_that_are_there() -> None:
    weights = {"a": 0.6, "b": 0.2, "gone": 0.2}
    assert blend(members(a=10.0, b=20.0), weights)[0] == pytest.approx(12.5)
    assert blend(members(c=10.0, d=20.0), weights)[0] == pytest.approx(15.0)


def test_last_years_movement_is_taken_as_far_as_it_helped() -> None:
    """Exactly half of it is right: that, pulled to 0.4, which counts as two folds."""
    of = members(year=4.0, one=8.0)
    share = fit_year_share({"one": 1.0}, [fold(of)] * 2)
    assert share == pytest.approx((0.5 * 2 + 0.4 * 2) / 4)
    assert fit_year_share({"one": 1.0}, [fold(members(one=8.0))]) == 0
