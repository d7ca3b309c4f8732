"""What the charts of one machine are drawn from."""

from collections.abc import Sequence

from metrics.models import CpuMetric, NetworkMetric
from providers.windows import Window

CPU_LINES = [
    ("Average", "average_percent"),
    ("p99", "p99_percent"),
    ("Maximum", "maximum_percent"),
]
NETWORK_LINES = [("Received", "in_bytes"), ("Sent", "out_bytes")]


def cpu_chart(days: Sequence[CpuMetric], window: Window) -> dict[str, object]:
    """Average, p99 and maximum in percent; a day without data is a gap."""
    return _lines(days, window, CPU_LINES, "%")


def network_chart(days: Sequence[NetworkMetric], window: Window) -> dict[str, object]:
    """Bytes received and sent; a day without data is a gap."""
    return _lines(days, window, NETWORK_LINES, "bytes")


def _lines(
    days: Sequence[CpuMetric] | Sequence[NetworkMetric],
    window: Window,
    columns: Sequence[tuple[str, str]],
    unit: str,
) -> dict[str, object]:
    stored = {metric.day: metric for metric in days}
    return {
        "kind": "line",
        "unit": unit,
        "granularity": "daily",
        "labels": [day.isoformat() for day in window.days()],
        "estimated": [],
        "series": [
            {
                "label": label,
                "values": [
                    getattr(stored.get(day), column, None) for day in window.days()
                ],
            }
            for label, column in columns
        ],
    }
