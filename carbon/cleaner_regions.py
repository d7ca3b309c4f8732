"""Where the same work would emit less, among the regions that are used already."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from carbon.avoided import DAYS_PER_MONTH
from carbon.breakdown import CarbonQuery
from carbon.engine.figures import grid_kg_per_kwh
from carbon.facts import FIGURES_OF
from clouds.registry import CloudKind


class RegionUse(NamedTuple):
    """What a region uses a month; `cleaner` is the one of the same cloud that would
    avoid most, "" where it is the cleanest, or its figure is unknown."""

    region: str
    kwh: float
    kg_per_kwh: float | None
    cleaner: str
    kg_avoided: float


def cleaner_regions(query: CarbonQuery) -> Sequence[RegionUse]:
    """Return each region that uses energy, the largest use first. One query."""
    used: dict[tuple[str, str], float] = defaultdict(float)
    for provider, region, _, kwh, *_ in query.sums("account__provider", "region"):
        used[FIGURES_OF[CloudKind(provider)], region] += kwh or 0.0
    month = DAYS_PER_MONTH / len(query.window)
    factors = {
        (cloud, region): grid_kg_per_kwh(cloud, region) for cloud, region in used
    }
    found = []
    for (cloud, region), kwh in used.items():
        own = factors[cloud, region]
        best, cleaner = min(
            (factor, name)
            for (other, name), factor in [
                *factors.items(),
                ((cloud, region), own or 0.0),
            ]
            if other == cloud and factor is not None
        )
        saved = 0.0 if own is None else (own - best) * kwh * month
        found.append(
            RegionUse(region, kwh * month, own, cleaner if saved else "", saved)
        )
    return sorted(found, key=lambda one: (-one.kwh, one.region))
