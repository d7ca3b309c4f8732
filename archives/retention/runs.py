"""A run of retention: rows past their period are archived, then deleted."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice
from archives.archived import CannotRestore
from archives.models import Archive, Table
from archives.prune import CannotPrune, Month, due, prune
from archives.retention.deletions import delete_expired
from archives.retention.models import RetentionRun
from archives.retention.periods import PERIODS, InvalidPeriod
from archives.rollups import outdated, recompute
from clouds.storage import PlaceFailed, delete_file
from core.db.installed_at import installed_at
from core.windows import ONE_DAY, next_daily
from providers.base import Progress
from users.audit import Actor, record_by

# UTC; backups are made an hour before.
AT = time(2)
BEAT = Actor(None, "scheduler")
RETRIED_AFTER = timedelta(hours=1)
# One that no worker took until then was lost.
LOST_AFTER = timedelta(hours=1)
# Whoever restored a month wants to look at it.
RESTORED_STAYS = timedelta(days=30)
ALARM = Facts(Topic.HEALTH, Severity.WARNING)

Status = RetentionRun.Status


def last_planned(now: datetime) -> datetime:
    """Return the newest time at which a daily run was due."""
    return next_planned(now) - ONE_DAY


def next_planned(now: datetime) -> datetime:
    return next_daily(AT, now)


def is_due(now: datetime) -> bool:
    """Return whether the last planned run is missing, and may be tried now.

    None is before the first night of an installation.
    """
    planned = last_planned(now)
    if not settings.RETENTION_DAILY or installed_at() >= planned:
        return False
    done = RetentionRun.objects.filter(status=Status.SUCCEEDED)
    if done.filter(asked_at__gte=planned).exists():
        return False
    tried = RetentionRun.objects.filter(planned_for=planned)
    return not tried.filter(started_at__gt=now - RETRIED_AFTER).exists()


def plan(now: datetime) -> RetentionRun:
    """Return the daily run, which one that failed is too."""
    row, _ = RetentionRun.objects.get_or_create(
        planned_for=last_planned(now),
        defaults={"asked_at": now, "asked_by": BEAT.name},
    )
    return row


def due_now(now: datetime) -> Iterator[Month]:
    """What is kept no longer, but for months that were restored of late.

    Raises CannotPrune.
    """
    restored = Archive.objects.filter(restored_at__gt=now - RESTORED_STAYS)
    stays = set(restored.values_list("table", "month"))
    return (one for one in due(list(Table), now) if (one.table, one.month) not in stays)


def execute(
    row: RetentionRun, place: str, now: datetime, by: Actor, on_progress: Progress
) -> None:
    """Delete and archive what is due; the row says what came of it.

    Whoever calls it keeps others from moving rows.
    """
    row.status, row.started_at, row.error = Status.RUNNING, now, ""
    row.save()
    try:
        row.deleted += delete_expired(now)
        row.save()
        for one in list(due_now(now)):
            archive = prune(one, place, now, by, on_progress)
            row.months, row.rows = row.months + 1, row.rows + one.rows
            row.size_bytes += archive.size_bytes
            row.save()
        for month in outdated():
            recompute(month, on_progress)
        row.expired += expire(now, by)
        row.status = Status.SUCCEEDED
    except (CannotPrune, CannotRestore, InvalidPeriod, PlaceFailed) as error:
        row.status, row.error = Status.FAILED, str(error)
    _close(row, now, by)


def expire(now: datetime, by: Actor) -> int:
    """Delete files that were kept long enough; return how many. Raises PlaceFailed."""
    count = 0
    for table, period in PERIODS.items():
        if period.file_days is None:
            continue
        old = Archive.objects.filter(table=table, expired_at=None)
        before = now - timedelta(days=period.file_days)
        for archive in old.filter(written_at__lt=before):
            same = Archive.objects.filter(location=archive.location, expired_at=None)
            if not same.exclude(pk=archive.pk).exists():
                delete_file(archive.location)
            with transaction.atomic():
                archive.expired_at = now
                archive.save(update_fields=["expired_at"])
                record_by(by, "archive.expire", archive, location=archive.location)
            count += 1
    return count


def end_what_was_killed(now: datetime) -> None:
    """No process works on these: whoever does holds the lock that this one holds."""
    reason = "The process that archived ended before it was done. It goes on."
    running = RetentionRun.objects.filter(status=Status.RUNNING)
    running.update(status=Status.FAILED, error=reason, finished_at=now)
    lost = RetentionRun.objects.filter(
        status=Status.QUEUED, asked_at__lt=now - LOST_AFTER
    )
    reason = "No worker took it in time. Check that a worker runs, and ask again."
    lost.update(status=Status.FAILED, error=reason, finished_at=now)


def refuse(run_id: int, now: datetime) -> None:
    """End a run that somebody asked for while others move rows; a daily one waits."""
    reason = "Another run, prune or restore_archive was at work. Ask again afterwards."
    asked = RetentionRun.objects.filter(pk=run_id, planned_for=None)
    asked.filter(status=Status.QUEUED).update(
        status=Status.FAILED, error=reason, finished_at=now
    )


def _close(row: RetentionRun, now: datetime, by: Actor) -> None:
    row.finished_at = timezone.now()
    row.save()
    found = {"months": row.months, "rows": row.rows, "expired": row.expired}
    found["deleted"] = row.deleted
    record_by(by, "retention.run", row, **found, error=row.error)
    if row.error:
        queue_notice(row, "failed", f"Retention failed. {row.error}", now, ALARM)
        return
    for run in RetentionRun.objects.filter(notices__key__endswith=" failed"):
        text = "Retention has archived everything that is kept no longer."
        queue_notice(run, "done", text, now, ALARM, is_end=True)
