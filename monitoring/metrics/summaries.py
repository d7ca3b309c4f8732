"""What series came to in each hour or day, all of them together."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from monitoring.metrics.distribution import SHARES, Distribution
from monitoring.metrics.models import MetricRollup
from monitoring.metrics.querysets import SeriesQuerySet


class Summary(NamedTuple):
    """One hour or day; percentiles are off by 1% of themselves at most."""

    start_at: datetime
    count: int  # type: ignore[assignment]
    minimum: float
    maximum: float
    average: float
    p50: float
    p95: float
    p99: float


def summaries(
    series: SeriesQuerySet, interval: str, start: datetime, end: datetime
) -> Sequence[Summary]:
    """Return each hour or day that has a value, in order."""
    keys = list(series.values_list("pk", flat=True))
    rows = MetricRollup.objects.filter(
        series__in=keys, interval=interval, start_at__gte=start, start_at__lt=end
    ).order_by("start_at")
    return list(_of_one(rows) if len(keys) == 1 else _of_several(rows))


def _of_one(rows: QuerySet[MetricRollup]) -> Iterator[Summary]:
    """Percentiles of one series are stored, so no bucket is read."""
    columns = ("start_at", "count", "minimum", "maximum", "total", "p50", "p95", "p99")
    for at, count, low, high, total, *percentiles in rows.values_list(*columns):
        yield Summary(at, count, low, high, total / count, *percentiles)


def _of_several(rows: QuerySet[MetricRollup]) -> Iterator[Summary]:
    found: dict[datetime, Distribution] = {}
    sums = ("start_at", "count", "total", "minimum", "maximum", "buckets")
    for at, *stored in rows.values_list(*sums).iterator():
        found.setdefault(at, Distribution()).merge(*stored)
    for at, one in found.items():
        yield Summary(
            *(at, one.count, one.minimum, one.maximum, one.average),
            *one.percentiles(SHARES),
        )
