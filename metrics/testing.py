"""Days of utilization for tests, and what is stored of them."""

from django.utils import timezone

from core.testing.stored import Rows, sorted_rows
from core.windows import Window
from inventory.models import Instance, Resource
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric, UsageMetric
from metrics.recent_cpu_rollup import refresh_recent_cpu


def store_cpu(one: Resource, window: Window, average: float) -> None:
    """Store the same figures on each day, and what a sync would derive from them."""
    for day in window.days():
        CpuMetric.objects.create(
            resource=one,
            day=day,
            average_percent=average,
            maximum_percent=average * 2,
            p99_percent=average * 1.5,
            samples=288,
        )
        NetworkMetric.objects.create(
            resource=one, day=day, in_bytes=1536, out_bytes=None
        )
    refresh_recent_cpu(one.account, timezone.now())


def store_memory(one: Instance, window: Window, maximum: float) -> None:
    """Store the same on each day, and half of it as the average."""
    for day in window.days():
        MemoryMetric.objects.create(
            resource=one, day=day, average_percent=maximum / 2, maximum_percent=maximum
        )


def store_usage(one: Resource, window: Window, **totals: float) -> None:
    """Store such a total of each metric on each day, and a share as its average."""
    for day in window.days():
        for metric, total in totals.items():
            UsageMetric.objects.create(
                resource=one,
                day=day,
                metric=metric,
                average=total / 8,
                maximum=total / 4,
                total=total,
            )


def stored_metrics() -> Rows:
    """Return every day of every resource, without what differs between runs."""
    return {
        "cpu": sorted_rows(
            CpuMetric,
            *("resource__resource_id", "day", "average_percent", "maximum_percent"),
            *("p99_percent", "samples"),
        ),
        "memory": sorted_rows(
            MemoryMetric,
            *("resource__resource_id", "day", "average_percent", "maximum_percent"),
        ),
        "network": sorted_rows(
            NetworkMetric, "resource__resource_id", "day", "in_bytes", "out_bytes"
        ),
        "usage": sorted_rows(
            UsageMetric,
            *("resource__resource_id", "day", "metric", "average", "maximum", "total"),
        ),
    }
