"""What a worker watches beside its tasks: its host, the disk that it writes to, whether
it still takes any, and all health while nobody else does. It tells by itself, as
without a queue no task would."""

from datetime import datetime, timedelta
from itertools import chain, repeat

from django.conf import settings

from alerts.models import Facts, Severity, Topic
from alerts.outbox import deliver_due, queue_notice
from monitoring.health.checks import CRITICAL_FROM, FULL_FROM, used_of_disk
from monitoring.health.recording import check_health
from monitoring.metrics.host import record_host
from monitoring.models import HealthPeriod
from monitoring.watch import EVERY_SECONDS, watch
from syncs.models import Worker

# Twice at its start: what starts beside it may not be there the first time.
PAUSES = (0.0, 5.0)
# Beat has all of it checked each minute.
UNCHECKED_AFTER = timedelta(minutes=2)
# The broker may restart.
SILENT_AFTER = timedelta(minutes=5)
GROWS = "Free space on it, or enlarge it: what is stored there fails once it is full."
AWAY = "Nothing is read and no task runs until the broker takes connections again."


def watch_worker(name: str) -> None:
    """Look each minute, in a thread of its own, for as long as the process lives."""

    def look(now: datetime) -> None:
        if is_unchecked(now):
            check_health(now)
        look_after_worker(name, now)
        record_host(now)

    def look_at_start(now: datetime) -> None:
        check_health(now)
        look(now)

    at_start = ((pause, look_at_start) for pause in PAUSES)
    watch(chain(at_start, repeat((EVERY_SECONDS, look))))


def is_unchecked(now: datetime) -> bool:
    """Return whether neither beat nor another worker has it checked."""
    return not HealthPeriod.objects.minutes(since=now - UNCHECKED_AFTER).exists()


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
    used, text = used_of_disk()
    if used < FULL_FROM:
        return
    is_critical = used >= CRITICAL_FROM
    queue_notice(
        worker,
        f"disk {now:%Y-%m-%d} {is_critical}",
        f"The disk of {settings.STATE_DIR} of worker {worker} is {text} {GROWS}",
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
