"""Celery beat's schedule: the settings start it, then the admin decides."""

from collections.abc import Mapping
from typing import Any

from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

# Of earlier versions. No worker has these tasks any more, which each minute would log.
RETIRED = ("conduct-demo", "delete-old-questions")


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    def update_from_dict(self, mapping: Mapping[str, Any]) -> None:
        """Add the tasks that are new, and delete those that are retired; the library
        resets all to the settings."""
        PeriodicTask.objects.filter(name__in=RETIRED).delete()
        tasks = PeriodicTask.objects.filter(name__in=mapping)
        known = set(tasks.values_list("name", flat=True))
        super().update_from_dict(
            {name: entry for name, entry in mapping.items() if name not in known}
        )
