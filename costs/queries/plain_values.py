"""Plain values of a URL or a mapping, read one after another and checked by itself."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from core.windows import Window

# No cloud's bill is older or that far ahead, and a point is answered for each day.
ALLOWED_DAYS = Window(date(2000, 1, 1), date(2100, 1, 1))
# Names of products and tags hold commas; other values may be listed between them.
WITH_COMMAS = ("service", "exclude_service", "tag", "exclude_tag", "group_by")
# 01/02/2026 is two days, depending on who reads it.
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

T = TypeVar("T")


class PlainValues:
    """Reads one value after another, and collects what is wrong with each."""

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
        if name not in WITH_COMMAS:
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


def _day(text: str) -> date:
    if not ISO_DAY.fullmatch(text):
        raise ValueError("Give a day such as 2026-01-31.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no day of the calendar.") from None
