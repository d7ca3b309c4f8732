"""Whether a JSON object of tags holds one, whatever its key looks like.

Django's own key lookups take a key of digits for the index of a list, and SQLite's
JSON paths can't quote a quotation mark; AWS allows both in a tag.
"""

import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, tuple[Any, ...] | list[Any]]


class HasTag(Func):
    """True where the column's object has `key`, with `value` unless that is None."""

    output_field = BooleanField()

    def __init__(self, column: str, key: str, value: str | None = None) -> None:
        super().__init__(column)
        self.key = key
        self.value = value

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        """PostgreSQL: containment, which an index can serve."""
        column, params = compiler.compile(self.source_expressions[0])
        if self.value is None:
            return f"{column} ? %s", [*params, self.key]
        return f"{column} @> %s::jsonb", [*params, json.dumps({self.key: self.value})]

    def as_sqlite(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        column, params = compiler.compile(self.source_expressions[0])
        wanted = [self.key] if self.value is None else [self.key, self.value]
        conditions = " AND ".join(["key = %s", "value = %s"][: len(wanted)])
        sql = f"EXISTS(SELECT 1 FROM json_each({column}) WHERE {conditions})"  # noqa: S608 - parameters are bound
        return sql, [*params, *wanted]
