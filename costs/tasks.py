"""What a worker does."""

from celery import shared_task
from django.utils import timezone

from costs.sync import read_cost
from syncs.claims import take


@shared_task
def sync_cost(run_id: int) -> str:
    """Reads the costs of a queued run; a second delivery of it does nothing."""
    run = take(run_id, timezone.now())
    return read_cost(run).status if run else "taken"
