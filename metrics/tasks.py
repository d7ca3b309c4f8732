"""Celery tasks."""

from celery import shared_task

from metrics.sync import read_metrics
from syncs.runs.worker import execute_run


@shared_task
def sync_cpu(run_id: int) -> str:
    """Execute a queued run; a second delivery of it does nothing."""
    return execute_run(run_id, read_metrics)


@shared_task
def sync_usage(run_id: int) -> str:
    """Execute a queued run; a second delivery of it does nothing."""
    return execute_run(run_id, read_metrics)
