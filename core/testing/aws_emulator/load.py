"""How busy machines are: the default model, and the figures of a day.

Basic monitoring: one datapoint in five minutes, 288 a day. The default model holds a
value for an hour and has one point a day that spikes, so that the maximum, P99 and
the average of a day all differ and are known in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from core.testing.aws_emulator.world import EmulatedInstance

DAY = 86_400
HOUR = 3_600
POINT = 300  # seconds between datapoints
POINTS_A_DAY = DAY // POINT

# Share of the daily swing in each hour: quiet nights, a peak at 14:00 UTC.
PROFILE = (
    *(0.05, 0.02, 0.0, 0.0, 0.03, 0.08, 0.2, 0.4),
    *(0.65, 0.8, 0.85, 0.9, 0.85, 0.95, 1.0, 0.95),
    *(0.9, 0.75, 0.55, 0.4, 0.3, 0.2, 0.12, 0.08),
)
PROFILE_AVERAGE = sum(PROFILE) / 24
PEAK_HOUR = PROFILE.index(1.0)
SPIKE_POINT = PEAK_HOUR * 12 + 5  # which of a day's 288 points spikes
WEEKEND_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class DayFigures:
    """CPU of one whole UTC day, in percent, and its number of datapoints."""

    average: float
    maximum: float
    p99: float
    samples: int = POINTS_A_DAY
    minimum: float | None = None


NO_DATA = DayFigures(0.0, 0.0, 0.0, samples=0)


@dataclass(frozen=True, slots=True)
class Shape:
    """The default model's day: value(hour) = level + swing * PROFILE[hour]."""

    level: float
    swing: float
    spike: float


@lru_cache(maxsize=65_536)
def _seed(instance_id: str) -> int:
    return crc32(instance_id.encode())


def day_shape(instance_id: str, day_number: int) -> Shape:
    """The default model's parameters for a day, counted from 1970-01-01."""
    seed = _seed(instance_id)
    mixed = (seed ^ day_number * 2_654_435_761) & 0xFFFFFFFF
    mixed = (mixed * 2_246_822_519 ^ mixed >> 13) & 0xFFFFFFFF
    weekend = (day_number + 3) % 7 >= 5
    swing = (seed >> 9) % 300 / 10
    return Shape(
        level=3 + seed % 400 / 10 + mixed % 200 / 100,
        swing=swing * WEEKEND_SHARE if weekend else swing,
        spike=5 + (mixed >> 8) % 150 / 10,
    )


def default_cpu(instance: EmulatedInstance, moment: datetime) -> float | None:
    """Percent at a moment: the same for the same instance and five minutes."""
    if instance.cpu_percent is not None:
        return instance.cpu_percent
    seconds = int(moment.timestamp())
    shape = day_shape(instance.instance_id, seconds // DAY)
    value = shape.level + shape.swing * PROFILE[seconds % DAY // HOUR]
    if seconds % DAY // POINT == SPIKE_POINT:
        value += shape.spike
    return value


def default_cpu_day(instance: EmulatedInstance, day_number: int) -> DayFigures:
    """A whole day of `default_cpu` in closed form."""
    if instance.cpu_percent is not None:
        percent = instance.cpu_percent
        return DayFigures(percent, percent, percent, minimum=percent)
    shape = day_shape(instance.instance_id, day_number)
    peak = shape.level + shape.swing
    return DayFigures(
        average=shape.level
        + shape.swing * PROFILE_AVERAGE
        + shape.spike / POINTS_A_DAY,
        maximum=peak + shape.spike,
        p99=peak,  # the peak hour holds the 276th to 287th of the sorted 288 points
        minimum=shape.level,
    )


def moment_of(seconds: int) -> datetime:
    """An epoch second as an aware datetime."""
    return datetime.fromtimestamp(seconds, UTC)
