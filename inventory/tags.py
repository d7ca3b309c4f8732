"""Whether a JSON object of tags holds one, whatever its key and value look like, and
how many objects hold which.

A tag is written as text, `key=value`, `key:value` or `key` for any value. AWS allows
both separators in keys and in values, so the text is cut at each of them: any of these
tags will do. Django's own key lookups take a key of digits for the index of a list, and
SQLite's JSON paths can't quote a quotation mark.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Count, Func, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

# More keys or values are no list to pick from.
MOST_SHOWN = 200
# A text with more separators may be so many tags that each is compared instead.
MOST_CONTAINED = 6

Sql = tuple[str, tuple[Any, ...] | list[Any]]


class HasTag(Func):
    """True where the column's object has the tag of this text."""

    output_field = BooleanField()

    def __init__(self, column: str, tag: str) -> None:
        super().__init__(column)
        self.tag = tag

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        column, _ = compiler.compile(self.source_expressions[0])
        tags = [json.dumps(tag) for tag in possible_tags(self.tag)]
        if len(tags) > MOST_CONTAINED:
            return self._compared(column, "jsonb_each_text")
        sql = " OR ".join([f"{column} ? %s", *[f"{column} @> %s"] * len(tags)])
        return f"({sql})", [self.tag, *tags]

    def as_sqlite(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        column, _ = compiler.compile(self.source_expressions[0])
        return self._compared(column, "json_each")

    def _compared(self, column: str, each: str) -> Sql:
        """Put each tag together, which takes eight times as long as one look."""
        texts = "key, key || '=' || value, key || ':' || value"
        sql = f"EXISTS(SELECT 1 FROM {each}({column}) WHERE %s IN ({texts}))"  # noqa: S608 - parameters are bound
        return sql, [self.tag]


def possible_tags(text: str) -> list[dict[str, str]]:
    return [
        {text[: mark.start()]: text[mark.end() :]} for mark in re.finditer("[=:]", text)
    ]


class HasTagKey(HasTag):
    """True where the column's object has a tag of this key."""

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        column, _ = compiler.compile(self.source_expressions[0])
        return f"{column} ? %s", [self.tag]

    def as_sqlite(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        column, _ = compiler.compile(self.source_expressions[0])
        sql = f"EXISTS(SELECT 1 FROM json_each({column}) WHERE key = %s)"  # noqa: S608 - parameters are bound
        return sql, [self.tag]


# Each row once for each of its keys; one without tags once, with the key NULL.
PER_KEY = {
    "postgresql": "LEFT JOIN LATERAL jsonb_object_keys(seen.tags) AS key ON true",
    "sqlite": "LEFT JOIN json_each(seen.tags) ON true",
}
# Each row that has this key.
OF_KEY = {
    "postgresql": "JOIN LATERAL (SELECT seen.tags ->> %s AS value) tag "
    "ON value IS NOT NULL",
    "sqlite": "JOIN json_each(seen.tags) ON key = %s",
}


def count_tag_keys(resources: QuerySet[Any]) -> dict[str | None, int]:
    """Return how many have no tag at all, as None, then how many have each key, the
    most frequent first."""
    return _counts(resources, "key", PER_KEY, [])


def count_keys(resources: QuerySet[Any], keys: Sequence[str]) -> dict[str, int]:
    """Return how many have each of these keys. One query, none without keys."""
    having = {
        f"key_{number}": Count("pk", filter=Q(HasTagKey("tags", key)))
        for number, key in enumerate(keys)
    }
    counts = resources.aggregate(**having) if having else {}
    return {key: counts[f"key_{number}"] for number, key in enumerate(keys)}


def count_tag_values(resources: QuerySet[Any], key: str) -> dict[str | None, int]:
    """Return how many have each value of the key, the most frequent first."""
    return _counts(resources, "value", OF_KEY, [key])


def _counts(
    resources: QuerySet[Any],
    column: str,
    joined: Mapping[str, str],
    params: list[Any],
) -> dict[str | None, int]:
    try:
        rows, bound = resources.order_by().values("tags").query.sql_with_params()
    except EmptyResultSet:  # who may see nothing
        return {}
    sql = (
        f"SELECT {column}, COUNT(*) AS count FROM ({rows}) seen "  # noqa: S608 - parameters are bound
        f"{joined[connection.vendor]} "
        f"GROUP BY {column} ORDER BY {column} IS NULL DESC, count DESC, {column} "
        f"LIMIT {MOST_SHOWN}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*bound, *params])
        return dict(cursor.fetchall())
