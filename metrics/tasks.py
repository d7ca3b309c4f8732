"""What a worker does."""

from celery import shared_task
from django.utils import timezone

from metrics.sync import read_cpu
from syncs.claims import take


@shared_task
def sync_cpu(run_id: int) -> str:
    """Reads the metrics of a queued run; a second delivery of it does nothing."""
    run = take(run_id, timezone.now())
    return read_cpu(run).status if run else "taken"
