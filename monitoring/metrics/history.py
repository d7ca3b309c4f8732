"""What the hosts did in the last hours: each of their metrics over time, and in all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.windows import ONE_DAY
from monitoring.metrics.distribution import Distribution
from monitoring.metrics.host import HOST_METRICS
from monitoring.metrics.models import MetricPoint, MetricRollup, MetricSeries

Interval = MetricRollup.Interval
MINUTE = "minute"
# From so many hours on a point is an hour, and a day.
HOURLY_FROM, DAILY_FROM = 7, 15 * 24
LENGTH = {
    MINUTE: timedelta(minutes=1),
    Interval.HOUR.value: timedelta(hours=1),
    Interval.DAY.value: ONE_DAY,
}
HEIGHT = 100


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    at: datetime
    average: float
    maximum: float


@dataclass(frozen=True, slots=True)
class SeriesHistory:
    """One metric of one host; the percentile is off by 1% of itself at most."""

    name: str
    host: str
    title: str
    unit: str
    points: Sequence[HistoryPoint]
    minimum: float
    average: float
    maximum: float
    p95: float

    @property
    def latest(self) -> float:
        return self.points[-1].average


@dataclass(frozen=True, slots=True)
class History:
    hours: int
    interval: str
    start: datetime
    end: datetime
    series: Sequence[SeriesHistory]

    @property
    def steps(self) -> int:
        return max(round((self.end - self.start) / LENGTH[self.interval]), 1)

    def line(self, series: SeriesHistory) -> str:
        """Return the path of its averages, 1 wide a step and 100 high, with gaps.

        What has no neighbor is a line of one step, as a point could not be seen.
        """
        top = 100.0 if series.unit == "%" else max(series.maximum, 1e-9)
        heights = {
            int((point.at - self.start) / LENGTH[self.interval]): HEIGHT
            - HEIGHT * point.average / top
            for point in series.points
        }
        parts = []
        for step, height in heights.items():
            follows, is_followed = step - 1 in heights, step + 1 in heights
            end = "" if follows or is_followed else "h1"
            parts.append(f"{'L' if follows else 'M'}{step} {height:.1f}{end}")
        return "".join(parts)


def host_history(hours: int, now: datetime) -> History:
    """Return every host's metrics in the last hours, in minutes, hours or days. The
    first of these is whole. Two queries."""
    interval = MINUTE if hours < HOURLY_FROM else Interval.HOUR.value
    interval = Interval.DAY.value if hours >= DAILY_FROM else interval
    start, end = now - timedelta(hours=hours), now
    if interval == MINUTE:
        start = start.replace(second=0, microsecond=0)
    else:
        start = Interval(interval).start_of(start)
    order = list(HOST_METRICS)
    series = sorted(
        MetricSeries.objects.filter(name__in=order),
        key=lambda one: (one.labels.get("host", ""), order.index(one.name)),
    )
    read = _minutes if interval == MINUTE else _sums
    found: dict[int, list[Any]] = {}
    for key, *row in read([one.pk for one in series], interval, start):
        found.setdefault(key, []).append(row)
    histories = [_history(one, found[one.pk]) for one in series if one.pk in found]
    return History(hours, interval, start, end, histories)


def _minutes(keys: Sequence[int], interval: str, start: datetime) -> Iterator[Any]:
    points = MetricPoint.objects.filter(series__in=keys, recorded_at__gte=start)
    columns = ("series_id", "recorded_at", "value")
    for key, at, value in points.order_by("recorded_at").values_list(*columns):
        one = Distribution()
        one.add(value)
        yield key, at, one


def _sums(keys: Sequence[int], interval: str, start: datetime) -> Iterator[Any]:
    rows = MetricRollup.objects.filter(
        series__in=keys, interval=interval, start_at__gte=start
    )
    columns = ("count", "total", "minimum", "maximum", "buckets")
    ordered = rows.order_by("start_at")
    for key, at, *sums in ordered.values_list("series_id", "start_at", *columns):
        yield key, at, Distribution.stored(*sums)


def _history(series: MetricSeries, rows: Sequence[Any]) -> SeriesHistory:
    whole = Distribution()
    for _, one in rows:
        whole.merge(one)
    return SeriesHistory(
        name=series.name,
        host=series.labels.get("host", ""),
        title=HOST_METRICS[series.name].title,
        unit=series.unit,
        points=[HistoryPoint(at, one.average, one.maximum) for at, one in rows],
        minimum=whole.minimum,
        average=whole.average,
        maximum=whole.maximum,
        p95=whole.percentiles([0.95])[0],
    )
