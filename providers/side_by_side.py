"""Reads several regions at once and hands on what they yield, in bounded memory."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from time import monotonic
from typing import TypeVar

T = TypeVar("T")
Read = tuple[list[T], Exception | None]
"""Items, and what the next one raised."""
# Of what comes so slowly that a reader would hear nothing for long, less is read ahead.
SECONDS_AHEAD = 1.0


def side_by_side(
    jobs: Sequence[Callable[[], Iterator[T]]], workers: int, ahead: int = 1
) -> Iterator[T]:
    """Yield every item of every job, as it comes. Raises the first error of a job.

    Each of the jobs at work reads so many items ahead, and no more, so that cloud and
    network need not wait while the reader stores some.
    """
    jobs_left = (iter(job()) for job in jobs)
    reading: dict[Future[Read[T]], Iterator[T]] = {}
    with ThreadPoolExecutor(workers) as pool:

        def read_next(items: Iterator[T]) -> None:
            reading[pool.submit(_read, items, ahead)] = items

        for items in islice(jobs_left, workers):
            read_next(items)
        while reading:
            done, _ = wait(reading, return_when=FIRST_COMPLETED)
            for future in done:
                items = reading.pop(future)
                found, error = future.result()
                if found and not error:
                    read_next(items)
                yield from found
                if error:
                    raise error
                if not found:
                    for following in islice(jobs_left, 1):
                        read_next(following)


def _read(items: Iterator[T], most: int) -> Read[T]:
    found: list[T] = []
    until = monotonic() + SECONDS_AHEAD
    try:
        for item in islice(items, most):
            found.append(item)
            if monotonic() > until:
                break
    except Exception as error:
        return found, error
    return found, None
