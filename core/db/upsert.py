"""Rows that are stored whether they are new or not, at the database's own pace.

PostgreSQL takes them by COPY into a staging table and one merge, which does not touch
what stays as it is; every other database takes them by INSERT.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

STAGING = "upsert_staging"
# What separates rows and columns, and what escapes them.
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

Row = Sequence[object]


def upsert(
    model: type[Model], columns: Sequence[str], rows: Iterable[Row], key: Sequence[str]
) -> None:
    """Insert the rows, or updates those whose `key` is stored already.

    Each row has the values of `columns`: numbers, texts, days, instants, JSON objects,
    None. `key` are those that a constraint holds unique; no two rows share one. Columns
    that are not named stay as they are.
    """
    write = by_copy if connection.vendor == "postgresql" else by_insert
    write(model, columns, rows, key)


def by_insert(
    model: type[Model], columns: Sequence[str], rows: Iterable[Row], key: Sequence[str]
) -> None:
    """Insert on any database, into a child model's own table too."""
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    values = ", ".join(["%s"] * len(columns))
    written = (
        [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        ]
        for row in rows
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            f"{_insert(model, columns)} VALUES ({values}) {_update(columns, key)}",
            written,  # type: ignore[arg-type]  # an iterator will do
        )


def by_copy(
    model: type[Model], columns: Sequence[str], rows: Iterable[Row], key: Sequence[str]
) -> None:
    names = ", ".join(columns)
    updated = [name for name in columns if name not in key]
    held = ", ".join(f"held.{name}" for name in updated)
    new = ", ".join(f"excluded.{name}" for name in updated)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGING}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {STAGING} ON COMMIT DROP AS "  # noqa: S608
            f"SELECT {names} FROM {model._meta.db_table} WITH NO DATA"
        )
        cursor.copy_expert(f"COPY {STAGING} ({names}) FROM STDIN", copied(rows))
        cursor.execute(
            f"{_insert(model, columns)} SELECT {names} FROM {STAGING} "  # noqa: S608
            f"{_update(columns, key)} WHERE ({held}) IS DISTINCT FROM ({new})"
        )


def _insert(model: type[Model], columns: Sequence[str]) -> str:
    return f"INSERT INTO {model._meta.db_table} AS held ({', '.join(columns)})"


def _update(columns: Sequence[str], key: Sequence[str]) -> str:
    assigned = (f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join(assigned)}"


def copied(rows: Iterable[Row]) -> io.StringIO:
    return io.StringIO("".join("\t".join(map(_text, row)) + "\n" for row in rows))


def _text(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, Mapping):
        value = json.dumps(value)
    return value.translate(ESCAPED) if isinstance(value, str) else str(value)
