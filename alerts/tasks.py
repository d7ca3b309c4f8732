"""What a worker does for alerts."""

from celery import shared_task
from django.utils import timezone

from alerts.acting import remind
from alerts.outbox import deliver_due


@shared_task(acks_late=False, soft_time_limit=60, time_limit=90)
def deliver_notices() -> int:
    """Deliver what is due. Beat sends this each minute; the database is the queue."""
    now = timezone.now()
    remind(now)
    return deliver_due(now)
