"""Users ask for a backup, or for one to be verified: a worker does what is queued."""

from datetime import datetime

from celery import current_app
from django.conf import settings
from django.db import connection, transaction

from archives.backup.models import BACKUPS, Backup
from clouds.versions import bump_shared_version
from core.db.exclusive import AlreadyRunning, exclusive, hold_until_commit
from core.refusals import Refusal
from syncs.runs.start import BrokerUnavailable, broker_errors
from users.audit import Actor, record_by

# It does whatever is queued, as beat has it do each minute if this message is lost.
TASK = "archives.tasks.back_up_when_due"


class NotNow(Refusal):
    """It can't be done now; the message says why."""


def ask_for_backup(now: datetime, by: Actor) -> Backup:
    """Queue a backup to BACKUP_PLACE. Raises NotNow and BrokerUnavailable."""
    _refuse_while_running()
    with transaction.atomic():
        _refuse_while_queued()
        row = Backup(vendor=connection.vendor)
        row.store(
            state=Backup.State.QUEUED,
            place=settings.BACKUP_PLACE,
            made_at=now,
            by=by.name,
        )
    try:
        _send("backup")
    except BrokerUnavailable:
        # Beat may have had a worker begin it meanwhile.
        Backup.objects.filter(pk=row.pk, state=Backup.State.QUEUED).delete()
        bump_shared_version(BACKUPS)
        raise
    record_by(by, "backup.make", row, place=row.place)
    return row


def ask_for_verification(row: Backup, now: datetime, by: Actor) -> Backup:
    """Queue its verification. Raises NotNow and BrokerUnavailable."""
    if row.state != Backup.State.DONE:
        raise NotNow("Only a backup that was made can be verified.")
    _refuse_while_running()
    with transaction.atomic():
        _refuse_while_queued()
        row.store(verification_asked_at=now)
    try:
        _send("verify_backup")
    except BrokerUnavailable:
        row.store(verification_asked_at=None)
        raise
    record_by(by, "backup.verify", row, place=row.place)
    return row


def end_what_was_killed() -> None:
    """No process works on these: whoever does holds the lock that this one holds."""
    for row in Backup.objects.filter(state=Backup.State.RUNNING):
        next_step = "It is made again." if row.planned_for else "Ask again."
        row.store(
            state=Backup.State.FAILED,
            error=f"The process that made it ended. {next_step}",
            progress="",
        )
    for row in Backup.objects.exclude(progress=""):
        row.store(progress="")


def _refuse_while_running() -> None:
    """Not within a transaction: one that fails could not release the lock."""
    try:
        with exclusive("backup"):
            end_what_was_killed()
    except AlreadyRunning:
        raise NotNow(
            "A backup or verification is running; wait until it has ended."
        ) from None


def _refuse_while_queued() -> None:
    hold_until_commit("asking for a backup")
    if Backup.objects.queued().exists():
        raise NotNow("A backup or verification is queued; wait until it has ended.")


def _send(command: str) -> None:
    try:
        current_app.send_task(TASK, retry=False)
    except broker_errors() as error:
        raise BrokerUnavailable(
            f"The queue can't be reached ({error}). Check CELERY_BROKER_URL and that "
            f"its server runs, or use manage.py {command}."
        ) from error
