"""What a worker does."""

from celery import shared_task

from costs.sync import read_cost
from syncs.runs.worker import execute_run


@shared_task
def sync_cost(run_id: int) -> str:
    """Reads the costs of a queued run; a second delivery of it does nothing."""
    return execute_run(run_id, read_cost)
