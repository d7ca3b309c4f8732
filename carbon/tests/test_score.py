"""The score is a mean by weights of what is known."""

from dataclasses import replace

import pytest

from carbon.engine.score import Inputs, score
from carbon.sustainability import COLD, is_current_generation

ALL = Inputs(
    idle_share=0.1,
    utilization_percent=25.0,
    grid_kg_per_kwh=0.464,
    current_share=0.8,
    cold_share=0.1,
)


def test_each_part_has_its_points_and_the_score_their_mean() -> None:
    found = score(ALL)
    points = {one.key: one.points for one in found.parts}
    assert points == pytest.approx(
        {"idle": 90, "utilization": 50, "region": 50, "generation": 80, "tiering": 20}
    )
    assert sum(one.weight for one in found.parts) == 100
    assert found.points == pytest.approx(27 + 12.5 + 10 + 12 + 2)


def test_an_unknown_part_is_left_out_and_the_others_fill_its_place() -> None:
    found = score(replace(ALL, grid_kg_per_kwh=None, cold_share=None))
    assert found.points == pytest.approx((27 + 12.5 + 12) / 0.7)


def test_without_anything_known_there_is_no_score() -> None:
    nothing = Inputs(
        idle_share=None,
        utilization_percent=None,
        grid_kg_per_kwh=None,
        current_share=None,
        cold_share=None,
    )
    assert score(nothing).points is None


def test_points_stay_between_0_and_100() -> None:
    found = score(replace(ALL, utilization_percent=95.0, grid_kg_per_kwh=2.0))
    points = {one.key: one.points for one in found.parts}
    assert (points["utilization"], points["region"]) == (100, 0)


@pytest.mark.parametrize(
    ("instance_type", "is_current"),
    [
        ("m4.large", False),
        ("m5.large", False),
        ("m7g.large", True),
        ("Standard_D2s_v3", False),
        ("Standard_E4ds_v5", True),
        ("Standard_F2s_v2", None),
        ("", None),
    ],
)
def test_a_generation_is_current_without_a_successor(
    instance_type: str, is_current: bool | None
) -> None:
    assert is_current_generation(instance_type) is is_current


def test_cold_tiers_are_recognized_by_their_names() -> None:
    cold = ["StandardIAStorage", "GlacierStorage", "DeepArchiveStorage", "Cool"]
    hot = ["StandardStorage", "Hot", "IntelligentTieringFAStorage", "Premium"]
    assert [one for one in [*cold, *hot] if COLD.search(one)] == cold
