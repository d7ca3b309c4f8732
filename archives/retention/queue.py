"""Whoever asks for a run of retention has it queued for a worker."""

from datetime import datetime

from celery import current_app

from archives.retention.models import RetentionRun
from archives.retention.runs import LOST_AFTER
from core.refusals import Refusal
from syncs.runs.start import BrokerUnavailable, broker_errors
from users.audit import Actor


class AlreadyAsked(Refusal):
    """A run is queued or at work; the message says so."""


def ask_for_run(now: datetime, by: Actor) -> RetentionRun:
    """Queue a run. Raises AlreadyAsked and BrokerUnavailable."""
    active = RetentionRun.objects.filter(status__in=RetentionRun.ACTIVE)
    if active.filter(asked_at__gt=now - LOST_AFTER).exists():
        raise AlreadyAsked("Retention is queued or running; wait until it has ended.")
    row = RetentionRun.objects.create(asked_at=now, asked_by=by.name)
    try:
        current_app.send_task(
            "archives.tasks.run_retention", args=[row.pk], retry=False
        )
    except broker_errors() as error:
        row.delete()
        raise BrokerUnavailable(
            f"The queue can't be reached ({error}). Check CELERY_BROKER_URL and that "
            "its server runs, or use manage.py prune."
        ) from error
    return row
