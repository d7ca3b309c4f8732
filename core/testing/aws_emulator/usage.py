"""The datapoints of one instance, gathered into periods."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.testing.aws_emulator.load import (
    NO_DATA,
    POINT,
    SPIKE_POINT,
    DayFigures,
    default_cpu,
    default_cpu_day,
    moment_of,
)
from core.testing.emulated_load import DAY, HOUR, day_shape

if TYPE_CHECKING:
    from core.testing.aws_emulator.world import EmulatedInstance, World

# CPU percent, and how many five-minute points had it.
Samples = list[tuple[float, int]]


@dataclass
class Usage:
    """One instance's CPU, remembered for as long as one request takes."""

    world: World
    instance: EmulatedInstance
    now: int
    periods: list[tuple[int, int]] = field(init=False)
    _days: dict[int, DayFigures | None] = field(default_factory=dict)
    _samples: dict[tuple[int, int], Samples] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.periods = [
            (int(start.timestamp()), int(end.timestamp()) if end else self.now)
            for start, end in self.instance.running_periods()
        ]

    def whole_day(self, day_number: int) -> DayFigures | None:
        """Figures of a day it ran through; None where points must be gathered."""
        if day_number not in self._days:
            self._days[day_number] = self._whole_day(day_number)
        return self._days[day_number]

    def _whole_day(self, day_number: int) -> DayFigures | None:
        start = day_number * DAY
        end = start + DAY
        if end > self.now or not any(a <= start and end <= b for a, b in self.periods):
            return None
        if self.world.cpu_day is not None:
            day = moment_of(start).date()
            return self.world.cpu_day(self.instance, day) or NO_DATA
        if self.world.cpu is default_cpu:
            return default_cpu_day(self.instance, day_number)
        return None

    def value(self, start: int, end: int, stat: str) -> float | None:
        """One statistic over [start, end); None without any datapoint."""
        if end - start == DAY and start % DAY == 0:
            figures = self.whole_day(start // DAY)
            if figures is NO_DATA:
                return None
            if figures is not None:
                value = of_day(figures, stat)
                if value is not None:
                    return value
        if (start, end) not in self._samples:
            self._samples[start, end] = self.samples(start, end)
        return of_samples(self._samples[start, end], stat)

    def samples(self, start: int, end: int) -> Samples:
        """The points of [start, end) while it ran and before now."""
        found: Samples = []
        for run_start, run_end in self.periods:
            first = math.ceil(max(start, run_start) / POINT)
            last = math.ceil(min(end, run_end, self.now) / POINT)
            while first < last:
                hour = first * POINT // HOUR
                until = min(last, (hour + 1) * HOUR // POINT)
                found += self._hour(hour, first, until)
                first = until
        return found

    def _hour(self, hour: int, first: int, until: int) -> Samples:
        """Points `first` to before `until` (counted in five minutes) of an hour."""
        value = self.world.cpu(self.instance, moment_of(hour * HOUR))
        if value is None:
            return []
        points = until - first
        spike_at = hour * HOUR // DAY * (DAY // POINT) + SPIKE_POINT
        steady = self.world.cpu is not default_cpu
        if steady or self.instance.cpu_percent is not None:
            return [(value, points)]
        if not first <= spike_at < until:
            return [(value, points)]
        spike = day_shape(self.instance.instance_id, hour * HOUR // DAY).spike
        return [(value, points - 1), (value + spike, 1)]


def of_day(figures: DayFigures, stat: str) -> float | None:
    """A statistic that a day's figures hold; None for any other."""
    if stat == "Average":
        return figures.average
    if stat == "Maximum":
        return figures.maximum
    if stat == "p99":
        return figures.p99
    if stat == "SampleCount":
        return float(figures.samples)
    if stat == "Minimum":
        return figures.minimum
    if stat == "Sum":
        return figures.average * figures.samples
    return None


def of_samples(samples: Samples, stat: str) -> float | None:
    """A statistic over points; None without any."""
    count = sum(points for _, points in samples)
    if not count:
        return None
    if stat == "SampleCount":
        return float(count)
    if stat == "Maximum":
        return max(value for value, points in samples if points)
    if stat == "Minimum":
        return min(value for value, points in samples if points)
    if stat.startswith("p"):
        return _percentile(samples, float(stat[1:]) / 100 * count)
    total = sum(value * points for value, points in samples)
    return total if stat == "Sum" else total / count


def _percentile(samples: Samples, rank: float) -> float:
    """The smallest value that `rank` of the points do not exceed."""
    ordered = sorted(samples)
    seen = 0
    for value, points in ordered:
        seen += points
        if seen >= rank:
            return value
    return ordered[-1][0]
