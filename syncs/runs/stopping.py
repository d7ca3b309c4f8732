"""Lets a worker end a run that is at work: at its time limit, or when it must go."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# What Celery sends to a worker's process at the soft time limit.
STOP_SIGNAL = signal.SIGUSR1


class Stopped(BaseException):
    """The worker was asked to end the run, which had lasted so many seconds.

    No Exception, as botocore would take that for a fault of the network and try again.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@contextmanager
def stoppable(since: float | None = None) -> Iterator[None]:
    """While the block lasts, the signal raises Stopped in it.

    `since` is when the task began, by time.monotonic(); by default it begins here.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only a main thread hears signals
        return
    began = time.monotonic() if since is None else since

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(time.monotonic() - began)

    before = signal.signal(STOP_SIGNAL, stop)
    try:
        yield
    finally:
        signal.signal(STOP_SIGNAL, before)
