"""Celery tasks: insights that are due, and what clouds themselves advise."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from clouds.models import CloudAccount
from insights.advice.sync import read_advice
from insights.budgets import refresh as budgeting
from insights.models import Remediation
from insights.refresh.refresh_state import (
    Part,
    due,
    is_refreshing,
    release_own,
    shared_is_due,
)
from insights.remediation.execution import work_on
from insights.remediation.power_schedules import queue_scheduled
from insights.remediation.queue import send
from syncs.runs.start import broker_errors
from syncs.runs.stopping import Stopped, stoppable
from syncs.runs.worker import execute_run

logger = logging.getLogger(__name__)

# Then it waits behind what else is queued, which a long sync beside it would hold up.
SECONDS_AT_ONCE = 20
# An older message is useless: the next minute's does the same.
EXPIRES_SECONDS = 60


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
    if not (wanted or budgeting.is_due(now) or shared_is_due()):
        return
    try:
        with stoppable():
            is_done = _refresh_for_a_while(wanted, now)
    except Stopped:
        logger.warning("insights: the worker was stopped; the next task goes on")
        return
    if not is_done:
        with suppress(*broker_errors()):  # beat sends it then
            refresh_due.apply_async(retry=False, expires=EXPIRES_SECONDS)


def _refresh_for_a_while(wanted: Sequence[CloudAccount | None], now: datetime) -> bool:
    """Return whether all of these are computed.

    What is shared comes after the last, and after all accounts together: where some
    are always due again, these end a round.
    """
    # Imported here only: it takes seconds and hundreds of megabytes.
    from insights.refresh.refresh_all import SHARED_PARTS, refresh

    of_accounts = [part for part in Part if part not in SHARED_PARTS]
    outcomes = refresh(_at_once(wanted), now, parts=of_accounts)
    is_done = len(outcomes) == len(wanted)
    if is_done or any(outcome.account is None for outcome in outcomes):
        outcomes += refresh([], now, parts=tuple(SHARED_PARTS))
    for outcome in outcomes:
        logger.info("insights: %s", outcome.sentence)
    return is_done


def _at_once(accounts: Sequence[CloudAccount | None]) -> Iterator[CloudAccount | None]:
    ends_at = time.monotonic() + SECONDS_AT_ONCE
    for account in accounts:
        yield account
        if time.monotonic() >= ends_at:
            return


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
