"""Days that are summed together: whole months, and ten days from the 1st, 11th and 21st
on; and windows in terms of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from core.windows import Window, add_months, first_of_month

MONTH, TEN_DAYS = "month", "ten_days"
# The coarsest first: a window is cut into the fewest sums.
BLOCKS = (MONTH, TEN_DAYS)
# From the first day of a block it is a day of the next one, however long it is.
TO_THE_NEXT = {MONTH: timedelta(days=31), TEN_DAYS: timedelta(days=11)}
# The first of the ten days of a row's day, per database.
_DAYS_SINCE = "({since} - 10 * {least}({since} / 10, 2))"
FIRST_OF_TEN_DAYS = {
    "postgresql": "day - "
    + _DAYS_SINCE.format(since="(EXTRACT(DAY FROM day)::int - 1)", least="LEAST"),
    "sqlite": "DATE(day, '-' || "
    + _DAYS_SINCE.format(since="(CAST(SUBSTR(day, 9) AS INTEGER) - 1)", least="MIN")
    + " || ' days')",
}
FIRST_OF_MONTH = {
    "postgresql": "day - (EXTRACT(DAY FROM day)::int - 1)",
    "sqlite": "DATE(day, 'start of month')",
}


class Part(NamedTuple):
    """Days whose sums are added to those of a window (1) or taken away (-1); without a
    block each day by itself."""

    block: str | None
    days: Window
    sign: int


def first_of_ten_days(day: date) -> date:
    return day.replace(day=min((day.day - 1) // 10, 2) * 10 + 1)


FIRST_OF: Mapping[str, Callable[[date], date]] = {
    MONTH: first_of_month,
    TEN_DAYS: first_of_ten_days,
}


def parts_of(window: Window, blocks: Sequence[str] = BLOCKS) -> Iterator[Part]:
    """Yield the parts of a window, of which few are single days."""
    if not blocks:
        yield Part(None, window, 1)
        return
    block, *finer = blocks
    start, end = (_nearest(day, block) for day in (window.start, window.end))
    away = abs(start - window.start) + abs(end - window.end)
    if start >= end or away >= window.end - window.start:
        yield from parts_of(window, finer)
        return
    yield Part(block, Window(start, end), 1)
    for first, last in ((window.start, start), (end, window.end)):
        if first != last:
            sign = 1 if first < last else -1
            between = Window(min(first, last), max(first, last))
            for part in parts_of(between, finer):
                yield part._replace(sign=part.sign * sign)


def whole_months(window: Window) -> tuple[Window | None, Sequence[Window]]:
    """Return the whole months in a window, and the days at its ends beside them."""
    start = first_of_month(window.start)
    if start != window.start:
        start = add_months(start, 1)
    end = first_of_month(window.end)
    if start >= end:
        return None, [window]
    ends = [(window.start, start), (end, window.end)]
    return Window(start, end), [Window(*one) for one in ends if one[0] < one[1]]


def are_apart(windows: Sequence[Window]) -> bool:
    """Return whether no two of them share a day."""
    ordered = sorted(windows, key=attrgetter("start"))
    return all(one.end <= later.start for one, later in pairwise(ordered))


def _nearest(day: date, block: str) -> date:
    """The first day of its block or of the next, whichever is nearer."""
    before = FIRST_OF[block](day)
    after = FIRST_OF[block](before + TO_THE_NEXT[block])
    return before if day - before <= after - day else after
