"""Keys of rows as the name of their table, so that a row more changes no other text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from django.db import connection

from tests.answer_texts import LINES, approvable

FIRST_KEY, KEYS_OF_A_TABLE = 88_000_000, 50_000
# Not the beginning of a UUID, of which one in 600 looks like a key.
KEY = re.compile(r"\b(?:8[89]|9[0-4])\d{6}\b(?!-[0-9a-f]{4}-)")


@dataclass(frozen=True)
class TableKeys:
    """The tables, of which each has its own range of keys."""

    tables: list[str]

    def text(self, lines: Iterable[str], limit: int = LINES) -> str:
        """Return them as they are approved, with no key of a row."""
        named = (KEY.sub(self._table_of, line) for line in lines)
        return "\n".join([*approvable(named, limit), ""])

    def _table_of(self, found: re.Match[str]) -> str:
        number = (int(found[0]) - FIRST_KEY) // KEYS_OF_A_TABLE
        return f"{self.tables[number]}#" if number < len(self.tables) else found[0]


@contextmanager
def numbered_keys() -> Iterator[TableKeys]:
    """Let the keys of each table say which one it is.

    No rollback takes that back, and a lower key than before may be of a row that stays.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        before = dict(cursor.fetchall())
    _set_keys(dict(zip(before, count(FIRST_KEY, KEYS_OF_A_TABLE), strict=False)))
    tables = [name.removesuffix("_id_seq").partition("_")[2] for name in before]
    try:
        yield TableKeys(tables)
    finally:
        _set_keys(before)


def _set_keys(last: Mapping[str, int | None]) -> None:
    """Set the last key of each sequence; None is of one that gave none yet."""
    with connection.cursor() as cursor:
        for name, key in last.items():
            sql = "SELECT setval(%s, %s, %s)"
            cursor.execute(sql, [f'"{name}"', key or 1, key is not None])
