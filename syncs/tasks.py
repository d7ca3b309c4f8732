"""What a worker does each minute: free what died, queue what is due, tell who cares."""

import logging

from celery import shared_task
from django.utils import timezone

from syncs.alerts import tell_incidents
from syncs.backfills import advance_backfills
from syncs.claims import free_dead
from syncs.due import due
from syncs.models import CloudAccount, SyncRun
from syncs.start import BrokerUnavailable, start

logger = logging.getLogger(__name__)


@shared_task(acks_late=False)
def look() -> None:
    """Beat sends this each minute; the database tells what there is to do."""
    now = timezone.now()
    free_dead(SyncRun.objects.all(), now)
    try:
        queue_due()
        advance_backfills(now)
    except BrokerUnavailable as error:
        logger.error("%s", error)
    tell_incidents(now)


def queue_due() -> int:
    """Queues a run for everything that is due; answers how many."""
    now = timezone.now()
    accounts = CloudAccount.objects.enabled().select_related("payer")
    queued = 0
    for one in due(accounts, now):
        started = start(
            [one.account],
            one.dataset,
            now,
            trigger=SyncRun.Trigger.SCHEDULE,
            user=None,
            after=one.newest.pk if one.newest else 0,
        )
        queued += len(started.runs)
    return queued
