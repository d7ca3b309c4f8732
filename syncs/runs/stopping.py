"""Lets a worker end a run that is at work: at its time limit, or when it must go."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# What Celery sends to a worker's process at the soft time limit.
STOP_SIGNAL = signal.SIGUSR1


class Stopped(BaseException):
    """The worker was told to end the run.

    No Exception, as botocore would take that for a fault of the network and try again.
    """


@contextmanager
def stoppable() -> Iterator[None]:
    """While the block lasts, the signal raises Stopped in it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only a main thread hears signals
        return
    before = signal.signal(STOP_SIGNAL, _stop)
    try:
        yield
    finally:
        signal.signal(STOP_SIGNAL, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
