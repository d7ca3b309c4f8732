"""Which backup is queued or due, which one is to be proven, and which are old enough to
go."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings

from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice
from archives.backup.backups import BackupFailed, back_up
from archives.backup.manifest import SUFFIX, installation_of
from archives.backup.models import BACKUPS, Backup
from archives.backup.queue import end_what_was_killed
from archives.backup.verification import verify
from clouds.storage import PlaceFailed, delete_file
from clouds.versions import bump_shared_version
from core.db.installed_at import installed_at
from core.installation_id import installation_id
from core.windows import ONE_DAY, next_daily
from providers.base import Progress

BEAT = "scheduler"
RETRIED_AFTER = timedelta(hours=1)
VERIFIED_EACH = timedelta(days=7)
# One that failed is tried again, with the newest backup.
VERIFIED_AGAIN_AFTER = timedelta(days=1)
# Rows of those that failed tell nothing for longer.
FAILED_KEPT = timedelta(days=30)
DAYS_KEPT, WEEKS_KEPT, MONTHS_KEPT = 7, 4, 12
ASKED_FOR_KEPT = 7
ALARM = Facts(Topic.HEALTH, Severity.CRITICAL)


def last_planned(now: datetime) -> datetime:
    """Return the newest time at which a daily backup was due."""
    return next_planned(now) - ONE_DAY


def next_planned(now: datetime) -> datetime:
    return next_daily(settings.BACKUP_AT, now)


def is_due(now: datetime) -> bool:
    """Return whether the last planned backup is missing, and may be tried now.

    None is before the first night of an installation.
    """
    planned = last_planned(now)
    if not settings.BACKUP_DAILY or installed_at() >= planned:
        return False
    # One that somebody made may lie anywhere.
    if Backup.objects.done().filter(planned_for=planned).exists():
        return False
    failed = Backup.objects.filter(planned_for=planned, state=Backup.State.FAILED)
    return not failed.filter(made_at__gt=now - RETRIED_AFTER).exists()


def to_verify(now: datetime) -> Backup | None:
    """Return the newest backup, where a week has passed since one was proven."""
    newest = Backup.objects.made_by(now).first()
    last = Backup.objects.newest_verified()
    if newest is None or not settings.BACKUP_DAILY:
        return None
    if last is None:
        return newest
    assert last.verified_at  # noqa: S101 - for the type checker
    pause = VERIFIED_AGAIN_AFTER if last.verification_error else VERIFIED_EACH
    return newest if last.verified_at <= now - pause else None


def work_on_due(now: datetime, on_progress: Progress) -> list[Backup]:
    """Make the backups and proofs that are queued, or else those that are due; return
    their rows. Nothing is raised.

    Only one process at a time does so.
    """
    end_what_was_killed()
    worked_on = [
        work_on_queued(row, now, on_progress)
        for row in Backup.objects.queued().order_by("pk")
    ]
    if worked_on:
        # The moment names a backup, so what is due is for the next minute.
        return worked_on
    if is_due(now):
        planned = last_planned(now)
        try:
            made = back_up(settings.BACKUP_PLACE, now, BEAT, on_progress, planned)
            worked_on.append(made)
            tell_ends(made, now)
            expire(now)
        except BackupFailed as error:
            failed = Backup.objects.get(planned_for=planned)
            queue_notice(failed, "failed", str(error), now, ALARM)
            worked_on.append(failed)
    if proven := to_verify(now):
        worked_on.append(verify_and_notify(proven, now, on_progress))
    return worked_on


def work_on_queued(row: Backup, now: datetime, on_progress: Progress) -> Backup:
    """Make or verify what somebody asked for; its row says what came of it."""
    if row.state != Backup.State.QUEUED:
        return verify_and_notify(row, now, on_progress)
    with suppress(BackupFailed):
        # The row of a restored database names the place of another.
        back_up(settings.BACKUP_PLACE, now, row.by, on_progress, queued=row)
        tell_ends(row, now)
    return row


def verify_and_notify(row: Backup, now: datetime, on_progress: Progress) -> Backup:
    """Verify it; a notice tells of a failure once, and of the next success."""
    before = Backup.objects.newest_verified()
    verify(row, on_progress)
    if row.verification_error:
        text = f"A backup can't be restored. {row.verification_error}"
        queue_notice(row, "unproven", text, now, ALARM)
    elif before and before.verification_error:
        text = f"The backup {row} was restored, and is what was backed up."
        queue_notice(before, "proven", text, now, ALARM, is_end=True)
    return row


def tell_ends(made: Backup, now: datetime) -> None:
    """Notify that a backup was made, once for each failure that was reported."""
    failures = Backup.objects.filter(notices__key__endswith=" failed").distinct()
    for row in failures:
        text = f"The backup {made} was made."
        queue_notice(row, "made", text, now, ALARM, is_end=True)


def expire(now: datetime) -> list[str]:
    """Delete those that are kept no longer; return their names.

    One that can't be deleted is left for the next time.
    """
    done = list(Backup.objects.done().order_by("-made_at", "-id"))
    own = [row for row in done if installation_of(row.name) == installation_id()]
    kept = kept_of(own)
    gone = []
    for row in own:
        if row in kept:
            continue
        try:
            for suffix in (SUFFIX, ""):
                delete_file(f"{row.place}/{row.name}{suffix}")
        except PlaceFailed:
            continue
        gone.append(row.name)
        row.delete()
    failed = Backup.objects.filter(state=Backup.State.FAILED)
    failed.filter(made_at__lt=now - FAILED_KEPT).delete()
    bump_shared_version(BACKUPS)
    return gone


def kept_of(rows: Iterable[Backup]) -> dict[Backup, str]:
    """Return which stay, of rows that begin with the newest, and as what.

    Each place keeps its own, as a copy elsewhere replaces none.
    """
    of_place: dict[str, list[Backup]] = defaultdict(list)
    for row in rows:
        of_place[row.place].append(row)
    return {
        row: label
        for found in of_place.values()
        for row, label in _kept_in_place(found).items()
    }


def _kept_in_place(rows: list[Backup]) -> dict[Backup, str]:
    """Of each of so many days, weeks and months that have one, the newest; the newest
    few that somebody asked for, as before an upgrade; the newest that was proven."""
    periods: tuple[tuple[str, int, Callable[[Backup], object]], ...] = (
        ("daily", DAYS_KEPT, lambda row: row.made_at.date()),
        ("weekly", WEEKS_KEPT, lambda row: row.made_at.isocalendar()[:2]),
        ("monthly", MONTHS_KEPT, lambda row: (row.made_at.year, row.made_at.month)),
    )
    kept: dict[Backup, str] = {}
    for label, number, period_of in periods:
        newest: dict[object, Backup] = {}
        for row in rows:
            newest.setdefault(period_of(row), row)
        for row in list(newest.values())[:number]:
            kept.setdefault(row, label)
    asked_for = [row for row in rows if row.planned_for is None]
    for row in asked_for[:ASKED_FOR_KEPT]:
        kept.setdefault(row, "on request")
    for row in rows:
        if row.is_verified:
            kept.setdefault(row, "verified")
            break
    return kept
