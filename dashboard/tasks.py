"""The tasks that keep the dashboard's history, send digests, and play the demo."""

import logging

from celery import shared_task
from django.utils import timezone

from dashboard.demo.control import Busy, play
from dashboard.digests.sending import send_digests
from dashboard.refresh import record_metrics
from syncs.runs.stopping import Stopped, stoppable

logger = logging.getLogger(__name__)


@shared_task(acks_late=False)
def record_dashboard() -> None:
    """Write today's rows where the data has changed. Beat sends it each minute."""
    record_metrics(timezone.now())


@shared_task(acks_late=False)
def send_due_digests() -> int:
    """Queue the digests that are due. Beat sends it each minute."""
    return send_digests(timezone.now())


@shared_task(acks_late=False)
def play_demo() -> int:
    """Do the demo's steps that wait. Beat sends it each minute, too: what a worker that
    was stopped left goes on."""
    try:
        with stoppable():
            return play()
    except Busy:
        return 0
    except Stopped:
        logger.warning("demo: the worker was stopped; the next task goes on")
        return 0
