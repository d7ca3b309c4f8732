"""What an archive holds of a table: whole months, with names instead of keys.

A file can be read without this database: it names accounts and resources as their
cloud does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import DateField, Expression, F, QuerySet
from django.db.models.functions import TruncMonth

from archives.parquet import Row
from core.db.money_field import DECIMAL_PLACES, MAX_DIGITS
from core.windows import add_months

# Types of columns, as DuckDB names them.
TEXT, DAY, YES_OR_NO = "VARCHAR", "DATE", "BOOLEAN"
MONEY = f"DECIMAL({MAX_DIGITS},{DECIMAL_PLACES})"
FLOAT, COUNT, MOMENT = "DOUBLE", "BIGINT", "TIMESTAMPTZ"


class CannotRestore(Exception):
    """A file names something that this database does not know, or holds more than it
    can sum; the message says so."""


@dataclass(frozen=True, slots=True)
class Archived:
    """How the rows of one table are written, and what they are read back into."""

    rows: QuerySet[Any]
    """All of them, in an order without ties."""
    columns: Mapping[str, tuple[str | Expression, str]]
    """Column of the file -> where it comes from, and its type."""
    models_of: Callable[[Sequence[Row]], list[Any]]
    """What a batch of the file's rows is in the database. Raises CannotRestore."""
    moment: str = "day"
    """The column that says of which month a row is."""

    @property
    def types(self) -> dict[str, str]:
        return {name: kind for name, (_, kind) in self.columns.items()}

    def before(self, month: date) -> QuerySet[Any]:
        return self.rows.filter(**{f"{self.moment}__lt": self._start_of(month)})

    def of_month(self, month: date) -> QuerySet[Any]:
        since = {f"{self.moment}__gte": self._start_of(month)}
        return self.before(add_months(month, 1)).filter(**since)

    def values(self, month: date) -> QuerySet[Any, Row]:
        """The rows of a month as the file holds them."""
        sources = [
            F(source) if isinstance(source, str) else source
            for source, _ in self.columns.values()
        ]
        return self.of_month(month).values_list(*sources)

    def month_of_row(self) -> TruncMonth:
        """The first day of the row's month, in UTC."""
        zone = {} if self.is_of_days else {"tzinfo": UTC}
        return TruncMonth(self.moment, output_field=DateField(), **zone)

    @property
    def is_of_days(self) -> bool:
        return type(self.rows.model._meta.get_field(self.moment)) is DateField

    def _start_of(self, month: date) -> date:
        return month if self.is_of_days else datetime.combine(month, time(), UTC)


def require(unknown: set[tuple[str, ...]], what: str) -> None:
    if unknown:
        first = " ".join(min(unknown))
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise CannotRestore(
            f"The file holds rows of the {what} {first}{more}, which is not known "
            "here. Add the account and sync it, then restore again."
        )
