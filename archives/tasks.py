"""The tasks of each day: a backup, one that is proven each week, and retention."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from archives.backup.models import Backup
from archives.backup.schedule import work_on_due
from archives.retention.deletions import delete_expired
from archives.retention.models import RetentionRun
from archives.retention.runs import (
    BEAT,
    end_what_was_killed,
    execute,
    is_due,
    plan,
    refuse,
)
from core.db.exclusive import AlreadyRunning, exclusive
from users.audit import Actor

logger = logging.getLogger(__name__)


@shared_task(acks_late=False)
def back_up_when_due() -> None:
    """Beat sends it each minute; what is due is decided by the database."""
    try:
        with exclusive("backup"):
            for row in work_on_due(timezone.now(), logger.debug):
                _log(row)
    except AlreadyRunning:
        return


@shared_task(acks_late=False)
def retain_when_due() -> None:
    """Beat sends it each minute; what is due is decided by the database.

    Without RETENTION_DAILY, only what is not archived is deleted, once an hour.
    """
    now = timezone.now()
    if is_due(now):
        run_retention(plan(now).pk)
    elif not settings.RETENTION_DAILY and now.minute == 0:
        # Nothing else bounds what is not archived.
        delete_expired(now)


@shared_task(acks_late=False)
def run_retention(run_id: int) -> None:
    """Archive what is kept no longer; a second delivery of it does nothing."""
    now = timezone.now()
    try:
        with exclusive("archives"):
            end_what_was_killed(now)
            row = RetentionRun.objects.get(pk=run_id)
            if row.is_to_do:
                by = BEAT if row.planned_for else Actor(None, row.asked_by)
                execute(row, settings.ARCHIVE_PLACE, now, by, logger.debug)
                _log_run(row)
    except AlreadyRunning:
        refuse(run_id, now)


def _log_run(row: RetentionRun) -> None:
    if row.error:
        logger.error("retention: %s", row.error)
    else:
        logger.info("retention: %s months, %s rows", row.months, row.rows)


def _log(row: Backup) -> None:
    if error := row.error or row.verification_error:
        logger.error("backup: %s", error)
    else:
        logger.info("backup: %s, %s bytes", row, row.size_bytes)
