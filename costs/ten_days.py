"""Ten days of a month, from its 1st, 11th and 21st on, and windows in terms of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from core.windows import Window

# From the first of them it is the next ones' day, in the longest month too.
TO_THE_NEXT = timedelta(days=11)
# The first of the ten days of a row's day, per database.
_DAYS_SINCE = "({since} - 10 * {least}({since} / 10, 2))"
FIRST_OF_TEN_DAYS = {
    "postgresql": "day - "
    + _DAYS_SINCE.format(since="(EXTRACT(DAY FROM day)::int - 1)", least="LEAST"),
    "sqlite": "DATE(day, '-' || "
    + _DAYS_SINCE.format(since="(CAST(SUBSTR(day, 9) AS INTEGER) - 1)", least="MIN")
    + " || ' days')",
}


class TenDayParts(NamedTuple):
    """A window as whole ten days, with the days to add to and take away from them."""

    whole: Window | None
    added: Sequence[Window]
    taken: Sequence[Window]


def first_of_ten_days(day: date) -> date:
    return day.replace(day=min((day.day - 1) // 10, 2) * 10 + 1)


def ten_day_parts(window: Window) -> TenDayParts:
    """Return the parts of a window that hold the fewest single days."""
    start, end = _nearest(window.start), _nearest(window.end)
    if start >= end:
        return TenDayParts(None, [window], [])
    ends = [(window.start, start), (end, window.end)]
    return TenDayParts(
        Window(start, end),
        [Window(first, last) for first, last in ends if first < last],
        [Window(last, first) for first, last in ends if last < first],
    )


def _nearest(day: date) -> date:
    """The first of these ten days or of the next, whichever is nearer."""
    before = first_of_ten_days(day)
    after = first_of_ten_days(before + TO_THE_NEXT)
    return before if day - before <= after - day else after
