"""Reads several regions at once and hands on what they yield, in bounded memory."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def side_by_side(
    jobs: Sequence[Callable[[], Iterator[T]]], workers: int
) -> Iterator[T]:
    """Yield every item of every job, as it comes. Raises the first error of a job.

    Each of the jobs at work reads one item ahead, and no more.
    """
    jobs_left = (iter(job()) for job in jobs)
    reading: dict[Future[list[T]], Iterator[T]] = {}
    with ThreadPoolExecutor(workers) as pool:

        def read_next(items: Iterator[T]) -> None:
            reading[pool.submit(lambda: list(islice(items, 1)))] = items

        for items in islice(jobs_left, workers):
            read_next(items)
        while reading:
            done, _ = wait(reading, return_when=FIRST_COMPLETED)
            for future in done:
                items = reading.pop(future)
                if item := future.result():
                    read_next(items)
                    yield item[0]
                else:
                    for following in islice(jobs_left, 1):
                        read_next(following)
