"""Several regions are read at once; one that fails or a reader that leaves ends all."""

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, active_count

import pytest

from core.testing.waiting import HANGS_AFTER_SECONDS
from providers.side_by_side import side_by_side


def numbers(first: int, count: int = 3) -> Iterator[int]:
    yield from range(first, first + count)


def test_it_yields_every_item_of_every_job() -> None:
    jobs = [partial(numbers, 10 * job, 30) for job in range(5)]
    found = sorted(side_by_side(jobs, workers=2))
    assert found == sorted(number for job in jobs for number in job())


def test_each_jobs_items_stay_in_their_order() -> None:
    found = list(side_by_side([partial(numbers, 0, 50), partial(numbers, 100, 50)], 2))
    assert [number for number in found if number < 100] == list(range(50))


def test_without_jobs_it_yields_nothing() -> None:
    assert list(side_by_side([], workers=3)) == []


def test_jobs_run_side_by_side() -> None:
    here, there = Event(), Event()

    def wait_for(mine: Event, other: Event) -> Iterator[bool]:
        mine.set()
        yield other.wait(timeout=HANGS_AFTER_SECONDS)

    jobs = [partial(wait_for, here, there), partial(wait_for, there, here)]
    assert list(side_by_side(jobs, workers=2)) == [True, True]


def test_the_error_of_a_job_is_raised_where_it_is_read() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise LookupError("no such region")

    jobs: list[Callable[[], Iterator[int]]] = [broken, partial(numbers, 10)]
    with pytest.raises(LookupError, match="no such region"):
        list(side_by_side(jobs, workers=1))
    assert active_count() == threads_at_rest()


def test_a_job_that_is_ahead_waits_for_its_reader() -> None:
    made = []

    def eager() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    items = side_by_side([eager], workers=1)
    assert next(items) == 0
    # One was read, and one is made ahead.
    assert len(made) <= 2
    assert list(items) == list(range(1, 100))


def test_it_reads_as_many_items_ahead_as_it_may() -> None:
    made = []

    def eager() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    items = side_by_side([eager], workers=1, ahead=3)
    assert next(items) == 0
    assert len(made) <= 6
    assert list(items) == list(range(1, 100))


def test_what_came_before_an_error_is_yielded_before_it_is_raised() -> None:
    def broken() -> Iterator[int]:
        yield from range(2)
        raise LookupError("no such region")

    items = side_by_side([broken], workers=1, ahead=8)
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(LookupError, match="no such region"):
        next(items)


def test_of_what_comes_slowly_less_is_read_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("providers.side_by_side.SECONDS_AHEAD", -1.0)
    made = []

    def slow() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    items = side_by_side([slow], workers=1, ahead=50)
    assert next(items) == 0
    assert len(made) <= 2
    assert list(items) == list(range(1, 100))


def test_a_reader_that_stops_early_frees_the_threads() -> None:
    before = active_count()
    jobs: list[Callable[[], Iterator[int]]] = [partial(numbers, 0, 1000)] * 4
    items = side_by_side(jobs, workers=4)
    assert isinstance(items, Iterator)
    next(items)
    assert active_count() > before
    items.close()  # type: ignore[attr-defined]
    assert active_count() == before


def test_a_reader_that_stops_early_starts_no_further_job() -> None:
    started = []

    def job(number: int) -> Iterator[int]:
        started.append(number)
        yield from range(100)

    items = side_by_side([partial(job, number) for number in range(50)], workers=1)
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert started == [0]


def threads_at_rest() -> int:
    """How many threads there are once all jobs are done."""
    list(side_by_side([partial(numbers, 0)], workers=1))
    return active_count()
