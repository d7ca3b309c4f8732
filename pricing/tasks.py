"""Celery tasks."""

from celery import shared_task

from pricing.sync import read_prices
from syncs.runs.worker import execute_run


@shared_task
def sync_prices(run_id: int) -> str:
    """Execute a queued run; a second delivery of it does nothing."""
    return execute_run(run_id, read_prices)
