"""The scheduler's tick: free what died, queue what is due, record incidents."""

import logging

from celery import shared_task
from django.utils import timezone

from clouds.models import CloudAccount
from core.clocks import recent
from core.windows import ONE_DAY
from syncs.backfills.planning import advance_backfills
from syncs.incidents.recording import update_incidents
from syncs.models import SyncRun, Worker
from syncs.runs.claims import free_dead
from syncs.runs.start import BrokerUnavailable, send_lost, start_syncs
from syncs.scheduler.due import due
from syncs.scheduler.lost_workers import notify_lost_workers

logger = logging.getLogger(__name__)


@shared_task(acks_late=False, soft_time_limit=90, time_limit=120)
def schedule_tick() -> None:
    """Queue what the database says is due. Beat sends this each minute."""
    now = timezone.now()
    free_dead(SyncRun.objects.all(), now)
    try:
        queue_due()
        advance_backfills(now)
        send_lost(now)
    except BrokerUnavailable as error:
        logger.error("%s", error)
    update_incidents(now)
    notify_lost_workers(now)
    Worker.objects.exclude(recent("heartbeat_at", now, ONE_DAY)).delete()


def queue_due() -> int:
    now = timezone.now()
    accounts = CloudAccount.objects.enabled().at_present().select_related("payer")
    queued = 0
    for one in due(accounts, now):
        started = start_syncs(
            [one.account],
            [one.dataset],
            now,
            trigger=SyncRun.Trigger.SCHEDULE,
            after=one.newest.pk if one.newest else 0,
        )
        queued += len(started.runs)
    return queued
