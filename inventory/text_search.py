"""Whether a column has a text in it, whatever its case."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, tuple[Any, ...] | list[Any]]


class HasText(Func):
    """True where the column, read as text, has this one in it.

    Django's `icontains` has PostgreSQL turn each row's letters of any language into
    upper case, which takes twice as long as to find the text; only a text with such
    letters needs that.
    """

    output_field = BooleanField()

    def __init__(self, column: str, text: str) -> None:
        super().__init__(column)
        self.text = text

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        column, params = compiler.compile(self.source_expressions[0])
        pattern = self._pattern(connection)
        if self.text.isascii():
            sql = f'LOWER({column}::text COLLATE "C") LIKE %s'
            return sql, [*params, pattern.lower()]
        return f"UPPER({column}::text) LIKE UPPER(%s)", [*params, pattern]

    def as_sqlite(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} LIKE %s ESCAPE '\\'", [*params, self._pattern(connection)]

    def _pattern(self, connection: BaseDatabaseWrapper) -> str:
        return f"%{connection.ops.prep_for_like_query(self.text)}%"
