"""A web process records its host each minute, which may have no worker beside it."""

import logging
from threading import Event, Thread

import psutil
from django.db import DatabaseError, connection
from django.utils import timezone

from monitoring.metrics.host import record_host

logger = logging.getLogger(__name__)
EVERY_SECONDS = 60.0


def watch_host() -> None:
    """Record it in a thread of its own, for as long as the process lives."""
    Thread(target=_watch, args=[Event()], daemon=True).start()


def _watch(ended: Event) -> None:
    while not ended.wait(EVERY_SECONDS):
        try:
            record_host(timezone.now())
        except (DatabaseError, OSError, psutil.Error) as error:
            logger.error("this host was not recorded: %s", error)
        finally:
            connection.close()
