"""What series came to in each hour or day, all of them together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitoring.metrics.distribution import Distribution
from monitoring.metrics.models import MetricRollup
from monitoring.metrics.querysets import SeriesQuerySet

SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Summary:
    """One hour or day; percentiles are off by 1% of themselves at most."""

    start_at: datetime
    count: int
    minimum: float
    maximum: float
    average: float
    p50: float
    p95: float
    p99: float


def summaries(
    series: SeriesQuerySet, interval: str, start: datetime, end: datetime
) -> Sequence[Summary]:
    """Return each hour or day that has a value, in order. One query."""
    rows = MetricRollup.objects.filter(
        series__in=series, interval=interval, start_at__gte=start, start_at__lt=end
    )
    found: dict[datetime, Distribution] = {}
    sums = ("start_at", "count", "total", "minimum", "maximum", "buckets")
    for at, *one in rows.order_by("start_at").values_list(*sums):
        found.setdefault(at, Distribution()).merge(*one)
    return list(_summed(found))


def _summed(found: dict[datetime, Distribution]) -> Iterator[Summary]:
    for at, one in found.items():
        yield Summary(
            *(at, one.count, one.minimum, one.maximum, one.average),
            *one.percentiles(SHARES),
        )
