"""What is kept no longer is archived each day, and comes back as it was."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from pytest_django import Settings

from alerts.models import Facts, Notice, Severity, Topic
from alerts.outbox import queue_notice
from archives.checks import check_retention_days
from archives.models import Archive, RetentionRun, Table
from archives.retention.runs import execute, is_due, last_planned
from archives.tests.months import ADA, run, store_old_months
from clouds.testing import account
from core.testing.clock import NOW
from costs.models import DailyCost
from insights.models import Feedback, Recommendation
from insights.testing import recommendation
from monitoring.metrics.partitions import ensure_partitions
from monitoring.metrics.points import digest_of, labels_text
from monitoring.models import MetricPoint, MetricRollup, MetricSeries
from syncs.models import Backfill, Incident, SyncRun
from users.audit import record_by
from users.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
OLD = datetime(2024, 3, 9, 23, 59, 59, 123456, tzinfo=UTC)
LATER = datetime(2024, 3, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: Settings) -> Path:
    settings.ARCHIVE_PLACE = str(tmp_path / "archives")
    settings.ALERT_EMAILS = ["ops@example.com"]
    return tmp_path / "archives"


def old_runs(by: User) -> QuerySet[Any]:
    owner = account()
    for at in (OLD, LATER, NOW):
        SyncRun.objects.create(
            account=owner,
            dataset="cost",
            status="succeeded",
            started_by=by,
            started_at=at,
            heartbeat_at=at,
            requests_by_operation={"ce:GetCostAndUsage": 3, "ünï": 1},
            api_cost_usd=Decimal("0.03001"),
            error='it\'s, "so"\nso',
        )
    return SyncRun.objects.filter(started_at__lt=NOW)


def old_backfills(by: User) -> QuerySet[Any]:
    Backfill.objects.create(
        account=account(),
        dataset="cost",
        start=OLD.date(),
        end=LATER.date(),
        status="succeeded",
        created_by=by,
        created_at=OLD,
        finished_at=LATER,
    )
    return Backfill.objects.all()


def old_notices(by: User) -> QuerySet[Any]:
    facts = Facts(Topic.BUDGET, Severity.INFO, account(), Decimal("1.5"), "USD")
    queue_notice(by, "told", "Over the budget.", OLD, facts, recipients=["a@b.org"])
    Notice.objects.update(sent_at=LATER, due_at=None)
    return Notice.objects.all()


def old_feedback(by: User) -> QuerySet[Any]:
    Feedback.objects.create(
        recommendation=recommendation(account()),
        user=by,
        rating=4,
        comment="right",
        created_at=OLD,
        updated_at=NOW,
    )
    return Feedback.objects.all()


def old_audit(by: User) -> QuerySet[Any]:
    entry = record_by(ADA, "cloudaccount.change", by, name=["a", "b"])
    AuditEntry.objects.filter(pk=entry.pk).update(at=OLD, address="10.0.0.9", user=by)
    return AuditEntry.objects.filter(at=OLD)


def old_points(by: User) -> QuerySet[Any]:
    ensure_partitions([OLD.date()])
    for labels in ({}, {"host": "ä", "a": "1"}):
        series = MetricSeries.objects.create(
            name="queue.length",
            labels=labels,
            labels_digest=digest_of(labels_text(labels)),
            created_at=OLD,
            changed_at=OLD,
        )
        for at, value in ((OLD, 0.1 + 0.2), (LATER, -1e-300)):
            MetricPoint.objects.create(series=series, recorded_at=at, value=value)
    return MetricPoint.objects.all()


def old_hours(by: User) -> QuerySet[Any]:
    old_points(by)
    MetricRollup.objects.create(
        series=MetricSeries.objects.all()[0],
        interval="hour",
        start_at=OLD,
        count=2,
        total=3.5,
        minimum=1,
        maximum=2.5,
        **{"p50": 1.0, "p95": 2.4, "p99": 2.5},
        buckets="BwAAAAIA",
    )
    return MetricRollup.objects.all()


@pytest.mark.parametrize(
    ("table", "build"),
    [
        (Table.RUNS, old_runs),
        (Table.BACKFILLS, old_backfills),
        (Table.NOTICES, old_notices),
        (Table.FEEDBACK, old_feedback),
        (Table.AUDIT, old_audit),
        (Table.POINTS, old_points),
        (Table.HOURS, old_hours),
    ],
)
def test_rows_go_by_month_and_come_back_as_they_were(
    table: Table, build: Callable[[User], QuerySet[Any]], admin_user: User
) -> None:
    rows = build(admin_user)
    before = list(rows.order_by("pk").values())
    text = run("prune", table, "--yes")
    assert f"{table.label} of 2024-03: {len(before)} rows, now in" in text
    assert not rows.exists()
    run("restore_archive", table, "2024-03")
    assert list(rows.order_by("pk").values()) == before


def test_buckets_that_an_older_version_archived_come_back_packed(
    admin_user: User,
) -> None:
    rows = old_hours(admin_user)
    rows.update(buckets='{"7": 2}')
    run("prune", Table.HOURS, "--yes")
    run("restore_archive", Table.HOURS, "2024-03")
    assert [one.buckets for one in rows.all()] == ["BwAAAAIA"]


def test_feedback_of_a_user_who_was_deleted_stays_away(admin_user: User) -> None:
    old_feedback(admin_user)
    other = User.objects.create_user("bob")
    Feedback.objects.create(
        recommendation=Recommendation.objects.get(),
        user=other,
        created_at=OLD,
        updated_at=NOW,
    )
    run("prune", "feedback", "--yes")
    other.delete()
    run("restore_archive", "feedback", "2024-03")
    assert [one.user for one in Feedback.objects.all()] == [admin_user]


def test_the_newest_run_of_a_dataset_stays(admin_user: User) -> None:
    old_runs(admin_user)
    SyncRun.objects.filter(started_at=NOW).delete()
    SyncRun.objects.filter(started_at=LATER).update(status="failed")
    run("prune", "runs", "--yes")
    assert SyncRun.objects.count() == 2


def test_notices_of_what_is_still_open_stay(admin_user: User) -> None:
    incident = Incident.objects.create(
        account=account(), dataset="cost", severity="warning", opened_at=OLD
    )
    queue_notice(incident, "opened", "Late.", OLD, Facts(Topic.OTHER, Severity.INFO))
    Notice.objects.update(sent_at=OLD)
    assert run("prune", "notices", "--yes") == "Nothing is that old.\n"
    Incident.objects.update(closed_at=OLD)
    assert "Notices of 2024-03" in run("prune", "notices", "--yes")


def retained(now: datetime = NOW, place: Path | str = "") -> RetentionRun:
    row = RetentionRun.objects.create(asked_at=now, asked_by="ada")
    execute(row, str(place), now, ADA, lambda sentence: None)
    row.refresh_from_db()
    return row


def test_a_run_archives_what_is_kept_no_longer_and_says_so(place: Path) -> None:
    store_old_months(account())
    first, second = retained(place=place), retained(place=place)
    files = [path for path in place.rglob("*") if path.is_file()]
    assert (first.status, first.months, first.rows) == ("succeeded", 12, 28)
    assert first.size_bytes == sum(path.stat().st_size for path in files)
    assert (second.status, second.months) == ("succeeded", 0)
    assert AuditEntry.objects.filter(action="archive.prune").count() == 12
    entry = AuditEntry.objects.filter(action="retention.run").earliest("pk")
    assert entry.details == {
        **{"months": 12, "rows": 28, "expired": 0, "deleted": 0},
        "error": "",
    }


def test_a_period_of_the_setting_counts(place: Path, settings: Settings) -> None:
    store_old_months(account())
    settings.RETENTION_DAYS = {"cost": "1000"}
    assert retained(place=place).months == 10
    assert DailyCost.objects.exists()


def test_a_place_that_is_away_deletes_nothing_and_is_reported_once(place: Path) -> None:
    store_old_months(account())
    place.write_text("in the way")
    row = retained(place=place)
    assert row.status == "failed"
    assert "can't be reached" in row.error
    assert DailyCost.objects.count() == 8
    place.unlink()
    assert retained(place=place).status == "succeeded"
    retained(place=place)
    assert [notice.is_end for notice in Notice.objects.order_by("pk")] == [False, True]


def test_a_month_that_somebody_restored_stays_for_a_while(place: Path) -> None:
    store_old_months(account())
    retained(place=place)
    run("restore_archive", "cost", "2024-03")
    restored = Archive.objects.get(table="cost", month="2024-03-01").restored_at
    assert restored
    assert retained(restored + timedelta(days=29), place).months == 0
    assert retained(restored + timedelta(days=31), place).months == 1


def test_files_go_when_they_were_kept_long_enough(
    place: Path, admin_user: User
) -> None:
    old_runs(admin_user)
    store_old_months(account(2, "other"))
    retained(place=place)
    archive = Archive.objects.get(table="runs")
    assert retained(NOW + timedelta(days=731), place).expired == 1
    assert not Path(archive.location).exists()
    archive.refresh_from_db()
    assert archive.state == "expired"
    assert Path(Archive.objects.filter(table="cost")[0].location).exists()


def test_it_is_due_once_each_night(place: Path) -> None:
    night = datetime.now(UTC).replace(hour=2, minute=0) + timedelta(days=2)
    before = night - timedelta(minutes=1)
    assert last_planned(before) < last_planned(night)
    assert is_due(night)
    row = RetentionRun.objects.create(
        asked_at=night, planned_for=last_planned(night), asked_by="scheduler"
    )
    execute(row, str(place), night, ADA, lambda sentence: None)
    assert not is_due(night + timedelta(hours=23))
    assert is_due(night + timedelta(hours=24))


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"disks": "90"}, "names the table disks"),
        ({"cost": "90"}, "Daily costs can't be kept for 90 days: give 486 to 36500"),
        ({"runs": "a while"}, "Sync runs can't be kept for a while days"),
        ({"runs": "9" * 9}, "can't be kept"),
    ],
)
def test_a_period_that_can_t_be_is_refused_at_start_up(
    chosen: dict[str, str], problem: str, settings: Settings
) -> None:
    settings.RETENTION_DAYS = chosen
    (error,) = check_retention_days()
    assert problem in error.msg
