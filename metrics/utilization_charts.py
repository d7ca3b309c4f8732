"""How lists draw the utilization of each instance: as a line or a heat strip."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Avg, Max

from core.windows import Window
from metrics.models import CpuMetric, MemoryMetric

# A day from so many percent on is one step warmer.
HEAT_FROM_PERCENT = (0, 5, 20, 40, 60, 80)


@dataclass(frozen=True, slots=True)
class CpuDays:
    """One instance's daily averages in percent; None for a day without data."""

    averages: Sequence[float | None]

    @property
    def measured(self) -> Sequence[float]:
        return [average for average in self.averages if average is not None]

    @property
    def line(self) -> str:
        """Return the path of a line, 1 wide a day and 100 high, with gaps.

        A day alone is a line of no length, which round ends make a dot.
        """
        parts = []
        pen = "M"
        for at, average in enumerate(self.averages):
            if average is None:
                pen = "M"
                continue
            parts.append(f"{pen}{at} {100 - average:.1f}{'h0' if pen == 'M' else ''}")
            pen = "L"
        return "".join(parts)

    @property
    def heat(self) -> Sequence[tuple[int, str]]:
        """Return (step of heat, the path of its days as squares) of each step."""
        days: dict[int, list[str]] = {}
        for at, average in enumerate(self.averages):
            if average is not None:
                square = f"M{at} 0h.9v1h-.9z"
                days.setdefault(heat_of(average), []).append(square)
        return [(step, "".join(squares)) for step, squares in sorted(days.items())]


def heat_of(percent: float) -> int:
    """Return a step from 0, the lowest, to 5."""
    return sum(percent >= least for least in HEAT_FROM_PERCENT[1:])


def cpu_days(keys: Collection[int], window: Window) -> Mapping[int, CpuDays]:
    """Return the days of each instance with data in the window, by key. One query."""
    rows = (
        CpuMetric.objects.filter(resource__in=keys)
        .in_window(window)
        .order_by()
        .values_list("resource_id", "day", "average_percent")
    )
    found: dict[int, list[float | None]] = {}
    for key, day, average in rows:
        averages = found.setdefault(key, [None] * len(window))
        averages[(day - window.start).days] = average
    return {key: CpuDays(averages) for key, averages in found.items()}


def memory_used(
    keys: Collection[int], window: Window
) -> Mapping[int, tuple[float | None, float | None]]:
    """Return average and maximum of each instance with data, by key. One query."""
    days = MemoryMetric.objects.filter(resource__in=keys).in_window(window).order_by()
    used = days.values_list("resource_id").annotate(
        average=Avg("average_percent"), maximum=Max("maximum_percent")
    )
    return {key: (average, maximum) for key, average, maximum in used}
