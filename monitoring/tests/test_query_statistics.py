"""What queries take is counted in memory and stored without any of their values."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client
from django.utils import timezone

from clouds.models import CloudAccount
from clouds.testing import aws_account, see_only
from core.testing.clock import NOW
from monitoring.database.counting import (
    RECEIVER,
    QueryCounter,
    bucket_ms,
    bucket_of,
    count_each_connection,
)
from monitoring.database.names import named
from monitoring.database.report import query_times
from monitoring.database.storing import store_counted
from monitoring.models import NamedQuery, SlowQuery
from users.testing import person, viewer

pytestmark = pytest.mark.django_db
QUERIES = "/api/v1/monitoring/database/queries/"
HOUR = timedelta(hours=1)


@contextmanager
def counting() -> Iterator[QueryCounter]:
    counter = QueryCounter()
    with connection.execute_wrapper(counter):
        yield counter


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("SELECT 1 FROM a WHERE x = 'it''s'", "SELECT 22 FROM a WHERE x = 'her'"),
        ("SELECT * FROM a WHERE x IN (%s, %s)", "SELECT * FROM a WHERE x IN (%s)"),
        ("INSERT INTO a VALUES (%s, %s), (%s, %s)", "INSERT INTO a VALUES (%s, %s)"),
        ('SAVEPOINT "s140_x1"', 'SAVEPOINT "s99_x27"'),
    ],
)
def test_calls_of_one_query_have_one_name_and_no_value(first: str, second: str) -> None:
    assert named(first) == named(second)
    assert not any(word in named(first).text for word in ("it", "her", "22", "140"))


def test_other_queries_have_other_names() -> None:
    first, second = named("SELECT x FROM a"), named("SELECT y FROM a")
    assert first.name.startswith("SELECT a ")
    assert first.name != second.name


@pytest.mark.parametrize("ms", [0.0005, 0.01, 1, 3.7, 199, 60_000])
def test_a_bucket_is_within_a_tenth(ms: float) -> None:
    assert bucket_ms(bucket_of(ms / 1000)) == pytest.approx(max(ms, 0.001), rel=0.1)


@pytest.mark.on_each_database
def test_counts_of_several_processes_are_added() -> None:
    for _ in range(2):
        with counting() as counter:
            for _ in range(3):
                list(CloudAccount.objects.filter(name="a secret"))
        store_counted(counter.take(), NOW)
    (one,) = query_times(NOW - HOUR, NOW + HOUR)
    assert (one.count, one.name.split()[1]) == (6, "clouds_cloudaccount")
    assert 0 < one.p50_ms <= one.p95_ms <= one.p99_ms <= one.slowest_ms
    assert one.total_ms == pytest.approx(one.mean_ms * 6)
    assert "secret" not in one.text
    assert not query_times(NOW - 2 * HOUR, NOW - HOUR)


@pytest.mark.on_each_database
def test_a_slow_one_is_kept_with_its_plan_and_without_its_values() -> None:
    rows = CloudAccount.objects.filter(name="a secret").order_by("account_id")
    sql, params = rows.query.sql_with_params()
    counter = QueryCounter()
    for seconds in (0.3, 0.7, 0.2, 0.1):
        counter.add(sql, params, seconds)
    for _ in range(2):
        store_counted(counter.take(), NOW)
    slow = SlowQuery.objects.get()
    assert slow.elapsed_ms == pytest.approx(700)
    assert "clouds_cloudaccount" in slow.plan
    assert "secret" not in slow.plan
    counter.add(sql, params, 0.4)
    store_counted(counter.take(), NOW)
    assert SlowQuery.objects.get().elapsed_ms == pytest.approx(700)
    assert query_times(NOW - HOUR, NOW + HOUR)[0].slow == slow


def test_what_changes_something_is_never_run_again_for_its_plan() -> None:
    counter = QueryCounter()
    counter.add("DELETE FROM clouds_cloudaccount", (), 0.5)
    counter.add("SELECT * FROM no_such_table", (), 0.5)
    store_counted(counter.take(), NOW)
    assert set(SlowQuery.objects.values_list("plan", flat=True)) == {""}


@pytest.mark.on_each_database
def test_slow_ones_are_stored_whatever_their_values_and_once_a_name() -> None:
    counter = QueryCounter()
    counter.add("SELECT x FROM a WHERE y = ANY(%s)", [[1, 2]], 0.5)
    counter.add("TRUNCATE a", None, 0.5)
    counter.add("TRUNCATE b", None, 0.7)
    store_counted(counter.take(), NOW)
    slowest = dict(SlowQuery.objects.values_list("name", "elapsed_ms"))
    assert len(slowest) == 2
    assert slowest["TRUNCATE"] == pytest.approx(700)


def test_a_query_that_fails_is_counted_too() -> None:
    def fail(*_: Any) -> None:
        raise ValueError

    counter = QueryCounter()
    with pytest.raises(ValueError):
        counter(fail, "SELECT x FROM a", (), False, {})
    assert [one.count for one in counter.take().tallies.values()] == [1]


def test_each_connection_that_is_made_is_counted_once() -> None:
    counter = QueryCounter()
    count_each_connection(counter)
    try:
        for _ in range(2):  # as when it is made again
            connection_created.send(type(connection), connection=connection)
        assert CloudAccount.objects.count() == 0
    finally:
        connection_created.disconnect(dispatch_uid=RECEIVER)
        connection.execute_wrappers.remove(counter)
    assert [one.count for one in counter.take().tallies.values()] == [1]


def stored() -> None:
    counter = QueryCounter()
    for sql, seconds, calls in (
        ("SELECT x FROM often", 0.001, 50),
        ("SELECT x FROM long", 0.5, 1),
    ):
        for _ in range(calls):
            counter.add(sql, (), seconds)
    store_counted(counter.take(), timezone.now())


def test_the_api_lists_them_in_order_and_as_a_file() -> None:
    stored()
    client = viewer()

    def names(**asked: Any) -> list[str]:
        rows = client.get(QUERIES, asked).json()["results"]
        return [row["name"].split()[1] for row in rows]

    assert names() == ["long", "often"]
    assert names(ordering="count") == ["often", "long"]
    assert names(search="LONG") == ["long"]
    assert names(end="2026-01-01") == []
    (row, _) = client.get(QUERIES).json()["results"]
    assert row["p99_ms"] == pytest.approx(500, rel=0.1)
    assert row["slow"]["elapsed_ms"] == pytest.approx(500)
    lines = b"".join(client.get(QUERIES, {"format": "csv"})).decode().splitlines()
    assert lines[0].startswith("name,text,count,total_ms,mean_ms,p50_ms")
    for asked in ({"ordering": "p50"}, {"start": "soon"}, {"hours": "3"}):
        assert client.get(QUERIES, asked).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        *(QUERIES, "/api/v1/monitoring/database/pool/", "/database/status"),
        "/monitoring/database/",
    ],
)
def test_it_is_closed_to_who_sees_some_accounts(client: Client, address: str) -> None:
    assert viewer().get(address).status_code == 200
    user = person("viewer")
    see_only(user, aws_account())
    client.force_login(user)
    assert client.get(address).status_code == 403
    assert not NamedQuery.objects.visible_to(user).exists()
