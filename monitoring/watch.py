"""What a process looks at each minute beside its work, with or without a queue."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import repeat
from threading import Thread

import psutil
from django.db import DatabaseError, connection
from django.utils import timezone

from monitoring.metrics.host import record_host

logger = logging.getLogger(__name__)
EVERY_SECONDS = 60.0

# A pause, and what is called after it.
Look = tuple[float, Callable[[datetime], object]]


def watch_host() -> None:
    """Record the host of a web process, which may have no worker beside it."""
    watch(repeat((EVERY_SECONDS, record_host)))


def watch(looks: Iterable[Look]) -> None:
    """Look in a thread of its own, for as long as the process lives."""
    Thread(target=look_in_turn, args=[looks], daemon=True).start()


def look_in_turn(looks: Iterable[Look]) -> None:
    """Look at each after its pause; one that fails stops no other."""
    for seconds, look in looks:
        time.sleep(seconds)
        try:
            look(timezone.now())
        except (DatabaseError, OSError, psutil.Error) as error:
            logger.error("this host was not looked at: %s", error)
        finally:
            connection.close()
