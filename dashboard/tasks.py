"""The tasks that keep the dashboard's history and send digests."""

from celery import shared_task
from django.utils import timezone

from dashboard.digests.sending import send_digests
from dashboard.refresh import record_metrics


@shared_task(acks_late=False)
def record_dashboard() -> None:
    """Write today's rows where the data has changed. Beat sends it each minute."""
    record_metrics(timezone.now())


@shared_task(acks_late=False)
def send_due_digests() -> int:
    """Queue the digests that are due. Beat sends it each minute."""
    return send_digests(timezone.now())
