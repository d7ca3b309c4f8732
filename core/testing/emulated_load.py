"""How busy emulated machines are: a day's shape, the same each time, from an id.

A value holds for an hour, and one point of the day spikes, so that the maximum, P99 and
the average of a day all differ and are known in closed form.
"""

from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

DAY = 86_400
HOUR = 3_600

# Share of the daily swing in each hour: quiet nights, a peak at 14:00 UTC.
PROFILE = (
    *(0.05, 0.02, 0.0, 0.0, 0.03, 0.08, 0.2, 0.4),
    *(0.65, 0.8, 0.85, 0.9, 0.85, 0.95, 1.0, 0.95),
    *(0.9, 0.75, 0.55, 0.4, 0.3, 0.2, 0.12, 0.08),
)
PROFILE_AVERAGE = sum(PROFILE) / 24
PEAK_HOUR = PROFILE.index(1.0)  # the point that spikes lies in it
WEEKEND_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Shape:
    """A day: value(hour) = level + swing * PROFILE[hour], and one spike more."""

    level: float
    swing: float
    spike: float


@lru_cache(maxsize=65_536)
def _seed(machine_id: str) -> int:
    return crc32(machine_id.encode())


def day_shape(machine_id: str, day_number: int) -> Shape:
    """The shape of a day, counted from 1970-01-01."""
    seed = _seed(machine_id)
    mixed = (seed ^ day_number * 2_654_435_761) & 0xFFFFFFFF
    mixed = (mixed * 2_246_822_519 ^ mixed >> 13) & 0xFFFFFFFF
    weekend = (day_number + 3) % 7 >= 5
    swing = (seed >> 9) % 300 / 10
    return Shape(
        level=3 + seed % 400 / 10 + mixed % 200 / 100,
        swing=swing * WEEKEND_SHARE if weekend else swing,
        spike=5 + (mixed >> 8) % 150 / 10,
    )
