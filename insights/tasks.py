"""What a worker does for insights: compute what is due, told by the database."""

import logging

from celery import shared_task
from django.utils import timezone

from insights import budgeting
from insights.due import due, is_at_work
from syncs.stopping import Stopped, stoppable

logger = logging.getLogger(__name__)


@shared_task(acks_late=False)
def refresh_due() -> None:
    """Beat sends this each minute; one process at a time computes what is due.

    Syncs go on beside it on the other workers. Budgets are counted each time, as a
    month may begin without new data.
    """
    now = timezone.now()
    if is_at_work(now):
        return
    wanted = due(now)
    if not wanted and not budgeting.is_due(now):
        return
    # Loaded here alone: it takes seconds and hundreds of megabytes.
    from insights.refresh.run import refresh

    try:
        with stoppable():
            for outcome in refresh(wanted, now):
                logger.info("insights: %s", outcome.sentence)
    except Stopped:
        logger.warning("insights: the worker was stopped; the next look goes on")
