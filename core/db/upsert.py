"""Rows that are stored whether they are new or not, at the database's own pace.

PostgreSQL takes them as one array a column in one merge, which does not touch what
stays as it is; every other database takes them row by row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from django.db import connection
from django.db.models import Model

# What an element of an array does not hold as it is.
ESCAPED = str.maketrans({"\\": r"\\", '"': r"\""})
# What JSON writes as an array does.
PLAIN = {int, float, bool, type(None)}

Row = Sequence[object]
NOTHING: Mapping[str, object] = {}
JOINED_BY_NOTHING: Mapping[str, str] = {}


def upsert(
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    key: Sequence[str],
    of_new: Mapping[str, object] = NOTHING,
    joined: Mapping[str, str] = JOINED_BY_NOTHING,
) -> None:
    """Insert the rows, or updates those whose `key` is stored already.

    Each row has the values of `columns`: numbers, texts, days, instants, JSON objects,
    None. `key` are those that a constraint holds unique; no two rows share one. Columns
    that are not named stay as they are, and `of_new` are those of new rows alone. A
    column of `joined` becomes that expression of `held` and `excluded`, as in
    `{"count": "held.count + excluded.count"}`.
    """
    write = by_arrays if connection.vendor == "postgresql" else by_insert
    write(model, columns, rows, key, of_new, joined)


def upsert_columns(
    model: type[Model], values: Mapping[str, Sequence[object]], key: Sequence[str]
) -> None:
    """Upsert rows that are given column by column."""
    if connection.vendor == "postgresql":
        _merge(model, values, key)
    else:
        by_insert(model, [*values], zip(*values.values(), strict=True), key)


def by_insert(
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    key: Sequence[str],
    of_new: Mapping[str, object] = NOTHING,
    joined: Mapping[str, str] = JOINED_BY_NOTHING,
) -> None:
    """Insert on any database, into a child model's own table too."""
    if of_new:
        more = tuple(of_new.values())
        rows = ((*row, *more) for row in rows)
    _insert_each(model, [*columns, *of_new], rows, _update(columns, key, joined))


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
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    key: Sequence[str],
    of_new: Mapping[str, object] = NOTHING,
    joined: Mapping[str, str] = JOINED_BY_NOTHING,
) -> None:
    """Insert in one statement, each column given as an array."""
    if values := [*zip(*rows, strict=True)]:
        _merge(model, dict(zip(columns, values, strict=True)), key, of_new, joined)


def _merge(
    model: type[Model],
    values: Mapping[str, Sequence[object]],
    key: Sequence[str],
    of_new: Mapping[str, object] = NOTHING,
    joined: Mapping[str, str] = JOINED_BY_NOTHING,
) -> None:
    given = ", ".join(f"%s::{_type(model, name)}[]" for name in values)
    more = "".join(f", %s::{_type(model, name)}" for name in of_new)
    updated = [name for name in values if name not in key]
    held = ", ".join(f"held.{name}" for name in updated)
    new = ", ".join(joined.get(name, f"excluded.{name}") for name in updated)
    params: list[Any] = [*of_new.values(), *map(_array, values.values())]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_insert(model, [*values, *of_new])} "  # noqa: S608
            f"SELECT given.*{more} FROM unnest({given}) AS given "
            f"{_update([*values], key, joined)} "
            f"WHERE ({held}) IS DISTINCT FROM ({new})",
            params,
        )


def _insert(model: type[Model], columns: Sequence[str]) -> str:
    return f"INSERT INTO {model._meta.db_table} AS held ({', '.join(columns)})"


def _update(
    columns: Sequence[str], key: Sequence[str], joined: Mapping[str, str]
) -> str:
    assigned = (
        f"{name} = {joined.get(name, f'excluded.{name}')}"
        for name in columns
        if name not in key
    )
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join(assigned)}"


def _type(model: type[Model], column: str) -> str:
    """Without a length, as a cast would cut what is longer without an error."""
    field: Any = model._meta.get_field(column)
    found: str = field.db_type(connection).partition("(")[0]
    return found


def _array(values: Sequence[object]) -> str:
    kinds = set(map(type, values))
    if kinds <= PLAIN:
        return "{" + _plain(values)[1:-1] + "}"
    if kinds == {date}:
        texts = {day: str(day) for day in {*values}}
        return "{" + ",".join(map(texts.__getitem__, values)) + "}"
    return "{" + ",".join(map(_element, values)) + "}"


def _plain(values: Sequence[object]) -> str:
    try:
        written = orjson.dumps(values)
    except orjson.JSONEncodeError:  # an integer that is too large for it
        return json.dumps(values)
    # It knows no number that is none, and writes null instead.
    is_right = written.count(b"null") == values.count(None)
    return written.decode() if is_right else json.dumps(values)


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    text = json.dumps(value) if isinstance(value, Mapping) else str(value)
    return f'"{text.translate(ESCAPED)}"'
