"""Celery tasks."""

from celery import Task, shared_task

from inventory.sync import read_resources
from syncs.datasets import Dataset
from syncs.runs.worker import execute_run


def task_of(dataset: Dataset) -> Task[[int], str]:
    def execute(run_id: int) -> str:
        """Execute a queued run; a second delivery of it does nothing."""
        return execute_run(run_id, read_resources)

    task: Task[[int], str] = shared_task(name=dataset.traits.task)(execute)
    return task


sync_ec2 = task_of(Dataset.INSTANCES)
sync_storage = task_of(Dataset.STORAGE)
sync_databases = task_of(Dataset.DATABASES)
sync_network = task_of(Dataset.NETWORK)
