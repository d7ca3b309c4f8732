"""Plain values of a URL or a mapping, read one after another and checked by itself."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from core.periods import PERIODS, period_window
from core.windows import ONE_DAY, InvalidWindow, Window, last_complete_days, utc_day

DEFAULT_DAYS = 30
# No cloud's bill is older or that far ahead, and a point is answered for each day.
ALLOWED_DAYS = Window(date(2000, 1, 1), date(2100, 1, 1))
# Names of products and tags hold commas; other values may be listed between them.
WITH_COMMAS = {"service", "exclude_service", "tag", "exclude_tag", "group_by"}
# 01/02/2026 is two days, depending on who reads it.
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

T = TypeVar("T")


class PlainValues:
    """Reads one value after another, and collects what is wrong with each."""

    with_commas = WITH_COMMAS

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.errors: dict[str, list[str]] = {}

    def refuse(self, name: str, reason: str) -> None:
        self.errors.setdefault(name, []).append(reason)

    def refuse_choice(self, name: str, value: str, choices: Iterable[str]) -> None:
        names = ", ".join(choices)
        self.refuse(name, f'"{value}" is not valid. Choose one of: {names}.')

    def texts(self, name: str) -> Sequence[str]:
        """Each value once, in the order given."""
        given = self.values.get(name) or ()
        found = [given] if isinstance(given, str) else list(given)
        if name not in self.with_commas:
            found = [part for text in found for part in text.split(",")]
        texts = tuple(dict.fromkeys(text.strip() for text in found if text.strip()))
        if any("\0" in text for text in texts):
            self.refuse(name, "Null characters are not allowed.")
        return texts

    def text(self, name: str) -> str:
        """The value, or the last of several."""
        given = self.values.get(name) or ""
        if isinstance(given, list | tuple):
            given = given[-1]
        text = str(given).strip()
        if "\0" in text:
            self.refuse(name, "Null characters are not allowed.")
        return text

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        value = self.text(name) or default
        if value not in choices:
            self.refuse_choice(name, value, choices)
        return value

    def parsed(self, name: str, parse: Callable[[str], T]) -> T | None:
        """What `parse` makes of the value; None where there is none."""
        text = self.text(name)
        try:
            return parse(text) if text else None
        except ValueError as error:
            self.refuse(name, str(error))
            return None

    def day(self, name: str) -> date | None:
        day = self.parsed(name, _day)
        if day and day not in ALLOWED_DAYS:
            self.refuse(name, f"{name} {day} must lie within {ALLOWED_DAYS}.")
        return day


class PeriodValues(PlainValues):
    """Reads the days that are asked for, and those that they are compared with."""

    def __init__(self, values: Mapping[str, Any], raw_days: int = 0) -> None:
        super().__init__(values)
        self.raw_days = raw_days

    def window(self, now: datetime) -> Window:
        """The one asked for; by default the last 30 complete days before the raw ones,
        the 30 before `end` or those since `start`."""
        default = last_complete_days(DEFAULT_DAYS, now - ONE_DAY * self.raw_days)
        start, end = self.day("start"), self.day("end")
        if period := self.text("period"):
            if self.choice("period", PERIODS, "") not in PERIODS:
                return default
            if start or end:
                self.refuse("period", "Give a period, or start and end, but not both.")
            return period_window(period, now, self.raw_days)
        if self.errors.keys() & {"start", "end"}:
            return default
        if start and not end:
            end = utc_day(now)
        if end and not start:
            start = end - ONE_DAY * DEFAULT_DAYS
        try:
            return Window(start or default.start, end or default.end)
        except InvalidWindow as error:
            self.refuse("start", str(error))
            return default

    def previous(self) -> Window | None:
        """The period to compare with, where one is named."""
        start, end = self.day("previous_start"), self.day("previous_end")
        if self.errors.keys() & {"previous_start", "previous_end"}:
            return None
        if start and end:
            if self.text("compare"):
                self.refuse(
                    "compare", "Give previous_start and previous_end, or compare."
                )
            try:
                return Window(start, end)
            except InvalidWindow as error:
                self.refuse("previous_start", str(error))
        elif start or end:
            missing = "previous_end" if start else "previous_start"
            self.refuse(missing, "Give both previous_start and previous_end.")
        return None


def _day(text: str) -> date:
    if not ISO_DAY.fullmatch(text):
        raise ValueError("Give a day such as 2026-01-31.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no day of the calendar.") from None
