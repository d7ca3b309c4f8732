"""What a worker watches beside its tasks: its host, the disk that it writes to, and
whether it still takes any. It tells by itself, as without a queue no task would."""

import logging
import shutil
from datetime import datetime, timedelta
from threading import Event, Thread

import psutil
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from alerts.models import Facts, Severity, Topic
from alerts.outbox import deliver_due, queue_notice
from monitoring.metrics.host import record_host
from syncs.models import Worker

logger = logging.getLogger(__name__)

LOOKS_EVERY_SECONDS = 60.0
# Of the disk of STATE_DIR, on which the database, queue or archives may lie.
FULL_FROM, CRITICAL_FROM = 0.90, 0.97
# The broker may restart.
SILENT_AFTER = timedelta(minutes=5)
GROWS = "Free space on it, or enlarge it: what is stored there fails once it is full."
AWAY = "Nothing is read and no task runs until the broker takes connections again."


def watch_worker(name: str) -> None:
    """Look each minute, in a thread of its own, for as long as the process lives."""
    Thread(target=_watch, args=[name], daemon=True).start()


def _watch(name: str) -> None:
    pause = Event()
    while not pause.wait(LOOKS_EVERY_SECONDS):
        try:
            look_after_worker(name, timezone.now())
            record_host(timezone.now())
        except (DatabaseError, OSError, psutil.Error) as error:
            logger.error("the health of this worker was not looked at: %s", error)
        finally:
            connection.close()


def look_after_worker(name: str, now: datetime) -> None:
    """Queue a notice each day that its disk is nearly full, and one when it does not
    reach its broker, which is delivered at once."""
    worker = Worker.objects.filter(name=name).first()
    if worker is None:
        return
    _notify_full_disk(worker, now)
    if worker.heartbeat_at <= now - SILENT_AFTER:
        _notify_lost_broker(worker, now)
        deliver_due(now)


def _notify_full_disk(worker: Worker, now: datetime) -> None:
    disk = shutil.disk_usage(settings.STATE_DIR)
    used = 1 - disk.free / disk.total
    if used < FULL_FROM:
        return
    is_critical = used >= CRITICAL_FROM
    queue_notice(
        worker,
        f"disk {now:%Y-%m-%d} {is_critical}",
        f"The disk of {settings.STATE_DIR} of worker {worker} is {used:.0%} full, "
        f"{disk.free / 2**30:.1f} GiB are free. {GROWS}",
        now,
        Facts(Topic.HEALTH, Severity.CRITICAL if is_critical else Severity.WARNING),
        cause=GROWS,
    )


def _notify_lost_broker(worker: Worker, now: datetime) -> None:
    queue_notice(
        worker,
        f"broker {worker.heartbeat_at.isoformat()}",
        f"Worker {worker} has not reached its broker since "
        f"{worker.heartbeat_at:%-d %b %H:%M} UTC. {AWAY}",
        now,
        Facts(Topic.HEALTH, Severity.CRITICAL),
        cause=AWAY,
    )
