"""Celery beat's schedule: the settings start it, then the admin decides."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from celery.beat import SchedulingError
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from core.clocks import is_ahead

logger = logging.getLogger(__name__)

# Of earlier versions. No worker has these tasks any more, which each minute would log.
RETIRED = ("conduct-demo", "delete-old-questions")


class Entry(ModelEntry):  # type: ignore[misc]
    last_run_at: datetime

    def is_due(self) -> Any:
        """Take a time after now, of a clock that was ahead, for this moment."""
        now = timezone.now()
        if is_ahead(self.last_run_at, now):
            self.last_run_at = self.model.last_run_at = now
        return super().is_due()


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    Entry = Entry
    _is_sending = True
    _ticked_at = datetime.min.replace(tzinfo=UTC)

    def tick(self, *args: Any, **options: Any) -> float:
        """Plan all tasks again where the clock was set back; each would wait until the
        time that it had shown."""
        now = timezone.now()
        if is_ahead(self._ticked_at, now):
            self._heap = self._last_timestamp = None
            self._initial_read = True
        self._ticked_at = now
        seconds: float = super().tick(*args, **options)
        return seconds

    def apply_entry(self, entry: ModelEntry, producer: Any = None) -> None:
        """Send a task; say once that none can be sent, and once that they are again.

        The library logs three tracebacks for each.
        """
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            if self._is_sending:
                logger.error("%s. Tasks wait until the queue answers.", error)
            self._is_sending = False
        else:
            if not self._is_sending:
                logger.warning("The queue answers again: tasks are sent.")
            self._is_sending = True

    def update_from_dict(self, mapping: Mapping[str, Any]) -> None:
        """Add the tasks that are new, and delete those that are retired; the library
        resets all to the settings."""
        PeriodicTask.objects.filter(name__in=RETIRED).delete()
        tasks = PeriodicTask.objects.filter(name__in=mapping)
        known = set(tasks.values_list("name", flat=True))
        super().update_from_dict(
            {name: entry for name, entry in mapping.items() if name not in known}
        )
