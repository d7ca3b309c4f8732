"""Periods that are named from today, so that a bookmark of last month stays one.

They end before today, which is not complete.
"""

from collections.abc import Callable
from datetime import date, datetime

from core.windows import ONE_DAY, Window, add_months, first_of_month, utc_day


def _days(count: int) -> Callable[[date], Window]:
    return lambda today: Window(today - ONE_DAY * count, today)


def _months(
    first: Callable[[date], date], back: int, count: int
) -> Callable[[date], Window]:
    """So many months since the first of the running one, or earlier by `back`."""

    def window(today: date) -> Window:
        start = add_months(first(today), -back)
        return Window(start, add_months(start, count))

    return window


def _until_today(first: Callable[[date], date]) -> Callable[[date], Window]:
    """On the first day that day itself, as there is none before it yet."""
    return lambda today: Window(first(today), max(today, first(today) + ONE_DAY))


def _first_of_quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _first_of_year(day: date) -> date:
    return date(day.year, 1, 1)


# name -> (what it is called, its days as of today)
PERIODS: dict[str, tuple[str, Callable[[date], Window]]] = {
    "7_days": ("7 days", _days(7)),
    "30_days": ("30 days", _days(30)),
    "90_days": ("90 days", _days(90)),
    "this_month": ("This month", _until_today(first_of_month)),
    "last_month": ("Last month", _months(first_of_month, 1, 1)),
    "this_quarter": ("This quarter", _until_today(_first_of_quarter)),
    "last_quarter": ("Last quarter", _months(_first_of_quarter, 3, 3)),
    "this_year": ("This year", _until_today(_first_of_year)),
    "last_year": ("Last year", _months(_first_of_year, 12, 12)),
    "12_months": ("12 months", _months(first_of_month, 12, 12)),
    "last_month_year_ago": ("Last month, a year ago", _months(first_of_month, 13, 1)),
}


# Those that are the last days, whichever month they are of.
LAST_DAYS = {"7_days", "30_days", "90_days"}


def period_window(name: str, now: datetime, raw_days: int = 0) -> Window:
    """Return the days of a period of PERIODS.

    The last days are those before the `raw_days`, of which not all is known yet.
    """
    raw = ONE_DAY * raw_days if name in LAST_DAYS else ONE_DAY * 0
    return PERIODS[name][1](utc_day(now) - raw)
