"""Charts of daily utilization: of one instance, and a line or heat strip of many."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Avg, Max

from core.windows import Window
from metrics.models import CpuMetric, DailyMetric, MemoryMetric, NetworkMetric

CPU_LINES = [
    ("Average", "average_percent"),
    ("p99", "p99_percent"),
    ("Maximum", "maximum_percent"),
]
MEMORY_LINES = [("Average", "average_percent"), ("Maximum", "maximum_percent")]
NETWORK_LINES = [("Received", "in_bytes"), ("Sent", "out_bytes")]
# A line has one color on every chart.
COLORS = {"Average": "c1", "p99": "c2", "Maximum": "c3", "Total": "c1"}
COLORS |= {"Received": "c1", "Sent": "c2"}
# What is summed over a day, unlike what there is at a time.
SUMS = {"in_bytes", "out_bytes", "total"}
PER_DAY = {"bytes": "bytes per day", "count": "number per day"}
# A day from so many percent on is one step warmer.
HEAT_FROM_PERCENT = (0, 5, 20, 40, 60, 80)


def cpu_chart(days: Sequence[CpuMetric], window: Window) -> dict[str, object]:
    """Average, p99 and maximum in percent; a day without data is a gap."""
    return line_chart(days, window, CPU_LINES, "%")


def memory_chart(days: Sequence[MemoryMetric], window: Window) -> dict[str, object]:
    """Average and maximum in percent; a day without data is a gap."""
    return line_chart(days, window, MEMORY_LINES, "%")


def network_chart(days: Sequence[NetworkMetric], window: Window) -> dict[str, object]:
    """Bytes received and sent; a day without data is a gap."""
    return line_chart(days, window, NETWORK_LINES, "bytes")


def line_chart(
    days: Sequence[DailyMetric],
    window: Window,
    columns: Sequence[tuple[str, str]],
    unit: str,
) -> dict[str, object]:
    """A line of each column that has a value; a day without data is a gap."""
    stored = {metric.day: metric for metric in days}
    values = {
        label: [getattr(stored.get(day), column, None) for day in window.days()]
        for label, column in columns
        if any(getattr(metric, column) is not None for metric in days)
    }
    is_sum = any(label in values and column in SUMS for label, column in columns)
    return {
        "kind": "line",
        "unit": unit,
        "per_day": PER_DAY.get(unit, "") if is_sum else "",
        "granularity": "daily",
        "labels": [day.isoformat() for day in window.days()],
        "estimated": [],
        "series": [
            {"label": label, "values": line, "color": COLORS[label]}
            for label, line in values.items()
        ],
    }


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
