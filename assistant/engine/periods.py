"""The grammar of periods: which words name which days, as of today.

Whole days of UTC, half-open. What names the usual periods stays relative, so that the
question can be asked again tomorrow.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from core.periods import PERIODS
from core.windows import ONE_DAY, Window, add_months, first_of_month

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("january jan", "february feb", "march mar", "april apr", "may"),
            *("june jun", "july jul", "august aug", "september sep sept"),
            *("october oct", "november nov", "december dec"),
        ),
        1,
    )
    for name in names.split()
}
UNITS = ("day", "week", "month", "quarter", "year")
LAST = ("last", "past", "previous", "prior", "trailing")
DAYS_OF = {"day": 1, "week": 7}
MOST = 3660
ISO_DAY = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)
ISO_MONTH = re.compile(r"20\d\d-\d\d", re.ASCII)
YEAR = re.compile(r"20\d\d", re.ASCII)
QUARTER = re.compile(r"q[1-4]", re.ASCII)
DAY_OF_MONTH = re.compile(r"(\d{1,2})(st|nd|rd|th)?", re.ASCII)
BETWEEN = ("to", "until", "till", "through", "and")
FIXED = {
    ("month", "to", "date"): "this_month",
    ("mtd",): "this_month",
    ("so", "far", "this", "month"): "this_month",
    ("this", "month", "so", "far"): "this_month",
    ("year", "to", "date"): "this_year",
    ("ytd",): "this_year",
    ("so", "far", "this", "year"): "this_year",
    ("this", "year", "so", "far"): "this_year",
    ("last", "month", "a", "year", "ago"): "last_month_year_ago",
}


@dataclass(frozen=True, slots=True)
class Days:
    """A window, and its name where it moves with today."""

    window: Window
    name: str = ""

    @property
    def slots(self) -> dict[str, str]:
        if self.name:
            return {"period": self.name}
        return {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
        }


class PeriodMatch(NamedTuple):
    """Days, and how many words name them."""

    length: int
    days: Days


def period_at(
    words: Sequence[str], at: int, today: date, *, ahead: bool = False
) -> PeriodMatch | None:
    """Return the period that begins at this word; `ahead` looks into the future."""
    rest = words[at:]
    if rest and rest[0] in ("over", "within", "during"):
        skipped = 2 if rest[1:2] == ["the"] else 1
        found = _one(rest[skipped:], today, ahead)
        return found and PeriodMatch(found.length + skipped, found.days)
    return _range(rest, today) or _one(rest, today, ahead)


def named(name: str, today: date) -> Days:
    return Days(PERIODS[name][1](today), name)


def _one(rest: Sequence[str], today: date, ahead: bool) -> PeriodMatch | None:
    for words, name in FIXED.items():
        if tuple(rest[: len(words)]) == words:
            return PeriodMatch(len(words), named(name, today))
    if ahead and (found := _ahead(rest, today)):
        return found
    return _relative(rest, today) or _calendar(rest, today, ahead)


def _range(rest: Sequence[str], today: date) -> PeriodMatch | None:
    """`from X to Y` with both in it, and `since X`."""
    if not rest or rest[0] not in ("from", "between", "since"):
        return None
    first = _one(rest[1:], today, ahead=False)
    if first is None:
        return None
    start = first.days.window.start
    if rest[0] == "since":
        end = max(today, start + ONE_DAY)
        return PeriodMatch(1 + first.length, Days(Window(start, end)))
    at = 1 + first.length
    if at >= len(rest) or rest[at] not in BETWEEN:
        return None
    last = _one(rest[at + 1 :], today, ahead=False)
    if last is None or last.days.window.end <= start:
        return None
    window = Window(start, last.days.window.end)
    return PeriodMatch(at + 1 + last.length, Days(window))


def _relative(rest: Sequence[str], today: date) -> PeriodMatch | None:
    if not rest:
        return None
    if rest[0] in ("yesterday", "today"):
        day = today if rest[0] == "today" else today - ONE_DAY
        return PeriodMatch(1, Days(Window(day, day + ONE_DAY)))
    if rest[0] in ("this", "current") and len(rest) > 1:
        return _this(rest[1], today)
    if rest[0] not in LAST or len(rest) < 2:
        return None
    if rest[1].isdecimal() and len(rest) > 2:
        return _last_several(int(rest[1][:5]), rest[2].rstrip("s"), today)
    return _last_one(rest[0], rest[1], today)


def _this(unit: str, today: date) -> PeriodMatch | None:
    if unit in ("month", "quarter", "year"):
        return PeriodMatch(2, named(f"this_{unit}", today))
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return PeriodMatch(2, Days(Window(monday, max(today, monday + ONE_DAY))))
    return None


def _last_one(word: str, unit: str, today: date) -> PeriodMatch | None:
    """The calendar's; but the past week and month are the last days."""
    if word in ("past", "trailing"):
        names = {"week": "7_days", "month": "30_days", "year": "12_months"}
        return PeriodMatch(2, named(names[unit], today)) if unit in names else None
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return PeriodMatch(2, Days(Window(monday - timedelta(days=7), monday)))
    if unit == "day":
        return PeriodMatch(2, Days(Window(today - ONE_DAY, today)))
    if unit in ("month", "quarter", "year"):
        return PeriodMatch(2, named(f"last_{unit}", today))
    return None


def _last_several(count: int, unit: str, today: date) -> PeriodMatch | None:
    if not 0 < count <= MOST or unit not in UNITS:
        return None
    if f"{count}_{unit}s" in PERIODS:
        return PeriodMatch(3, named(f"{count}_{unit}s", today))
    if unit in DAYS_OF:
        days = count * DAYS_OF[unit]
        window = Window(today - timedelta(days=days), today) if days <= MOST else None
    else:
        months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
        end = first_of_month(today)
        window = Window(add_months(end, -months), end) if months <= 120 else None
    return PeriodMatch(3, Days(window)) if window else None


def _calendar(rest: Sequence[str], today: date, ahead: bool) -> PeriodMatch | None:
    """Days, months, quarters and years by name; without a year the latest begun."""
    if not rest:
        return None
    word, year = rest[0], _year(rest, 1)
    if ISO_DAY.fullmatch(word):
        return _day(1, word)
    if ISO_MONTH.fullmatch(word) and "01" <= word[5:] <= "12":
        return _months(1, date(int(word[:4]), int(word[5:]), 1), 1)
    if YEAR.fullmatch(word):
        return _months(1, date(int(word), 1, 1), 12)
    if QUARTER.fullmatch(word):
        return _part_of_year(int(word[1]) * 3 - 2, 3, year, today, ahead)
    if found := _day_and_month(rest, today):
        return found
    if word in MONTHS:
        return _part_of_year(MONTHS[word], 1, year, today, ahead)
    return None


def _part_of_year(
    month: int, count: int, year: int | None, today: date, ahead: bool
) -> PeriodMatch:
    start = date(year or today.year, month, 1)
    if year is None and not ahead and start > today:
        start = date(today.year - 1, month, 1)
    if year is None and ahead and add_months(start, count) <= today:
        start = date(today.year + 1, month, 1)
    return _months(1 if year is None else 2, start, count)


def _months(length: int, start: date, count: int) -> PeriodMatch:
    return PeriodMatch(length, Days(Window(start, add_months(start, count))))


def _day(length: int, text: str) -> PeriodMatch | None:
    day = day_of(text)
    return PeriodMatch(length, Days(Window(day, day + ONE_DAY))) if day else None


def day_of(text: str) -> date | None:
    """Return the day that is written as 2026-01-31; None of other centuries."""
    try:
        return date.fromisoformat(text) if ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def _day_and_month(rest: Sequence[str], today: date) -> PeriodMatch | None:
    """`5 November`, `November 5th`, with or without a year."""
    if len(rest) < 2:
        return None
    number, month = rest[0], rest[1]
    if number in MONTHS:
        number, month = month, number
    found = DAY_OF_MONTH.fullmatch(number)
    if not found or month not in MONTHS:
        return None
    year = _year(rest, 2)
    text = f"{MONTHS[month]:02}-{int(found[1]):02}"
    if year is None:
        year = today.year - (text > f"{today:%m-%d}")
    return _day(2 if _year(rest, 2) is None else 3, f"{year}-{text}")


def _year(rest: Sequence[str], at: int) -> int | None:
    is_year = len(rest) > at and YEAR.fullmatch(rest[at])
    return int(rest[at]) if is_year else None


def _ahead(rest: Sequence[str], today: date) -> PeriodMatch | None:
    """What only a forecast is asked for."""
    if rest[:1] == ["tomorrow"]:
        day = today + ONE_DAY
        return PeriodMatch(1, Days(Window(day, day + ONE_DAY)))
    if len(rest) < 2 or rest[0] not in ("next", "coming", "this"):
        return None
    if rest[0] == "this":
        start = first_of_month(today)
        return _months(2, start, 1) if rest[1] == "month" else None
    if rest[1].isdecimal() and len(rest) > 2:
        count, unit = int(rest[1][:4]), rest[2].rstrip("s")
        if 0 < count <= MOST and unit in DAYS_OF:
            days = timedelta(days=count * DAYS_OF[unit])
            return PeriodMatch(3, Days(Window(today, today + days)))
        return None
    if rest[1] == "month":
        return _months(2, add_months(first_of_month(today), 1), 1)
    if rest[1] == "week":
        monday = today + timedelta(days=7 - today.weekday())
        return PeriodMatch(2, Days(Window(monday, monday + timedelta(days=7))))
    return None
