"""Celery tasks: insights that are due, and what clouds themselves advise."""

import logging

from celery import shared_task
from django.utils import timezone

from insights.advice.sync import read_advice
from insights.budgets import refresh as budgeting
from insights.models import Remediation
from insights.refresh.refresh_state import due, is_refreshing, release_own
from insights.remediation.execution import work_on
from insights.remediation.power_schedules import queue_scheduled
from insights.remediation.queue import send
from syncs.runs.stopping import Stopped, stoppable
from syncs.runs.worker import execute_run

logger = logging.getLogger(__name__)


@shared_task
def sync_advice(run_id: int) -> str:
    """Execute a queued run; a second delivery of it does nothing."""
    return execute_run(run_id, read_advice)


@shared_task(acks_late=False)
def refresh_due() -> None:
    """Compute what is due; beat sends it each minute, and one process works at a time.

    Syncs go on beside it on other workers. Budgets are checked each time, as a month
    may begin without new data.
    """
    now = timezone.now()
    release_own()
    if is_refreshing(now):
        return
    wanted = due(now)
    if not wanted and not budgeting.is_due(now):
        return
    # Imported here only: it takes seconds and hundreds of megabytes.
    from insights.refresh.refresh_all import refresh

    try:
        with stoppable():
            for outcome in refresh(wanted, now):
                logger.info("insights: %s", outcome.sentence)
    except Stopped:
        logger.warning("insights: the worker was stopped; the next task goes on")


@shared_task(soft_time_limit=90, time_limit=120, acks_late=False)
def queue_remediations() -> None:
    """Queue what schedules ask for, and send what waits for a worker, each minute."""
    queue_scheduled(timezone.now())
    for row in Remediation.objects.to_work_on().order_by("pk"):
        send(row)


@shared_task
def remediate(remediation_id: int) -> str:
    """Work on an action; a second delivery of it does nothing."""
    return work_on(remediation_id)
