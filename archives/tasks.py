"""The task that makes the backup of the day, and proves one each week."""

import logging

from celery import shared_task
from django.utils import timezone

from archives.backup.models import Backup
from archives.backup.schedule import work_on_due
from core.db.exclusive import AlreadyRunning, exclusive

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


def _log(row: Backup) -> None:
    if error := row.error or row.verification_error:
        logger.error("backup: %s", error)
    else:
        logger.info("backup: %s, %s bytes", row, row.size_bytes)
