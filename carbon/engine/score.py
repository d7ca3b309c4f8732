"""The sustainability score: 0 to 100, a weighted mean of five parts.

Each part is 0 to 100 by its own formula, of one input that is a share or a factor. A
part whose input is unknown is left out, and the others' weights grow to fill its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from carbon.engine.figures import highest_grid_kg_per_kwh

# A machine that is busier has no room for its peaks.
FULL_UTILIZATION_PERCENT = 50.0
# Objects that are still read stay where they are: half of them cold is a lot.
FULL_COLD_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Shares from 0 to 1; None is unknown."""

    idle_share: float | None
    """Of the vCPUs that run, those of idle machines."""
    utilization_percent: float | None
    """Mean CPU, weighted by vCPUs."""
    grid_kg_per_kwh: float | None
    """Of the regions, weighted by the energy used there."""
    current_share: float | None
    """Of the vCPUs that run, those of a generation without a successor."""
    cold_share: float | None
    """Of the bytes of objects, those in a tier that is colder than the standard one."""


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    label: str
    weight: int
    input: float | None
    unit: str
    formula: str
    points: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """`points` is None where nothing is known."""

    points: float | None
    parts: Sequence[Part]


def score(inputs: Inputs) -> Score:
    parts = _parts(inputs)
    known = [(one.points, one.weight) for one in parts if one.points is not None]
    weights = sum(weight for _, weight in known)
    points = sum(value * weight for value, weight in known) / weights if known else None
    return Score(points, parts)


def _parts(given: Inputs) -> list[Part]:
    highest = highest_grid_kg_per_kwh()
    idle, current, cold = (
        None if share is None else share * 100
        for share in (given.idle_share, given.current_share, given.cold_share)
    )
    return [
        Part(
            *("idle", "Idle machines", 30, idle, "% of running vCPUs"),
            *("100 − input", _bounded(idle, 100.0, 0.0)),
        ),
        Part(
            *("utilization", "CPU utilization", 25, given.utilization_percent, "%"),
            f"100 at {FULL_UTILIZATION_PERCENT:g}% or more, in proportion below",
            _bounded(given.utilization_percent, 0.0, FULL_UTILIZATION_PERCENT),
        ),
        Part(
            *("region", "Grid carbon intensity", 20, given.grid_kg_per_kwh),
            *("kg CO2e per kWh", f"100 at 0, 0 at {highest:g}, the highest figure"),
            _bounded(given.grid_kg_per_kwh, highest, 0.0),
        ),
        Part(
            *("generation", "Current generation", 15, current, "% of running vCPUs"),
            *("input", _bounded(current, 0.0, 100.0)),
        ),
        Part(
            *("tiering", "Storage tiering", 10, cold),
            "% of object bytes in cold tiers",
            f"100 at {FULL_COLD_SHARE:.0%} or more, in proportion below",
            _bounded(cold, 0.0, FULL_COLD_SHARE * 100),
        ),
    ]


def _bounded(value: float | None, worst: float, best: float) -> float | None:
    """Return where it lies between the worst, 0, and the best, 100."""
    if value is None:
        return None
    return min(100.0, max(0.0, (value - worst) / (best - worst) * 100))
