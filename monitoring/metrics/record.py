"""Stores points, and keeps the sums of their hours and days in the same transaction."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core.db.upsert import upsert
from core.windows import ONE_DAY
from monitoring.metrics.distribution import SHARES, Distribution, pack
from monitoring.metrics.models import MetricPoint, MetricRollup, MetricSeries
from monitoring.metrics.partitions import ensure_partitions, months_ahead
from monitoring.metrics.points import Point

Interval = MetricRollup.Interval
# Whoever puts what is different each time into labels would fill the database.
MOST_SERIES = 20_000
SeriesKey = tuple[str, str]
# (series, interval, start) of a sum.
RollupKey = tuple[int, str, datetime]
SUMS = ("count", "total", "minimum", "maximum", "buckets")
PERCENTILES = ("p50", "p95", "p99")
ROLLUP_KEY = ("series_id", "interval", "start_at")


def record_points(points: Sequence[Point], now: datetime) -> dict[int, str]:
    """Store the points; return the position and reason of each that was refused.

    The same point again changes nothing; another value at the same time replaces it.
    """
    with transaction.atomic():
        ensure_partitions(
            {point.recorded_at.date() for point in points} | months_ahead(now.date())
        )
        series, refused = _series_of(points, now)
        values = {
            (series[point.name, point.labels_digest], point.recorded_at): point.value
            for at, point in enumerate(points)
            if at not in refused
        }
        if values:
            _store(values, now)
    return refused


def _series_of(
    points: Sequence[Point], now: datetime
) -> tuple[dict[SeriesKey, int], dict[int, str]]:
    """Return the key of each point's series, made where it is new, and who has none."""
    by_name = MetricSeries.objects.filter(name__in={point.name for point in points})
    units = dict(by_name.order_by("-id").values_list("name", "unit"))
    known = _keys(by_name)
    room = MOST_SERIES - MetricSeries.objects.count()
    new: dict[SeriesKey, MetricSeries] = {}
    refused: dict[int, str] = {}
    for at, point in enumerate(points):
        key = point.name, point.labels_digest
        unit = units.setdefault(point.name, point.unit)
        if point.unit != unit:
            refused[at] = f'unit: {point.name} is in "{unit}", not in "{point.unit}".'
        elif key not in known and key not in new:
            if len(new) >= room:
                refused[at] = (
                    f"labels: {MOST_SERIES:,} series are recorded, the most there can "
                    "be. Use labels with fewer values, or delete series in the admin."
                )
                continue
            new[key] = MetricSeries(
                name=point.name,
                labels=json.loads(point.labels),
                labels_digest=key[1],
                unit=unit,
                created_at=now,
                changed_at=now,
            )
    if new:
        MetricSeries.objects.bulk_create(new.values(), ignore_conflicts=True)
        known = _keys(by_name)
    return known, refused


def _keys(series: Any) -> dict[SeriesKey, int]:
    rows = series.order_by().values_list("name", "labels_digest", "pk")
    return {(name, digest): key for name, digest, key in rows}


def _store(values: Mapping[tuple[int, datetime], float], now: datetime) -> None:
    """Store what is new or changed, under a lock of its series."""
    series = MetricSeries.objects.filter(pk__in={key for key, _ in values})
    # In the same order for everybody, so that two never wait for each other.
    list(series.order_by("pk").select_for_update().values_list("pk"))
    times = {at for _, at in values}
    stored = MetricPoint.objects.filter(
        series__in={key for key, _ in values}, recorded_at__in=times
    )
    before = {
        (key, at): value
        for key, at, value in stored.order_by().values_list(
            "series_id", "recorded_at", "value"
        )
    }
    changed = {key for key, value in values.items() if before.get(key, value) != value}
    new = {key: value for key, value in values.items() if key not in before}
    written = [(*key, values[key]) for key in [*new, *changed]]
    if not written:
        return
    key = ("series_id", "recorded_at")
    upsert(MetricPoint, [*key, "value"], written, key)
    _add_to_rollups(new)
    _sum_again({(key, Interval.DAY.start_of(at)) for key, at in changed})
    series.update(changed_at=now)


def _add_to_rollups(new: Mapping[tuple[int, datetime], float]) -> None:
    added: dict[RollupKey, Distribution] = defaultdict(Distribution)
    for (key, at), value in new.items():
        for interval in Interval:
            added[key, interval.value, interval.start_of(at)].add(value)
    for stored in _stored_rollups(added):
        added[stored[:3]].merge(Distribution.stored(*stored[3:]))
    _write_rollups(added)


def _stored_rollups(wanted: Mapping[RollupKey, Distribution]) -> list[Any]:
    """Return those that are stored: their key, and what they sum up."""
    rows = MetricRollup.objects.filter(
        series__in={key for key, _, _ in wanted},
        start_at__in={start for _, _, start in wanted},
    )
    found = rows.order_by().values_list(*ROLLUP_KEY, *SUMS)
    return [row for row in found if row[:3] in wanted]


def _sum_again(days: set[tuple[int, datetime]]) -> None:
    """Sum up whole days of these series from their points, of which some changed."""
    summed: dict[RollupKey, Distribution] = defaultdict(Distribution)
    for day in {day for _, day in days}:
        points = MetricPoint.objects.filter(
            series__in={key for key, start in days if start == day},
            recorded_at__gte=day,
            recorded_at__lt=day + ONE_DAY,
        )
        rows = points.order_by().values_list("series_id", "recorded_at", "value")
        for key, at, value in rows.iterator():
            for interval in Interval:
                summed[key, interval.value, interval.start_of(at)].add(value)
    _write_rollups(summed)


def _write_rollups(sums: Mapping[RollupKey, Distribution]) -> None:
    rows = (
        (
            *(*key, one.count, one.total, one.minimum, one.maximum, pack(one.buckets)),
            *one.percentiles(SHARES),
        )
        for key, one in sums.items()
    )
    upsert(MetricRollup, [*ROLLUP_KEY, *SUMS, *PERCENTILES], rows, ROLLUP_KEY)
