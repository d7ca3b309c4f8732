"""The workers that are alive."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.urls import reverse

from core.clocks import recent
from syncs.runs.processes import is_dead

# Several heartbeats, so that a slow one is not taken for a dead worker.
WORKER_SILENT_AFTER = timedelta(seconds=60)


class WorkerQuerySet(models.QuerySet[Any]):
    def alive(self, now: datetime) -> list[Any]:
        """Return those with a fresh heartbeat whose process is not known to be gone."""
        fresh = self.filter(recent("heartbeat_at", now, WORKER_SILENT_AFTER))
        return [worker for worker in fresh if not is_dead(worker.held_by)]


class Worker(models.Model):
    """One row is one Celery worker and its last heartbeat."""

    name = models.CharField(max_length=255, unique=True, help_text="As Celery has it.")
    held_by = models.CharField(max_length=256, help_text="Its host and process.")
    heartbeat_at = models.DateTimeField()

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("health-history")
