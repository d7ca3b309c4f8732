"""The figures of an instance's day by basic monitoring: a point in five minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.testing.emulated_load import (
    DAY,
    HOUR,
    PEAK_HOUR,
    PROFILE,
    PROFILE_AVERAGE,
    day_shape,
)

if TYPE_CHECKING:
    from core.testing.aws_emulator.world import EmulatedInstance

POINT = 300  # seconds between datapoints
POINTS_A_DAY = DAY // POINT
SPIKE_POINT = PEAK_HOUR * 12 + 5  # which of a day's 288 points spikes


@dataclass(frozen=True, slots=True)
class DayFigures:
    """CPU of one whole UTC day, in percent, and its number of datapoints."""

    average: float
    maximum: float
    p99: float
    samples: int = POINTS_A_DAY
    minimum: float | None = None


NO_DATA = DayFigures(0.0, 0.0, 0.0, samples=0)


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
