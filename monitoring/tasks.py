"""Celery tasks of each subject of this room; beat sends them."""

from celery import shared_task
from django.utils import timezone

from monitoring.database.growth import record_database_size
from monitoring.health import recording
from monitoring.rules import evaluate
from monitoring.scans import schedule


@shared_task(acks_late=False, soft_time_limit=50, time_limit=60)
def evaluate_rules() -> None:
    """Hold what is measured to the alert rules, and record the database's size for the
    next time. Beat sends this each minute."""
    now = timezone.now()
    evaluate.evaluate_rules(now)
    record_database_size(now)


@shared_task(acks_late=False)
def scan_when_due() -> None:
    """Look for weaknesses once a day, if so set. Beat sends this each minute."""
    schedule.scan_when_due(timezone.now())


@shared_task(acks_late=False, soft_time_limit=50, time_limit=60)
def check_health() -> None:
    """Check every component and keep what is found. Beat sends it each minute."""
    recording.check_health(timezone.now())
