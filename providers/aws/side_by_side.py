"""Reads several regions at once and hands on what they yield, in bounded memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Full, Queue
from threading import Event
from typing import TypeVar

T = TypeVar("T")

# Items that may wait for the reader per worker; a worker that is ahead pauses.
WAITING_PER_WORKER = 2


class _Done:
    """One job has yielded everything, or failed with `error`."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def side_by_side(
    jobs: Sequence[Callable[[], Iterable[T]]], workers: int
) -> Iterator[T]:
    """Every item of every job, as it comes. The first error of a job is raised."""
    waiting: Queue[T | _Done] = Queue(maxsize=workers * WAITING_PER_WORKER)
    stopped = Event()

    def put(item: T | _Done) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=0.2)
            except Full:
                continue
            return True
        return False

    def work(job: Callable[[], Iterable[T]]) -> None:
        if stopped.is_set():  # nobody reads any more: send no request
            return
        try:
            for item in job():
                if not put(item):
                    return
        except BaseException as error:  # noqa: B036 - raised again where it is read
            put(_Done(error))
        else:
            put(_Done())

    with ThreadPoolExecutor(workers) as pool:
        for job in jobs:
            pool.submit(work, job)
        try:
            yield from _drain(waiting, len(jobs))
        finally:
            stopped.set()


def _drain(waiting: "Queue[T | _Done]", jobs: int) -> Iterator[T]:
    while jobs:
        item = waiting.get()
        if not isinstance(item, _Done):
            yield item
        elif item.error:
            raise item.error
        else:
            jobs -= 1
