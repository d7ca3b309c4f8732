"""Names of queries: the same for all calls of one query, and without any value."""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

# A text that is longer tells no more.
LONGEST_TEXT = 4000
# Those with thousands of values differ each time, and are not held in memory.
LONGEST_HELD = 8000
VALUE = re.compile(r"'(?:[^']|'')*'|%s|%\(\w+\)s|\b\d+(?:\.\d+)?\b")
LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)*\s*\)(?:\s*,\s*\(\s*\?(?:\s*,\s*\?)*\s*\))*")
# Those of savepoints and cursors are made of numbers that are new each time.
OWN_NAME = re.compile(r'"?\b(?:s\d+_x\d+|_django_curs_\w+)\b"?')
TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE|TABLE)\s+"?(\w+)"?', re.I)
READS_OR_WRITES = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}


class Query(NamedTuple):
    """Its name, such as `SELECT costs_dailycost 1f3a9c`, and its text."""

    name: str
    text: str


def named(sql: Any) -> Query:
    if not isinstance(sql, str):
        return Query("OTHER", "")
    return _named_once(sql) if len(sql) <= LONGEST_HELD else _named(sql)


def _named(sql: str) -> Query:
    text = OWN_NAME.sub("…", sql)
    text = LIST.sub("(?)", VALUE.sub("?", text))
    text = " ".join(text.split()).replace("\0", "")
    verb = text.partition(" ")[0].upper()[:20]
    if verb not in READS_OR_WRITES:
        return Query(verb, text[:LONGEST_TEXT])
    digest = sha256(text.encode(errors="replace")).hexdigest()[:6]
    table = TABLE.search(text)
    name = f"{verb} {table[1][:60] if table else '-'} {digest}"
    return Query(name, text[:LONGEST_TEXT])


_named_once = lru_cache(maxsize=5000)(_named)
