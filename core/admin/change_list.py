"""The list of a model in the admin: filtered by what its page offers, and only so.

Django lets an address filter by any column of the model and of some relations. Whoever
sees the list could then guess, letter by letter, what no page shows them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError, connection
from django.db.models import Model, QuerySet, TextField
from django.db.models.functions import Cast, Substr
from django.http import HttpRequest

from core.windows import midnight

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.views import ChangeList

Kind = Literal["year", "month", "day"]


class DateHierarchy:
    """What the hierarchy asks a queryset, which stays fast on a million rows.

    Django asks for the DISTINCT month of every row, for which SQLite calls a Python
    function each; the distinct days, a few hundred, come from an index. A row without
    that day or instant stands in the list, and under no month.
    """

    def __init__(self, rows: QuerySet[Model]) -> None:
        self.rows = rows

    def aggregate(self, **values: Any) -> dict[str, Any]:
        return self.rows.aggregate(**values)

    def datetimes(self, field: str, kind: Kind) -> Iterable[datetime]:
        rows = self.rows.exclude(**{field: None})
        if connection.vendor != "sqlite":
            return rows.datetimes(field, kind)
        # It keeps instants as text in UTC, of which the first letters are the day.
        texts = Substr(Cast(field, TextField()), 1, len("2026-01-31"))
        days = rows.order_by().values_list(texts, flat=True).distinct()
        firsts = {first_day(date.fromisoformat(text), kind) for text in days}
        return [midnight(day) for day in sorted(firsts)]

    def dates(self, field: str, kind: Kind) -> list[date]:
        is_whole = not self.rows.query.where and not self.rows.model._meta.parents
        if is_whole and connection.vendor == "postgresql":
            days = self._days_of_table(field)
        else:
            rows = self.rows.exclude(**{field: None}).order_by()
            days = rows.values_list(field, flat=True).distinct()
        return sorted({first_day(day, kind) for day in days})

    def _days_of_table(self, day: str) -> Iterable[date]:
        """Yield each day once: the next one is the first after it in an index.

        PostgreSQL reads all of an index for what is distinct in it.
        """
        table = self.rows.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE days AS (SELECT MIN({day}) AS day FROM {table} "  # noqa: S608 - names are the model's
                f"UNION ALL SELECT (SELECT MIN({day}) FROM {table} "
                f"WHERE {day} > days.day) FROM days WHERE days.day IS NOT NULL) "
                "SELECT day FROM days WHERE day IS NOT NULL"
            )
            yield from (found for (found,) in cursor.fetchall())


def first_day(day: date, kind: Kind) -> date:
    """Return the first day of the year, of the month, or that day itself."""
    if kind == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if kind == "month" else day


# What the value of a filter leads to where it is too large, or of another type.
IMPOSSIBLE = (
    DataError,
    IncorrectLookupParameters,
    OverflowError,
    TypeError,
    ValidationError,
    ValueError,
)


class StrictChangeList(ChangeList):
    """A list whose address is refused where its page offers no such filter or value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._query_strings = dict[str, str]()
        try:
            super().__init__(*args, **kwargs)
        except IMPOSSIBLE as error:
            raise BadRequest(
                "A filter or a page number of this address does not fit the list. Open "
                "the list without it."
            ) from error
        # Nobody but the date hierarchy uses this queryset after the page is read.
        self.queryset = cast("QuerySet[Model]", DateHierarchy(self.queryset))
        # Each link would look up which page it leads to before it adds these.
        self.filters_of_links, self.preserved_filters = self.preserved_filters, ""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if getattr(self.paginator, "has_more", False):
            # Else the heading would say that there are exactly so many.
            self.full_result_count = self.result_count

    def url_for_result(self, result: Model) -> str:
        """Return where a row leads, from where this list is found again."""
        url = super().url_for_result(result)
        return f"{url}?{self.filters_of_links}" if self.filters_of_links else url

    def get_query_string(
        self,
        new_params: dict[str, Any] | None = None,
        remove: Iterable[str] | None = None,
    ) -> str:
        """Return Django's, once: the headers' are asked for again in each row."""
        left_out = list(remove or ())
        asked = repr((new_params, left_out))
        if asked not in self._query_strings:
            found = super().get_query_string(new_params, left_out)
            self._query_strings[asked] = found
        return self._query_strings[asked]

    def get_filters(self, request: HttpRequest) -> Any:
        """Return Django's, which leaves in `[2]` what no filter of the page takes."""
        try:
            found = super().get_filters(request)
        except DisallowedModelAdminLookup as error:
            raise BadRequest("This list has no such filter.") from error
        for lookup in found[2].keys() - self.links():
            raise BadRequest(f"This list has no filter {lookup}.")
        return found

    def links(self) -> set[str]:
        """Return what links filter by: the date, the key of what rows belong to."""
        dates = {f"{self.date_hierarchy}__{end}" for end in ("gte", "lt")}
        columns = self.lookup_opts.concrete_fields
        keys = {f"{one.name}__id__exact" for one in columns if one.is_relation}
        return dates | keys
