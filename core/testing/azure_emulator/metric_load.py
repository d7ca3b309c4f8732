"""The values of a machine's metrics, a point a minute, gathered into buckets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.testing.azure_emulator.sizes import SIZES
from core.testing.emulated_load import (
    DAY,
    HOUR,
    PEAK_HOUR,
    PROFILE,
    PROFILE_AVERAGE,
    day_shape,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.machines import EmulatedVm

MINUTE = 60
SPIKE_SECOND = PEAK_HOUR * HOUR + 25 * MINUTE  # of a day: the minute that spikes
KEPT_DAYS = 93
MEMORY_SWING = 5.0  # percent more at the day's peak


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of all resources of a type."""

    name: str
    unit: str
    grain: str = ""  # the only interval that it comes in; "" any


CPU = Metric("Percentage CPU", "Percent")
METRICS = {
    metric.name.lower(): metric
    for metric in (
        CPU,
        Metric("Network In Total", "Bytes"),
        Metric("Network Out Total", "Bytes"),
        Metric("Available Memory Bytes", "Bytes"),
        Metric("VmAvailabilityMetric", "Count"),
    )
}
# Listed by newer catalogues only: see `AzureWorld.more_metrics`.
NEWER_METRICS = {
    metric.name.lower(): metric
    for metric in (Metric("Available Memory Percentage", "Percent"),)
}


@dataclass(slots=True)
class Gathered:
    """The points of one bucket."""

    total: float
    count: int
    minimum: float
    maximum: float

    def add(self, other: Gathered) -> None:
        self.total += other.total
        self.count += other.count
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)

    def aggregated(self, name: str) -> float:
        """One aggregation of them."""
        if name == "average":
            return self.total / self.count
        return float(getattr(self, name))


@dataclass(frozen=True, slots=True)
class Series:
    """The points of a metric, of a resource or of a part of it."""

    seed: str  # of what is up to chance
    labels: dict[str, str]  # dimension -> value, where it is a part
    points: Callable[[int, int], Gathered | None]
    """Those of [begin, end), in seconds."""


@dataclass(frozen=True, slots=True)
class Line:
    """A day of a metric: base + slope * PROFILE[hour], and a spike in one minute."""

    base: float
    slope: float
    spike: float = 0.0

    def day(self) -> Gathered:
        """All of the day's minutes."""
        minutes = DAY // MINUTE
        average = self.base + self.slope * PROFILE_AVERAGE
        peak = self.base + self.slope + self.spike
        return Gathered(
            average * minutes + self.spike,
            minutes,
            min(self.base, self.base + self.slope),
            max(self.base, peak),
        )

    def part(self, start: int, end: int) -> Gathered | None:
        """The minutes of [start, end) within one day, in seconds of it."""
        found: Gathered | None = None
        for hour in range(start // HOUR, -(-end // HOUR)):
            first, last = max(start, hour * HOUR), min(end, (hour + 1) * HOUR)
            minutes = -(-last // MINUTE) - -(-first // MINUTE)
            if not minutes:
                continue
            value = self.base + self.slope * PROFILE[hour]
            gathered = Gathered(value * minutes, minutes, value, value)
            if first <= SPIKE_SECOND < last:
                gathered.total += self.spike
                gathered.maximum = max(value, value + self.spike)
            if found:
                found.add(gathered)
            else:
                found = gathered
        return found


def line_of(vm: EmulatedVm, metric: Metric, day_number: int) -> Line:
    """A metric's day, the same each time."""
    memory = SIZES[vm.size.lower()].memory_gb * 2**30
    free = 100 - vm.memory_percent
    if metric.name == "Available Memory Bytes":
        return Line(memory * free / 100, -memory * MEMORY_SWING / 100)
    if metric.name == "Available Memory Percentage":
        return Line(free, -MEMORY_SWING)
    if metric.name == "VmAvailabilityMetric":
        return Line(1.0, 0.0)
    if vm.cpu_percent is not None:
        cpu = Line(vm.cpu_percent, 0.0)
    else:
        shape = day_shape(vm.id.lower(), day_number)
        cpu = Line(shape.level, shape.swing, shape.spike)
    if metric is CPU:
        return cpu
    bytes_each = vm.network_bytes_a_minute_and_percent
    share = bytes_each if metric.name == "Network In Total" else bytes_each / 2
    return Line(cpu.base * share, cpu.slope * share, cpu.spike * share)


def gather_all(
    vms: list[EmulatedVm],
    metric: Metric,
    now: datetime,
    labels: dict[str, str] | None = None,
) -> Series:
    """The points of some machines together."""

    def points(begin: int, end: int) -> Gathered | None:
        found: Gathered | None = None
        for vm in vms:
            part = gather(vm, metric, begin, end, now)
            if part and found:
                found.add(part)
            else:
                found = part or found
        return found

    return Series(vms[0].id if vms else "", labels or {}, points)


def gather(
    vm: EmulatedVm, metric: Metric, start: int, end: int, now: datetime
) -> Gathered | None:
    """The points of [start, end) while it ran; None without any."""
    found: Gathered | None = None
    for first, last in _ran(vm, start, end, int(now.timestamp())):
        for day_number in range(first // DAY, -(-last // DAY)):
            line = line_of(vm, metric, day_number)
            begin = max(first - day_number * DAY, 0)
            until = min(last - day_number * DAY, DAY)
            whole = until - begin == DAY
            part = line.day() if whole else line.part(begin, until)
            if part and found:
                found.add(part)
            else:
                found = part or found
    return found


def _ran(vm: EmulatedVm, start: int, end: int, now: int) -> Iterator[tuple[int, int]]:
    """When it ran within [start, end), as far as that is kept and is past."""
    start, end = max(start, now - KEPT_DAYS * DAY), min(end, now)
    for ran, stopped in vm.running_periods():
        first = max(start, int(ran.timestamp()))
        last = min(end, int(stopped.timestamp()) if stopped else end)
        if first < last:
            yield first, last
