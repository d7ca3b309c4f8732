"""Points are stored once, and the sums of their hours and days are always theirs."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from core.testing.clock import NOW
from core.windows import add_months
from monitoring.metrics.distribution import (
    ACCURACY,
    SHARES,
    Distribution,
    pack,
    unpack,
)
from monitoring.metrics.partitions import partition_of
from monitoring.metrics.points import Point, labels_text
from monitoring.metrics.record import Interval, record_points
from monitoring.metrics.summaries import summaries
from monitoring.models import MetricPoint, MetricRollup, MetricSeries

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOST = labels_text({"host": "one"})


def point(
    value: float,
    minutes_ago: int = 0,
    *,
    name: str = "queue_length",
    labels: str = HOST,
    unit: str = "",
) -> Point:
    return Point(name, labels, NOW - timedelta(minutes=minutes_ago), value, unit)


def sums() -> dict[tuple[int, str, datetime], Any]:
    """What is stored of each hour and day, without what adding rounds."""
    return {
        (row.series_id, row.interval, row.start_at): (
            row.count,
            round(row.total, 6),
            row.minimum,
            row.maximum,
            tuple(sorted((key, n) for key, n in unpack(row.buckets).items() if n)),
        )
        for row in MetricRollup.objects.all()
    }


def sums_of_points() -> dict[tuple[int, str, datetime], Any]:
    found: dict[tuple[int, str, datetime], Distribution] = {}
    for one in MetricPoint.objects.all():
        for interval in MetricRollup.Interval:
            key = (one.series_id, interval.value, interval.start_of(one.recorded_at))
            found.setdefault(key, Distribution()).add(one.value)
    return {
        key: (
            one.count,
            round(one.total, 6),
            one.minimum,
            one.maximum,
            tuple(sorted(one.buckets.items())),
        )
        for key, one in found.items()
    }


def test_the_same_points_twice_are_stored_once() -> None:
    points = [point(1), point(2, 1), point(5, 1, labels=labels_text({"host": "two"}))]
    for _ in range(2):
        assert record_points(points, NOW) == {}
    assert MetricPoint.objects.count() == 3
    assert sums() == sums_of_points()
    assert MetricSeries.objects.count() == 2


def test_of_one_time_the_last_value_stays() -> None:
    record_points([point(1), point(3), point(9, 1)], NOW)
    record_points([point(2, 1)], NOW)
    assert set(MetricPoint.objects.values_list("value", flat=True)) == {3, 2}
    assert sums() == sums_of_points()


VALUES = st.floats(-1e6, 1e6)
BATCHES = st.lists(
    st.lists(st.tuples(VALUES, st.integers(0, 200)), min_size=1, max_size=6),
    min_size=1,
    max_size=4,
)


@settings(max_examples=20, deadline=None)
@given(batches=BATCHES)
def test_sums_are_those_of_the_points_whatever_is_sent(
    batches: Sequence[Sequence[tuple[float, int]]],
) -> None:
    for batch in batches:
        record_points([point(value, ago) for value, ago in batch], NOW)
    assert sums() == sums_of_points()


def test_a_unit_of_its_own_is_refused_and_the_rest_is_stored() -> None:
    record_points([point(1, unit="%")], NOW)
    refused = record_points([point(2, 1, unit="bytes"), point(3, 2, unit="%")], NOW)
    assert refused == {0: 'unit: queue_length is in "%", not in "bytes".'}
    assert MetricPoint.objects.count() == 2


def test_there_are_only_so_many_series(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.metrics.record.MOST_SERIES", 1)
    new = point(2, labels=labels_text({"request": "1234"}))
    refused = record_points([point(1), new], NOW)
    assert list(refused) == [1]
    assert "the most there can be" in refused[1]


@pytest.mark.only_on("postgresql")
def test_a_partition_that_is_missing_is_made_again() -> None:
    month = NOW.date().replace(day=1)
    record_points([point(1)], NOW)
    made = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for ahead in range(3):
            cursor.execute(f"DROP TABLE {partition_of(add_months(month, ahead))}")
    record_points([point(1, 40 * 24 * 60), point(2)], NOW)
    assert MetricPoint.objects.count() == 2
    assert connection.introspection.table_names() == made


def test_percentiles_are_off_by_one_percent_at_most() -> None:
    values = [-(1.7**n) for n in range(40)] + [0.0] + [1.3**n for n in range(159)]
    found = Distribution()
    for value in values:
        found.add(value)
    ordered = sorted(values)
    exact = [ordered[at - 1] for at in (100, 190, 198)]
    assert found.percentiles([0.5, 0.95, 0.99]) == pytest.approx(exact, rel=ACCURACY)
    assert (found.count, found.minimum, found.maximum) == (200, -(1.7**39), 1.3**158)


@pytest.mark.parametrize("at_once", [1, 1_000_000])
def test_several_series_are_summed_up_as_all_of_their_points(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.metrics.summaries.COUNTED_AT_ONCE", at_once)
    hosts = [labels_text({"host": name}) for name in ("one", "two", "three")]
    sent = [point((n % 7 - 3) * 1.9**n, n * 11, labels=hosts[n % 3]) for n in range(40)]
    record_points(sent, NOW)
    expected: dict[datetime, Distribution] = {}
    for each in sent:
        hour = Interval.HOUR.start_of(each.recorded_at)
        expected.setdefault(hour, Distribution()).add(each.value)
    start, end = NOW - timedelta(days=1), NOW + timedelta(days=1)
    series = MetricSeries.objects.values_list("pk", flat=True)
    found = summaries(series, Interval.HOUR, start, end)
    assert [(one.start_at, one.count, *one[5:]) for one in found] == [
        (hour, one.count, *one.percentiles(SHARES))
        for hour, one in sorted(expected.items())
    ]


def test_a_bucket_holds_any_number_of_values() -> None:
    buckets = Counter({-75_000: 1, 0: 200_000, 75_000: 65_535})
    assert unpack(pack(buckets)) == buckets
    twice = Counter({number: 2 * n for number, n in buckets.items()})
    assert unpack(pack(buckets) + pack(buckets)) == twice
