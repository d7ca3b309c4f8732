"""What a worker does."""

from celery import shared_task
from django.utils import timezone

from inventory.sync import read_ec2
from syncs.claims import take


@shared_task
def sync_ec2(run_id: int) -> str:
    """Reads the instances of a queued run; a second delivery of it does nothing."""
    run = take(run_id, timezone.now())
    return read_ec2(run).status if run else "taken"
