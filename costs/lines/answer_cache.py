"""Short answers about lines, cached: of the same files a question has one answer."""

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.api.cache import CachedAnswer, key_of, look_up, store
from costs.lines.engine import Row

KIND = "line-questions"
# More rows are a file's.
MOST_ROWS = 2000
PARSED: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}


def cached(
    files: Sequence[str], sql: str, answer: Callable[[], Iterable[Row]]
) -> Sequence[Row]:
    """Return the rows, from the cache where the same was asked of these files.

    A file's name and version tell its content.
    """
    key = key_of(repr(files), [KIND, sql])
    if found := look_up(key, KIND):
        return _unpacked(found.packed)
    rows = list(answer())
    if len(rows) <= MOST_ROWS:
        store(key, CachedAnswer(_packed(rows), "application/json"))
    return rows


def _packed(rows: Sequence[Row]) -> bytes:
    return zlib.compress(json.dumps(rows, default=_named).encode(), 1)


def _unpacked(packed: bytes) -> Sequence[Row]:
    rows = json.loads(zlib.decompress(packed))
    return [tuple(map(_value, row)) for row in rows]


def _named(value: object) -> list[str]:
    """Return what JSON has no word for, by its kind: lists are nothing else here."""
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    if isinstance(value, datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    raise TypeError(f"{value!r} is no value of an answer.")


def _value(value: Any) -> Any:
    if isinstance(value, list):
        kind, text = value
        return PARSED[kind](text)
    return value
