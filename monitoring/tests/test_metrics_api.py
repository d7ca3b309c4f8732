"""System metrics over the API: recorded, refused by name, listed and summed up."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from clouds.testing import account, see_only
from core.testing.clock import NOW
from monitoring.models import MetricPoint, MetricSeries
from users.roles import Role
from users.testing import ask, csv_of, operator, person, refused, session_of, viewer

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/monitoring/metrics/"


@pytest.fixture(autouse=True)
def _at_that_time() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def metric(value: Any = 1, minutes_ago: int = 0, **more: Any) -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes_ago)
    given = {"name": "jobs.waiting", "value": value, "labels": {"queue": "a"}}
    return given | {"recorded_at": at.isoformat()} | more


def batch(*metrics: Any, client: APIClient | None = None) -> Any:
    return (client or operator()).post(f"{ADDRESS}batch/", list(metrics))


def test_one_that_is_recorded_is_listed_and_again_changes_nothing() -> None:
    for _ in range(2):
        response = operator().post(ADDRESS, metric(2.5, unit="jobs"))
        assert (response.status_code, response.json()["stored"]) == (201, 1)
    (row,) = ask("monitoring/metrics/", name="jobs.waiting")["results"]
    assert row == metric(2.5, unit="jobs") | {
        "recorded_at": NOW.isoformat().replace("+00:00", "Z")
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "no spaces"}, "name"),
        ({"value": "much"}, "value"),
        ({"value": True}, "value"),
        ({"value": 1e301}, "value"),
        ({"unit": "x" * 21}, "unit"),
        ({"labels": {"a b": "c"}}, "labels"),
        ({"labels": {"a": 1}}, "labels"),
        ({"labels": {f"l{n}": "" for n in range(11)}}, "labels"),
        ({"recorded_at": "yesterday"}, "recorded_at"),
        ({"recorded_at": "2026-11-20"}, "recorded_at"),
        ({"recorded_at": (NOW + timedelta(hours=1)).isoformat()}, "recorded_at"),
        ({"recorded_at": (NOW - timedelta(days=91)).isoformat()}, "recorded_at"),
        ({"valeu": 1}, "valeu"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field(
    wrong: dict[str, Any], field: str
) -> None:
    response = operator().post(ADDRESS, metric() | wrong)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not MetricPoint.objects.exists()


def test_of_a_batch_the_bad_are_named_and_the_others_stored() -> None:
    response = batch(metric(1), metric("x", 1), "no metric", metric(3, 2, unit="s"))
    assert response.status_code == 207
    found = response.json()
    assert found["stored"] == 1
    named = [(one["index"], list(one["errors"])) for one in found["refused"]]
    assert named == [(1, ["value"]), (2, ["metric"]), (3, ["unit"])]
    assert batch(metric(2)).status_code == 201


@pytest.mark.parametrize("body", [[], {"name": "x"}, [metric()] * 10_001])
def test_a_batch_is_a_list_that_is_not_too_long(body: Any) -> None:
    response = operator().post(f"{ADDRESS}batch/", body)
    assert response.status_code == 400
    assert "Give" in response.json()["detail"]


def test_only_who_has_the_right_records() -> None:
    assert batch(metric(), client=viewer()).status_code == 403
    assert viewer().post(ADDRESS, metric()).status_code == 403
    limited = person(Role.OPERATOR)
    see_only(limited, account())
    for name in ("", "series/", "aggregate/?name=jobs.waiting"):
        assert session_of(limited).get(f"{ADDRESS}{name}").status_code == 403
    assert session_of(limited).post(ADDRESS, metric()).status_code == 403


def test_lists_are_of_the_labels_and_times_that_are_asked_for() -> None:
    batch(*(metric(n, n, labels={"queue": q}) for n in range(4) for q in "ab"))
    asked = {"labels": "queue=b", "start": (NOW - timedelta(minutes=2)).isoformat()}
    rows = ask("monitoring/metrics/", **asked)["results"]
    assert [(row["value"], row["labels"]["queue"]) for row in rows] == [
        *((0, "b"), (1, "b"), (2, "b"))
    ]
    (series,) = ask("monitoring/metrics/series/", labels="queue=a")["results"]
    assert series["name"] == "jobs.waiting"
    for wrong in ("queue", "=a", "3000000000=a"):
        assert list(refused("monitoring/metrics/", labels=wrong)) == ["labels"]
    assert len(csv_of("monitoring/metrics/").splitlines()) == 9


def test_aggregates_are_of_whole_hours_or_days_and_of_all_labels() -> None:
    batch(
        *(metric(n, 0, labels={"queue": str(n)}) for n in range(1, 101)),
        *(metric(1000, 24 * 60, labels={"queue": "1"}), metric(5, 61)),
    )
    found = ask("monitoring/metrics/aggregate/", name="jobs.waiting")
    assert (found["interval"], found["series"]) == ("day", 101)
    before, today = found["rows"]
    assert (before["count"], before["p50"], before["maximum"]) == (1, 1000, 1000)
    assert (today["count"], today["minimum"], today["maximum"]) == (101, 1, 100)
    assert today["average"] == pytest.approx((5050 + 5) / 101)
    expected = {"p50": 50, "p95": 95, "p99": 99}
    assert {name: today[name] for name in expected} == pytest.approx(expected, rel=0.02)
    hourly = ask(
        "monitoring/metrics/aggregate/",
        **{"name": "jobs.waiting", "interval": "hour", "labels": "queue=a"},
    )
    assert [row["start_at"] for row in hourly["rows"]] == ["2026-11-20T10:00:00Z"]
    text = csv_of("monitoring/metrics/aggregate/", name="jobs.waiting")
    assert text.splitlines()[0] == "start_at,count,minimum,maximum,average,p50,p95,p99"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "name"),
        ({"name": "unknown"}, "name"),
        ({"name": "x", "interval": "week"}, "interval"),
        ({"name": "x", "start": "2026-11-01T08:00Z"}, "start"),
        ({"name": "x", "start": "2026-11-01T00:00+05:30"}, "start"),
        ({"name": "x", "interval": "hour", "start": "2026-11-01T08:30Z"}, "start"),
        ({"name": "x", "interval": "hour", "start": "2026-01-01T00:00Z"}, "start"),
        ({"name": "x", "end": "2026-11-01T08:00Z"}, "end"),
        ({"name": "x", "start": "2026-11-30T00:00Z"}, "start"),
        ({"name": "x", "labels": "a"}, "labels"),
        ({"name": "x", "strat": "1"}, "strat"),
    ],
)
def test_what_cannot_be_summed_up_is_refused_by_parameter(
    asked: dict[str, str], field: str
) -> None:
    assert list(refused("monitoring/metrics/aggregate/", **asked)) == [field]


def test_aggregates_are_answered_again_until_a_value_comes() -> None:
    batch(metric())
    client, address = viewer(), f"{ADDRESS}aggregate/?name=jobs.waiting"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        batch(metric(2, 1))
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_aggregates_are_answered_again_without_a_series_that_is_deleted() -> None:
    batch(metric(5, labels={"queue": "b"}))
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        batch(metric(1))
        asked = "monitoring/metrics/aggregate/"
        assert ask(asked, name="jobs.waiting")["rows"][0]["maximum"] == 5
        MetricSeries.objects.get(labels={"queue": "b"}).delete()
        assert ask(asked, name="jobs.waiting")["rows"][0]["maximum"] == 1


def test_the_history_is_of_hosts_in_minutes_hours_or_days() -> None:
    batch(
        *(
            metric(n, n, name="host_cpu_percent", unit="%", labels={"host": "web"})
            for n in range(1, 100)
        )
    )
    for hours, interval, count in (
        (1, "minute", 60),
        (24, "hour", 2),
        (2000, "day", 1),
    ):
        found = viewer().get("/metrics/history", {"hours": hours}).json()
        (cpu,) = found["series"]
        assert (found["interval"], len(cpu["points"])) == (interval, count)
        assert (cpu["host"], cpu["title"], cpu["minimum"]) == ("web", "CPU", 1)
    answer = viewer().get("/metrics/history", {"hours": "0"})
    assert answer.status_code == 400
    browser = viewer().get("/metrics/history?hours=6", headers={"accept": "text/html"})
    assert browser["Location"] == "/monitoring/system/?hours=6"


def test_the_page_shows_hosts_and_what_others_record() -> None:
    page = viewer().get("/monitoring/system/").content.decode()
    assert "Nothing is recorded in these hours" in page
    batch(
        metric(42, 1, name="host_cpu_percent", unit="%", labels={"host": "web"}),
        metric(2.5 * 2**30, 1, name="host_disk_free_bytes", unit="bytes"),
        metric(7),
    )
    page = viewer().get("/monitoring/system/?hours=1").content.decode()
    assert "42.0%" in page
    assert "2.5 GiB" in page
    assert "jobs.waiting" in page
    wrong = viewer().get("/monitoring/system/?hours=x").content.decode()
    assert "Give a number of hours" in wrong
