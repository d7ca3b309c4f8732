"""The workers that are alive."""

from django.db import models

from syncs.querysets import WorkerQuerySet


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
