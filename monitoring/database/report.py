"""What queries took, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Sum

from monitoring.database.counting import bucket_ms
from monitoring.models import NamedQuery, QueryHour, SlowQuery

# The name of an order -> what it is by.
ORDERS = ("total_ms", "count", "mean_ms", "p95_ms", "p99_ms", "slowest_ms", "name")


@dataclass(frozen=True, slots=True)
class QueryTimes:
    """The calls of one query. Percentiles are of buckets, within 10%."""

    name: str
    text: str
    count: int
    total_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    slowest_ms: float
    slow: SlowQuery | None

    @property
    def mean_ms(self) -> float:
        return self.total_ms / self.count


def query_times(start: datetime, end: datetime) -> Sequence[QueryTimes]:
    """Return each query of these hours, what took longest in all first."""
    sums = (
        QueryHour.objects.filter(hour__gte=start, hour__lt=end)
        .values("name", "bucket")
        .annotate(of=Sum("count"), ms=Sum("total_ms"), most=Max("slowest_ms"))
        .order_by("name", "bucket")
    )
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in sums:
        found.setdefault(row["name"], []).append(row)
    named = NamedQuery.objects.filter(name__in=found)
    texts = dict(named.values_list("name", "text"))
    slow = SlowQuery.objects.filter(hour__gte=start, hour__lt=end)
    slowest = {one.name: one for one in slow.order_by("elapsed_ms")}
    times = [
        _times(name, texts.get(name, ""), rows, slowest.get(name))
        for name, rows in found.items()
    ]
    return sorted(times, key=lambda one: (-one.total_ms, one.name))


def _times(
    name: str, text: str, rows: Sequence[Mapping[str, Any]], slow: SlowQuery | None
) -> QueryTimes:
    most = max(row["most"] for row in rows)
    p50, p95, p99 = (min(_percentile(rows, p), most) for p in (0.50, 0.95, 0.99))
    count, total = (sum(row[part] for row in rows) for part in ("of", "ms"))
    return QueryTimes(name, text, count, total, p50, p95, p99, most, slow)


def _percentile(rows: Sequence[Mapping[str, Any]], share: float) -> float:
    """Return the middle of the bucket that holds it, of rows in order of buckets."""
    left = share * sum(row["of"] for row in rows)
    for row in rows:
        left -= row["of"]
        if left <= 0:
            return bucket_ms(row["bucket"])
    return bucket_ms(rows[-1]["bucket"])
