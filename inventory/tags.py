"""Whether a JSON object of tags holds one, whatever its key and value look like.

A tag is written as text, `key=value`, `key:value` or `key` for any value. AWS allows
both separators in keys and in values, so the text is cut at each of them: any of these
tags will do. Django's own key lookups take a key of digits for the index of a list, and
SQLite's JSON paths can't quote a quotation mark.
"""

import json
import re
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler

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
