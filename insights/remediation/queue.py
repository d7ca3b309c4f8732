"""Sends actions to the workers; the database says what is to be done, not the queue."""

import logging

from celery import current_app

from insights.models import Remediation
from syncs.runs.start import broker_errors

logger = logging.getLogger(__name__)

TASK = "insights.tasks.remediate"
# An older message is useless: the next minute's does the same.
EXPIRES_SECONDS = 60


def send(row: Remediation) -> None:
    """Have a worker look at it soon; where the queue is away, beat sends it later."""
    try:
        current_app.send_task(TASK, args=[row.pk], retry=False, expires=EXPIRES_SECONDS)
    except broker_errors() as error:
        logger.warning(
            "action %s is not queued, as the queue is away: %s", row.pk, error
        )
