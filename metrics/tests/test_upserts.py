"""Rows that are stored whether they are new or not: as arrays and row by row."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DataError, transaction
from django.db.models import Model

from clouds.testing import account
from core.db.upsert import by_arrays, by_insert, upsert
from inventory.models import StateChange
from inventory.testing import instance
from metrics.models import CpuMetric
from metrics.monitoring_history import MonitoringHistory
from metrics.sync import store_part
from providers.metric_records import CpuRecord, RegionMetrics

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
DAY = date(2026, 6, 19)
KEY = ("resource_id", "day")
COLUMNS = (*KEY, "average_percent", "maximum_percent", "p99_percent", "samples")
Write = Callable[[type[Model], Sequence[str], Iterable[Sequence[object]], Any], None]
WAYS = [by_insert, pytest.param(by_arrays, marks=pytest.mark.only_on("postgresql"))]
each_way = pytest.mark.parametrize("write", WAYS)


def stored() -> list[tuple[Any, ...]]:
    return list(CpuMetric.objects.order_by("resource_id", "day").values_list(*COLUMNS))


@each_way
def test_it_adds_what_is_new_and_updates_what_is_not(write: Write) -> None:
    owner = account()
    old, new = instance(owner, "old").pk, instance(owner, "new").pk
    write(CpuMetric, COLUMNS, [(old, DAY, 0.1 + 0.2, 99.5, None, 288)], KEY)
    rows = [(old, DAY, 5e-324, None, 2.5, 1), (new, DAY, 0.0, 100.0, None, 0)]
    for _ in range(2):
        write(CpuMetric, COLUMNS, rows, KEY)
        assert stored() == sorted(rows)


@each_way
def test_columns_that_are_not_named_stay_as_they_are(write: Write) -> None:
    key = instance(account(), "web").pk
    write(CpuMetric, COLUMNS, [(key, DAY, 10.0, 20.0, 15.0, 288)], KEY)
    write(CpuMetric, (*KEY, "average_percent"), [(key, DAY, 11.0)], KEY)
    assert stored() == [(key, DAY, 11.0, 20.0, 15.0, 288)]


@each_way
@pytest.mark.parametrize(
    "text",
    ['tab\tline\nreturn\r"quoted", \\N and \\t', "NULL", "{a,b}", "", "größer 🙂"],
)
def test_any_text_is_kept_as_it_is(write: Write, text: str) -> None:
    columns = ("resource_id", "field", "at", "new_value", "old_value")
    seen = datetime(2026, 6, 20, 9, 30, 0, 123456, tzinfo=UTC)
    row = (instance(account(), "web").pk, "state", seen, text, text)
    write(StateChange, columns, [row], columns[:4])
    assert StateChange.objects.values_list(*columns).get() == row


@each_way
def test_of_new_rows_alone_there_is_more(write: Any) -> None:
    key = instance(account(), "web").pk
    for average, maximum in ((10.0, 20.0), (11.0, 21.0)):
        row = (key, DAY, average)
        more = {"maximum_percent": maximum, "samples": None}
        write(CpuMetric, (*KEY, "average_percent"), [row], KEY, more)
    assert stored() == [(key, DAY, 11.0, 20.0, None, None)]


@pytest.mark.only_on("postgresql")
def test_what_is_no_number_stays_none() -> None:
    key = instance(account(), "web").pk
    upsert(CpuMetric, COLUMNS, [(key, DAY, math.nan, math.inf, None, 1)], KEY)
    ((_, _, average, maximum, p99, _),) = stored()
    assert math.isnan(average)
    assert (maximum, p99) == (math.inf, None)


@pytest.mark.only_on("postgresql")
def test_a_number_that_no_column_holds_is_refused() -> None:
    key = instance(account(), "web").pk
    with pytest.raises(DataError), transaction.atomic():
        upsert(CpuMetric, COLUMNS, [(key, DAY, 1.0, 1.0, None, 2**70)], KEY)


@pytest.mark.only_on("postgresql")
def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    columns = ("resource_id", "field", "at", "new_value", "old_value")
    key = instance(account(), "web").pk
    row = (key, "state", datetime(2026, 6, 20, tzinfo=UTC), "on", "x" * 513)
    with pytest.raises(DataError), transaction.atomic():
        upsert(StateChange, columns, [row], columns[:4])


@each_way
def test_no_rows_change_nothing(write: Write) -> None:
    write(CpuMetric, COLUMNS, [], KEY)
    assert stored() == []


def test_several_tables_are_written_in_one_transaction() -> None:
    key = instance(account(), "web").pk
    for average in (1.0, 2.0):
        upsert(CpuMetric, (*KEY, "average_percent"), [(key, DAY, average)], KEY)
    assert CpuMetric.objects.get().average_percent == 2.0


def test_a_statistic_that_was_not_asked_for_does_not_erase_one_that_is_stored() -> None:
    owner = account()
    machine = instance(owner, "web")
    monitoring = MonitoringHistory(owner)
    keys = {machine.resource_id: machine.pk}
    for figures in ((10.0, 20.0, 15.0, 288), (11.0, 21.0, None, None)):
        record = CpuRecord(machine.resource_id, DAY, *figures)
        part = RegionMetrics("eu-west-1", [record])
        assert store_part(part, keys, monitoring) == 1
    assert stored() == [(machine.pk, DAY, 11.0, 21.0, 15.0, 288)]


def test_nor_does_it_beside_a_resource_for_which_it_was_asked() -> None:
    owner = account()
    one, other = instance(owner, "web"), instance(owner, "job")
    monitoring = MonitoringHistory(owner)
    keys = {each.resource_id: each.pk for each in (one, other)}
    whole, without = (10.0, 20.0, 15.0, 288), (11.0, 21.0, None, 288)
    for of_one, of_other in ((whole, whole), (without, whole), (whole, without)):
        part = RegionMetrics(
            "eu-west-1",
            [
                CpuRecord(one.resource_id, DAY, *of_one),
                CpuRecord(other.resource_id, DAY, *of_other),
            ],
        )
        assert store_part(part, keys, monitoring) == 2
        assert {row[4] for row in stored()} == {15.0}
    averages = {row[0]: row[2] for row in stored()}
    assert averages == {one.pk: 10.0, other.pk: 11.0}
