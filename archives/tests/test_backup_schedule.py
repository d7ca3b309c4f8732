"""Backups are made, proven and deleted by themselves, and failures are told once."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from alerts.models import Notice
from archives.backup import schedule
from archives.backup.health_check import check_backups
from archives.backup.models import Backup
from archives.backup.queue import end_what_was_killed
from core.installation_id import installation_id
from core.testing.postgres import find_programs
from monitoring.health.components import COMPONENTS, Degraded, Down, NotMeasured

# On SQLite in memory a copy waits for the test's own transaction.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
NIGHT = datetime(2026, 6, 20, 1, tzinfo=UTC)
NOW = NIGHT + timedelta(minutes=5)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    settings.BACKUP_PLACE, settings.STATE_DIR = str(tmp_path / "place"), tmp_path
    settings.BACKUP_AT = time(1)
    settings.ALERT_EMAILS = ["ops@example.com"]
    settings.EMAIL_URL = "smtp://mail"
    if connection.vendor == "postgresql":
        settings.POSTGRES_PROGRAMS = str(find_programs())
    MigrationRecorder(connection).migration_qs.update(applied=NIGHT - 30 * DAY)
    return tmp_path / "place"


def made(at: datetime, **values: Any) -> Backup:
    name = f"cloudintel-{at:%Y%m%dT%H%M%SZ}-{installation_id()}.dump"
    own = {"state": "done", "name": name, "place": "place", "made_at": at}
    return Backup.objects.create(**own | values)


def work(now: datetime) -> list[Backup]:
    return schedule.work_on_due(now, lambda _: None)


def subjects() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("subject", flat=True))


def test_one_is_made_and_proven_each_night_and_once(place: Path) -> None:
    (row, proven) = work(NOW)
    assert row == proven
    row = Backup.objects.get()
    assert (row.state, row.planned_for, row.by) == ("done", NIGHT, "scheduler")
    assert row.is_verified
    assert {path.name for path in place.iterdir()} == {row.name, f"{row.name}.json"}
    assert work(NOW + HOUR) == []
    assert "one was verified" in check_backups(NOW + HOUR)
    assert not Notice.objects.exists()


def test_what_was_asked_for_is_made_first_and_what_is_due_a_minute_later(
    place: Path,
) -> None:
    Backup.objects.create(state="queued", place="/elsewhere", made_at=NOW)
    (asked,) = work(NOW)
    assert place.is_dir()
    assert (asked.state, asked.made_at) == ("done", NOW)
    later = NOW + timedelta(minutes=1)
    made_later = work(later)[0]
    assert (made_later.planned_for, made_later.made_at) == (NIGHT, later)


def test_a_failure_is_reported_once_and_its_end_once(
    place: Path, settings: Any
) -> None:
    own, settings.BACKUP_PLACE = settings.BACKUP_PLACE, "gs://nowhere"
    (failed,) = work(NOW)
    assert work(NOW + HOUR / 2) == []
    (again,) = work(NOW + HOUR)
    assert (again.pk, again.attempts) == (failed.pk, 2)
    assert [*map(str, subjects())] == [
        "No backup was made. gs://nowhere is no place for files: give a directory, "
        "s3://bucket/prefix or azure://account/containe"
    ]
    settings.BACKUP_PLACE = own
    work(NOW + 2 * HOUR)
    assert len(subjects()) == 2
    end = Notice.objects.get(is_end=True)
    assert end.topic == "health"
    assert end.subject.startswith("The backup cloudintel-20260620T030500Z-")
    work(NOW + DAY)
    assert len(subjects()) == 2


def test_a_proof_that_fails_is_reported_once_and_tried_each_day(place: Path) -> None:
    row = made(NOW, planned_for=NIGHT, place=str(place))
    assert work(NOW + HOUR) == [row]
    (notice,) = Notice.objects.all()
    assert notice.subject.startswith("A backup can't be restored. There is no file")
    assert notice.severity == "critical"
    assert work(NOW + 2 * HOUR) == []
    Backup.objects.update(verified_at=NOW - DAY)
    assert work(NOW + 2 * HOUR) == [row]
    assert Notice.objects.count() == 1
    with pytest.raises(Down, match="The backup that was restored last failed"):
        check_backups(NOW + HOUR)


def test_what_was_killed_is_made_again(place: Path) -> None:
    killed = made(NIGHT, state="running", planned_for=NIGHT, name="")
    end_what_was_killed()
    killed.refresh_from_db()
    assert (killed.state, killed.error) == (
        "failed",
        "The process that made it ended. It is made again.",
    )
    assert schedule.is_due(NOW + HOUR)


def test_a_backup_of_a_clock_that_was_ahead_replaces_none(place: Path) -> None:
    made(NOW + 300 * DAY, verified_at=NOW + 300 * DAY)
    assert schedule.is_due(NOW)
    with pytest.raises(Down, match="There is no backup"):
        check_backups(NOW + 3 * HOUR)
    work(NOW)
    assert not schedule.is_due(NOW + HOUR)


def test_none_is_due_before_the_first_night_or_where_none_is_wanted(
    place: Path, settings: Any
) -> None:
    assert schedule.is_due(NOW)
    assert schedule.is_due(NOW + 20 * HOUR)
    assert schedule.last_planned(NIGHT - HOUR) == NIGHT - DAY
    settings.BACKUP_DAILY = False
    assert not schedule.is_due(NOW)
    with pytest.raises(NotMeasured):
        check_backups(NOW)
    settings.BACKUP_DAILY = True
    MigrationRecorder(connection).migration_qs.update(applied=NIGHT + HOUR)
    assert not schedule.is_due(NOW + 20 * HOUR)
    with pytest.raises(NotMeasured):
        check_backups(NOW + 20 * HOUR)


def test_seven_daily_four_weekly_and_twelve_monthly_are_kept(place: Path) -> None:
    for days in (*range(60), *range(60, 420, 5)):
        made(NOW - timedelta(days=days), planned_for=NOW - timedelta(days=days))
    earlier_today = made(NOW - HOUR, planned_for=NOW - HOUR)
    asked_for = [made(NOW - DAY - number * HOUR / 20) for number in range(1, 9)]
    another = made(NOW - 417 * DAY, name="cloudintel-20250101T010000Z-aaaaaaaa")
    proven = made(NOW - 418 * DAY, verified_at=NOW)
    gone = schedule.expire(NOW)
    kept = list(Backup.objects.exclude(pk=another.pk))
    labels = [*schedule.kept_of(kept).values()]
    assert {one: labels.count(one) for one in labels} == {
        **{"daily": 7, "weekly": 2, "monthly": 10, "on request": 7, "verified": 1},
    }
    assert {proven, *asked_for[:7]} <= {*kept}
    assert {earlier_today.name, asked_for[7].name} <= {*gone}
    assert len(gone) + len(kept) == 142
    daily = [row.made_at for row in kept if row.planned_for][:7]
    assert daily == [NOW - days * DAY for days in range(7)]
    assert schedule.expire(NOW) == []


def test_what_failed_is_kept_for_thirty_days(place: Path) -> None:
    for days in (31, 29):
        made(NOW - timedelta(days=days), state="failed", name=f"failed {days}")
    assert schedule.expire(NOW) == []
    assert Backup.objects.get().name == "failed 29"


def test_a_copy_that_somebody_made_elsewhere_replaces_no_daily_one(place: Path) -> None:
    """Such as on a disk that is taken away."""
    daily = made(NOW - DAY, planned_for=NIGHT - DAY)
    made(NOW - DAY + HOUR, place="/media/stick")
    made(NOW + HOUR, place="/media/stick")
    assert schedule.expire(NOW + HOUR) == []
    assert daily in schedule.kept_of(Backup.objects.all())
    assert schedule.is_due(NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("age", "proven", "error", "raised", "says"),
    [
        (HOUR, HOUR, "", None, "is 1 hours old; one was verified 0 days ago"),
        (25 * HOUR, 3 * DAY, "", None, "is 25 hours old; one was verified 3 days"),
        (27 * HOUR, HOUR, "", Down, "is 27 hours old. Operations, Backups says"),
        (HOUR, None, "", Degraded, "none was verified by a restore"),
        (HOUR, 9 * DAY, "", Degraded, "one was verified 9 days ago"),
        (HOUR, HOUR, "not equal", Down, "was restored last failed"),
    ],
)
def test_health_tells_its_age_and_proof(
    place: Path,
    age: timedelta,
    proven: timedelta | None,
    error: str,
    raised: type[Exception] | None,
    says: str,
) -> None:
    made(NOW - age, verified_at=proven and NOW - proven, verification_error=error)
    if raised is None:
        assert says in check_backups(NOW)
        return
    with pytest.raises(raised, match=says):
        check_backups(NOW)


def test_health_misses_the_first_one_in_the_first_night(place: Path) -> None:
    with pytest.raises(Degraded, match="There is no backup yet"):
        check_backups(NOW)
    with pytest.raises(Down, match="There is no backup. Operations"):
        check_backups(NOW + 3 * HOUR)
    assert COMPONENTS["backups"].check is check_backups
