"""The task that keeps the dashboard's history."""

from celery import shared_task
from django.utils import timezone

from dashboard.refresh import record_metrics


@shared_task(acks_late=False)
def record_dashboard() -> None:
    """Write today's rows where the data has changed. Beat sends it each minute."""
    record_metrics(timezone.now())
