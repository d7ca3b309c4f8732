"""What series came to in each hour or day, all of them together."""

from base64 import b64decode
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Aggregate, Max, Min, QuerySet, Sum, TextField

from monitoring.metrics.distribution import PACKED_LENGTH, SHARES, value_of
from monitoring.metrics.models import MetricRollup

# Bounds the memory that percentiles take: a number for each bucket of each hour.
COUNTED_AT_ONCE = 2_000_000


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


class Joined(Aggregate):
    """The texts of a group, one after the other."""

    template = "%(function)s(%(expressions)s, '')"
    function = "STRING_AGG"
    output_field = TextField()

    def as_sqlite(self, *args: Any, **kwargs: Any) -> Any:
        return self.as_sql(*args, function="GROUP_CONCAT", **kwargs)


def summaries(
    series: Collection[int], interval: str, start: datetime, end: datetime
) -> Sequence[Summary]:
    """Return each hour or day in which one of the series of these keys has a value, in
    order."""
    rows = MetricRollup.objects.filter(
        series__in=series, interval=interval, start_at__gte=start, start_at__lt=end
    ).order_by("start_at")
    return list(_of_one(rows) if len(series) == 1 else _of_several(rows))


def _of_one(rows: QuerySet[MetricRollup]) -> Iterator[Summary]:
    """Percentiles of one series are stored, so no bucket is read."""
    columns = ("start_at", "count", "minimum", "maximum", "total", "p50", "p95", "p99")
    for at, count, low, high, total, *percentiles in rows.values_list(*columns):
        yield Summary(at, count, low, high, total / count, *percentiles)


def _of_several(rows: QuerySet[MetricRollup]) -> Iterator[Summary]:
    """The database adds up what is exact, and joins the buckets."""
    found = list(
        rows.values("start_at").values_list(
            *("start_at", Sum("count"), Min("minimum"), Max("maximum"), Sum("total")),
            Joined("buckets"),
        )
    )
    percentiles = _percentiles([row[1] for row in found], [row[5] for row in found])
    for (at, count, low, high, total, _), shares in zip(
        found, percentiles, strict=True
    ):
        within = (min(max(value, low), high) for value in shares)
        yield Summary(at, count, low, high, total / count, *within)


def _percentiles(counts: Sequence[int], packed: Sequence[str]) -> list[list[float]]:
    """Return the values of SHARES of each group of values, given its buckets."""
    if not counts:
        return []
    import numpy as np  # it is large, and few requests need it

    entries = np.frombuffer(b64decode("".join(packed)), [("of", "<i4"), ("n", "<u2")])
    lowest = entries["of"].min()
    is_used = np.zeros(entries["of"].max() - lowest + 1, bool)
    is_used[entries["of"] - lowest] = True
    values = np.array([value_of(int(at + lowest)) for at in np.flatnonzero(is_used)])
    columns = (np.cumsum(is_used) - 1)[entries["of"] - lowest]
    ends = np.cumsum([len(text) // PACKED_LENGTH for text in packed])
    lines = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
    ranks = np.ceil(np.outer(counts, SHARES)).clip(min=1)
    step = max(COUNTED_AT_ONCE // len(values), 1)
    found: list[list[float]] = []
    for first in range(0, len(ends), step):
        wanted = ranks[first : first + step]
        some = slice(ends[first - 1] if first else 0, ends[first + len(wanted) - 1])
        places = (lines[some] - first) * len(values) + columns[some]
        held = np.bincount(places, entries["n"][some], len(wanted) * len(values))
        reached = held.reshape(len(wanted), -1).cumsum(axis=1)
        at = [(reached < each[:, None]).sum(axis=1) for each in wanted.T]
        found += values[np.stack(at, axis=1)].tolist()
    return found
