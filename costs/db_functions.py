"""The month of a day, within the database."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, Func
from django.db.models.sql.compiler import SQLCompiler


class FirstOfMonth(Func):
    """The first day of the month of a date.

    Django's TruncMonth calls into Python for each row on SQLite, which takes longer
    there than all else that a year of costs is asked.
    """

    function = "DATE_TRUNC"
    # Of a timestamp without a zone, which takes less than half as long.
    template = "%(function)s('month', CAST(%(expressions)s AS timestamp))::date"
    arity = 1
    output_field = DateField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        template = "DATE(%(expressions)s, 'start of month')"
        return super().as_sql(compiler, connection, template=template, **context)
