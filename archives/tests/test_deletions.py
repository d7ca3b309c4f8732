"""What is not archived is deleted by the age of each row, by the run of each night."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from alerts.models import Facts, Notice, Severity, Topic
from alerts.outbox import queue_notice
from archives.checks import check_retention_days
from archives.models import RetentionRun, Table
from archives.prune import Month, prune
from archives.retention.deletions import delete_expired
from archives.retention.runs import execute
from archives.retention.summary import due_deletions, kept_tables
from archives.tasks import retain_when_due
from archives.tests.months import ADA
from core.testing.clock import NOW
from monitoring.metrics.partitions import _partitions, ensure_partitions, partition_of
from monitoring.models import (
    AlertRule,
    Breach,
    HealthPeriod,
    MetricPoint,
    MetricSeries,
    NamedQuery,
    QueryHour,
    SlowQuery,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def health(grain: str, at: datetime) -> None:
    HealthPeriod.objects.create(
        component="disk",
        grain=grain,
        starts_at=at,
        state="ok",
        checks=1,
        degraded=0,
        down=0,
        response_ms=1,
        max_response_ms=1,
        checked_at=at,
    )


def times(name: str, at: datetime) -> None:
    NamedQuery.objects.create(name=name)
    QueryHour.objects.create(
        hour=at, name=name, bucket=1, count=1, total_ms=1, slowest_ms=1
    )
    SlowQuery.objects.create(hour=at, name=name, at=at, elapsed_ms=300, plan="")


def breach(ended_at: datetime | None, subject: str) -> Breach:
    return Breach.objects.create(
        rule=AlertRule.objects.create(
            name=subject, subject="host_cpu_percent", threshold=90
        ),
        subject=subject,
        since=NOW - 500 * DAY,
        seen_at=NOW - 500 * DAY,
        ended_at=ended_at,
    )


def test_what_is_old_goes_and_what_is_younger_stays() -> None:
    for grain, days in (("minute", 2), ("hour", 90), ("day", 400)):
        health(grain, NOW - days * DAY)
        health(grain, NOW - days * DAY - timedelta(seconds=1))
    times("old", NOW - 15 * DAY)
    times("young", NOW - 13 * DAY)
    kept_open = breach(None, "open")
    breach(NOW - 401 * DAY, "ended")
    due = {row["table"]: row["rows"] for row in due_deletions(NOW)}
    assert due == {
        **{"health_minutes": 1, "health_hours": 1, "health_days": 1},
        **{"queries": 1, "slow_queries": 1, "breaches": 1},
    }
    assert delete_expired(NOW) == 6
    assert delete_expired(NOW) == 0
    assert HealthPeriod.objects.count() == 3
    assert [one.name for one in NamedQuery.objects.all()] == ["young"]
    assert list(Breach.objects.all()) == [kept_open]


def test_a_breach_stays_until_its_notices_are_archived(settings: Any) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    ended = breach(NOW - 401 * DAY, "ended")
    facts = Facts(Topic.HEALTH, Severity.INFO)
    queue_notice(ended, "ended", "Over.", NOW - 401 * DAY, facts)
    assert delete_expired(NOW) == 0
    Notice.objects.all().delete()
    assert delete_expired(NOW) == 1


def test_the_run_of_a_night_deletes_even_where_the_archive_is_away() -> None:
    health("minute", NOW - 3 * DAY)
    row = RetentionRun.objects.create(asked_at=NOW, asked_by="ada")
    execute(row, "gs://nowhere", NOW, ADA, lambda _: None)
    row.refresh_from_db()
    assert row.deleted == 1
    assert not HealthPeriod.objects.exists()


@pytest.mark.parametrize(("minute", "left"), [(0, 0), (1, 1)])
def test_without_a_daily_run_it_goes_once_an_hour(
    minute: int, left: int, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETENTION_DAILY = False
    now = NOW.replace(minute=minute)
    monkeypatch.setattr("archives.tasks.timezone.now", lambda: now)
    health("minute", NOW - 3 * DAY)
    retain_when_due()
    assert HealthPeriod.objects.count() == left
    assert not RetentionRun.objects.exists()


def test_periods_are_set_and_refused_like_those_of_archives(settings: Any) -> None:
    settings.RETENTION_DAYS = {"health_minutes": "30", "breaches": "7"}
    (problem,) = check_retention_days()
    assert "breaches of rules can't be kept for 7 days: give 30 to" in problem.msg
    settings.RETENTION_DAYS = {"health_minutes": "30"}
    health("minute", NOW - 29 * DAY)
    assert delete_expired(NOW) == 0
    found = {one.table: one for one in kept_tables(NOW)}["health_minutes"]
    assert (found.days, found.oldest) == (30, (NOW - 29 * DAY).date())


def test_the_command_says_what_goes_before_it_does() -> None:
    health("minute", timezone.now() - 3 * DAY)
    for arguments, text, left in (
        ([], "Health, by minute: 1 row to be deleted without an archive", 1),
        (["cost", "--yes"], "Nothing is that old.", 1),
        (["--yes"], "Health, by minute: 1 row deleted", 0),
    ):
        out = StringIO()
        call_command("prune", *arguments, stdout=out)
        assert text in out.getvalue()
        assert HealthPeriod.objects.count() == left


@pytest.mark.only_on("postgresql")
def test_the_partition_of_a_month_goes_with_its_last_point(tmp_path: Any) -> None:
    month = datetime(2024, 3, 1).date()
    ensure_partitions([month])
    series = MetricSeries.objects.create(
        name="queue", labels_digest="0", created_at=NOW, changed_at=NOW
    )
    at = datetime.fromisoformat("2024-03-09T00:00:00Z")
    MetricPoint.objects.create(series=series, recorded_at=at, value=1)
    one = Month(Table.POINTS, month, 1)
    prune(one, str(tmp_path), NOW, ADA, lambda _: None)
    assert partition_of(month) not in _partitions()
    ensure_partitions([month])
    assert partition_of(month) in _partitions()
