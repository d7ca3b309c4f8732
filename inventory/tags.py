"""Whether a JSON object of tags holds one, whatever its key and value look like.

A tag is written as text, `key=value`, `key:value` or `key` for any value. AWS allows
both separators in keys and in values, so the text is not cut: tags are put together and
compared with it. Django's own key lookups take a key of digits for the index of a list,
and SQLite's JSON paths can't quote a quotation mark.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, tuple[Any, ...] | list[Any]]


class HasTag(Func):
    """True where the column's object has the tag of this text."""

    output_field = BooleanField()

    def __init__(self, column: str, tag: str) -> None:
        super().__init__(column)
        self.tag = tag

    def as_sql(  # type: ignore[override]
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        each: str = "jsonb_each_text",
        **extra: Any,
    ) -> Sql:
        column, params = compiler.compile(self.source_expressions[0])
        texts = "key, key || '=' || value, key || ':' || value"
        sql = f"EXISTS(SELECT 1 FROM {each}({column}) WHERE %s IN ({texts}))"  # noqa: S608 - parameters are bound
        return sql, [*params, self.tag]

    def as_sqlite(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        return self.as_sql(compiler, connection, each="json_each")
