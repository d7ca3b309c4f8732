"""Whether a JSON object of tags holds one, whatever its key and value look like, and
how many objects hold which.

A tag is written as text, `key=value`, `key:value` or `key` for any value. AWS allows
both separators in keys and in values, so the text is not cut: tags are put together and
compared with it. Django's own key lookups take a key of digits for the index of a list,
and SQLite's JSON paths can't quote a quotation mark.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler

# More keys or values are no list to pick from.
MOST_SHOWN = 200

Sql = tuple[str, tuple[Any, ...] | list[Any]]


class HasTag(Func):
    """True where the column's object has the tag of this text."""

    output_field = BooleanField()
    # What the text may be.
    texts = "key, key || '=' || value, key || ':' || value"

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
        sql = f"EXISTS(SELECT 1 FROM {each}({column}) WHERE %s IN ({self.texts}))"  # noqa: S608 - parameters are bound
        return sql, [*params, self.tag]

    def as_sqlite(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        return self.as_sql(compiler, connection, each="json_each")


class HasTagKey(HasTag):
    """True where the column's object has a tag of this key."""

    texts = "key"


# Each row once for each of its tags; one without tags once, with the key NULL.
PER_TAG = {
    "postgresql": "LEFT JOIN LATERAL jsonb_each_text(seen.tags) ON true",
    "sqlite": "LEFT JOIN json_each(seen.tags) ON true",
}


def count_tag_keys(resources: QuerySet[Any]) -> dict[str | None, int]:
    """Return how many have each key, the most frequent first; None: no tag at all."""
    return _counts(resources, "key", "", [])


def count_tag_values(resources: QuerySet[Any], key: str) -> dict[str | None, int]:
    """Return how many have each value of the key, the most frequent first."""
    return _counts(resources, "value", "WHERE key = %s", [key])


def _counts(
    resources: QuerySet[Any],
    column: str,
    where: str,
    params: list[Any],
) -> dict[str | None, int]:
    try:
        rows, bound = resources.order_by().values("tags").query.sql_with_params()
    except EmptyResultSet:  # who may see nothing
        return {}
    sql = (
        f"SELECT {column}, COUNT(*) AS count FROM ({rows}) seen "  # noqa: S608 - parameters are bound
        f"{PER_TAG[connection.vendor]} {where} "
        f"GROUP BY {column} ORDER BY count DESC, {column} LIMIT {MOST_SHOWN}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*bound, *params])
        return dict(cursor.fetchall())
