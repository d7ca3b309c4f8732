"""Days as SQLite answers them: a page reads thousands, which are few different ones."""

import sqlite3
from datetime import date
from functools import lru_cache

from django.db.backends.sqlite3 import base  # noqa: F401 - which reads each again
from django.utils.dateparse import parse_date

DAYS_KEPT = 4096


def keep_days() -> None:
    """Read each day once. Django would read its text for each row."""
    sqlite3.register_converter("date", _day)


@lru_cache(maxsize=DAYS_KEPT)
def _day(text: bytes) -> date | None:
    return parse_date(text.decode())
