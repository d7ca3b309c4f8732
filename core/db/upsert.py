"""Rows that are stored whether they are new or not, at the database's own pace.

PostgreSQL takes them as one array a column in one merge, which does not touch what
stays as it is; every other database takes them row by row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Model

# What an element of an array does not hold as it is.
ESCAPED = str.maketrans({"\\": r"\\", '"': r"\""})
# What JSON writes as an array does.
PLAIN = {int, float, bool, type(None)}

Row = Sequence[object]


def upsert(
    model: type[Model], columns: Sequence[str], rows: Iterable[Row], key: Sequence[str]
) -> None:
    """Insert the rows, or updates those whose `key` is stored already.

    Each row has the values of `columns`: numbers, texts, days, instants, JSON objects,
    None. `key` are those that a constraint holds unique; no two rows share one. Columns
    that are not named stay as they are.
    """
    write = by_arrays if connection.vendor == "postgresql" else by_insert
    write(model, columns, rows, key)


def by_insert(
    model: type[Model], columns: Sequence[str], rows: Iterable[Row], key: Sequence[str]
) -> None:
    """Insert on any database, into a child model's own table too."""
    _insert_each(model, columns, rows, _update(columns, key))


def insert(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows that are not stored yet on any database, without objects of them.

    Raise IntegrityError where one is.
    """
    _insert_each(model, columns, rows, "")


def _insert_each(
    model: type[Model], columns: Sequence[str], rows: Iterable[Row], otherwise: str
) -> None:
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    prepare = [field.get_db_prep_save for field in fields]
    values = ", ".join(["%s"] * len(columns))
    written = (
        [
            as_stored(value, connection)
            for as_stored, value in zip(prepare, row, strict=True)
        ]
        for row in rows
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            f"{_insert(model, columns)} VALUES ({values}) {otherwise}",
            written,  # type: ignore[arg-type]  # an iterator will do
        )


def by_arrays(
    model: type[Model], columns: Sequence[str], rows: Iterable[Row], key: Sequence[str]
) -> None:
    """Insert in one statement, each column given as an array."""
    arrays = [_array(values) for values in zip(*rows, strict=True)]
    if not arrays:
        return
    types = [_type(model._meta.get_field(name)) for name in columns]
    given = ", ".join(f"%s::{one}[]" for one in types)
    updated = [name for name in columns if name not in key]
    held = ", ".join(f"held.{name}" for name in updated)
    new = ", ".join(f"excluded.{name}" for name in updated)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_insert(model, columns)} SELECT * FROM unnest({given}) "  # noqa: S608
            f"{_update(columns, key)} WHERE ({held}) IS DISTINCT FROM ({new})",
            arrays,
        )


def _insert(model: type[Model], columns: Sequence[str]) -> str:
    return f"INSERT INTO {model._meta.db_table} AS held ({', '.join(columns)})"


def _update(columns: Sequence[str], key: Sequence[str]) -> str:
    assigned = (f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join(assigned)}"


def _type(field: Any) -> str:
    """Without a length, as a cast would cut what is longer without an error."""
    found: str = field.db_type(connection).partition("(")[0]
    return found


def _array(values: Sequence[object]) -> str:
    kinds = set(map(type, values))
    if kinds <= PLAIN:
        return "{" + json.dumps(values)[1:-1] + "}"
    texts = map(str, values) if kinds == {date} else map(_element, values)
    return "{" + ",".join(texts) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    text = json.dumps(value) if isinstance(value, Mapping) else str(value)
    return f'"{text.translate(ESCAPED)}"'
