"""Where the same work would emit less, among the regions that are used already."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from carbon.breakdown import CarbonQuery
from carbon.engine.figures import grid_kg_per_kwh
from core.windows import DAYS_PER_MONTH


class RegionUse(NamedTuple):
    """What a region uses a month; `cleaner` is the one of the same cloud that would
    avoid most, "" where it is the cleanest, or its figure is unknown."""

    region: str
    kwh: float
    kg_per_kwh: float | None
    cleaner: str
    kg_avoided: float


def cleaner_regions(query: CarbonQuery) -> Sequence[RegionUse]:
    """Return each region that uses energy, the largest use first. Two queries."""
    month = float(DAYS_PER_MONTH) / len(query.estimated_window)
    used = {region: kwh * month for region, kwh in query.kwh_per_region.items()}
    found = [_use(region, kwh, used) for region, kwh in used.items()]
    return sorted(found, key=lambda one: (-one.kwh, one.region))


def _use(
    region: tuple[str, str], kwh: float, used: Iterable[tuple[str, str]]
) -> RegionUse:
    (cloud, name), own = region, grid_kg_per_kwh(*region)
    there = {one: grid_kg_per_kwh(*one) for one in used if one[0] == cloud}
    known = [(factor, one[1]) for one, factor in there.items() if factor is not None]
    if own is None or min(known)[0] == own:
        return RegionUse(name, kwh, own, "", 0.0)
    best, cleaner = min(known)
    return RegionUse(name, kwh, own, cleaner, (own - best) * kwh)
