"""Workers that died are told of while others go on: nothing else would show it."""

from datetime import datetime, timedelta

from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice
from syncs.models import Worker

# A busy host, or one that slept, sends its heartbeats late.
LOST_AFTER = timedelta(minutes=5)


def notify_lost_workers(now: datetime) -> None:
    """Queue a notice of each that fell silent; one that was stopped has no row.

    Where none is alive the heartbeats are late: some worker is doing this.
    """
    if not Worker.objects.alive(now):
        return
    for worker in Worker.objects.filter(heartbeat_at__lte=now - LOST_AFTER):
        queue_notice(
            worker,
            f"lost {worker.heartbeat_at.isoformat()}",
            f"Worker {worker} has sent no heartbeat since "
            f"{worker.heartbeat_at:%-d %b %H:%M} UTC and was not stopped. Look at its "
            "host; the other workers go on.",
            now,
            Facts(Topic.HEALTH, Severity.WARNING),
        )
