"""Celery tasks."""

from celery import shared_task

from inventory.sync import read_ec2
from syncs.runs.worker import execute_run


@shared_task
def sync_ec2(run_id: int) -> str:
    """Execute a queued run; a second delivery of it does nothing."""
    return execute_run(run_id, read_ec2)
