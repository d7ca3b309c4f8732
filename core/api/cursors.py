"""Cursor pagination for growing lists: each page starts where the previous one ended.

A cursor is the position of a row in the list's order, not an offset. Rows added or
removed between two pages shift nothing, and the thousandth page is as fast as the
first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError as NotAValue
from django.db.models import Field, Model, Q, QuerySet
from django.db.models.expressions import F, OrderBy
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.api.pagination import (
    LARGEST_PAGE,
    PAGE_SIZE,
    PAGE_SIZE_HELP,
    PAGE_SIZE_SCHEMA,
    asked_page_size,
    query_parameter,
)

# Signed, so that every position comes from a response.
SALT = "core.api.cursors"


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order. Nulls come last in either direction."""

    field: "Field[Any, Any]"
    descending: bool
    nulls_first: bool = False

    @property
    def name(self) -> str:
        return self.field.attname

    def reversed(self) -> "Key":
        return Key(self.field, not self.descending, not self.nulls_first)

    def order(self) -> OrderBy:
        # A plain column can be read from an index, so it is left plain.
        first = (self.nulls_first or None) if self.field.null else None
        last = (not self.nulls_first or None) if self.field.null else None
        return OrderBy(F(self.name), self.descending, first, last)

    def same(self, value: Any) -> Q:
        return Q(
            (f"{self.name}__isnull", True) if value is None else (self.name, value)
        )

    def beyond(self, value: Any) -> Q | None:
        """Return the condition for rows after the value; None where there are none."""
        if value is None:
            return Q((f"{self.name}__isnull", False)) if self.nulls_first else None
        after = Q((f"{self.name}__{'lt' if self.descending else 'gt'}", value))
        if self.field.null and not self.nulls_first:
            after |= Q((f"{self.name}__isnull", True))
        return after


@dataclass(frozen=True, slots=True)
class Place:
    """The key values of a row, and whether the page is the one before it."""

    values: Sequence[Any]
    is_before: bool


class CursorPages(BasePagination):
    """`cursor`, `page_size`, and `count=true` for the total number of rows.

    The order is the queryset's: columns of the row's own table, together unique.
    """

    template = "rest_framework/pagination/previous_and_next.html"
    display_page_controls = False
    parameters = frozenset({"cursor", "page_size", "count"})

    def paginate_queryset(  # type: ignore[override]
        self,
        queryset: QuerySet[Any],
        request: Request,
        view: Any = None,
        *,
        columns: Sequence[str] | None = None,
    ) -> list[Any]:
        """Return the page's rows: instances, or named tuples of `columns` and keys."""
        size = min(asked_page_size(request) or PAGE_SIZE, LARGEST_PAGE)
        self.request = request
        self.count = queryset.order_by().count() if _wants_count(request) else None
        self.order = [str(name) for name in order_of(queryset)]
        self.keys = keys_of(queryset.model, self.order)
        place = self._place(request)
        wanted = _from(queryset, self.keys, place)
        if columns is not None:
            keys = [key.name for key in self.keys if key.name not in columns]
            wanted = wanted.values_list(*columns, *keys, named=True)
        rows = list(wanted[: size + 1])
        has_more, page = len(rows) > size, rows[:size]
        if place and place.is_before:
            page.reverse()
            self._link(page, place, has_before=has_more, has_after=True)
        else:
            self._link(page, place, has_before=place is not None, has_after=has_more)
        self.display_page_controls = bool(self.next or self.previous)
        return page

    def get_paginated_response(self, data: Any) -> Response:
        counted = {} if self.count is None else {"count": self.count}
        links = {"next": self.next, "previous": self.previous}
        return Response({**counted, **links, "results": data})

    def to_html(self) -> str:
        from django.template import loader

        links = {"previous_url": self.previous, "next_url": self.next}
        return loader.get_template(self.template).render(links)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            query_parameter(
                "cursor",
                "Start of the page. Follow `next` of a response; do not construct it.",
                {"type": "string"},
            ),
            query_parameter("page_size", PAGE_SIZE_HELP, PAGE_SIZE_SCHEMA),
            query_parameter(
                "count",
                "true: include the total number of rows, which can be slow.",
                {"type": "string", "enum": ["true", "false"], "default": "false"},
            ),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "description": "Only with count=true."},
                "next": {**link, "description": "The next page, if any."},
                "previous": {
                    **link,
                    "description": "The previous page, if any.",
                },
                "results": schema,
            },
        }

    def _link(
        self, page: list[Any], place: Place | None, *, has_before: bool, has_after: bool
    ) -> None:
        """Set the addresses of the next and previous page."""
        first, last = (
            ([getattr(page[at], key.name) for key in self.keys] for at in (0, -1))
            if page
            else (place.values, place.values)
            if place
            else ([], [])
        )
        self.next = self._address(last, False) if has_after else None
        self.previous = self._address(first, True) if has_before else None

    def _address(self, values: Sequence[Any], is_before: bool) -> str:
        plain = [_plain(value) for value in values]
        cursor = signing.dumps([self.order, plain, is_before], salt=SALT)
        address = self.request.build_absolute_uri()
        return replace_query_param(address, "cursor", cursor)

    def _place(self, request: Request) -> Place | None:
        """Return where the page starts; None for the first. Raise ValidationError."""
        cursor = request.query_params.get("cursor")
        if not cursor:
            return None
        try:
            order, plain, is_before = signing.loads(cursor, salt=SALT)
            if order != self.order:
                raise ValueError("the cursor belongs to another order")
            values = [
                None if value is None else key.field.to_python(value)
                for key, value in zip(self.keys, plain, strict=True)
            ]
        except (signing.BadSignature, ValueError, NotAValue):
            reason = (
                "The cursor does not belong to this list and order. Start without one."
            )
            raise ValidationError({"cursor": [reason]}) from None
        return Place(values, is_before)


def order_of(queryset: QuerySet[Any]) -> Sequence[Any]:
    """Return the columns that a queryset is ordered by, "-" for descending."""
    return queryset.query.order_by or queryset.model._meta.ordering or ()


def keys_of(model: type[Model], order: Sequence[str]) -> list[Key]:
    found: list[Key] = []
    for name in order:
        field: Any = model._meta.get_field(name.removeprefix("-"))
        found.append(Key(field, name.startswith("-")))
    return found


def _from(
    queryset: QuerySet[Any], keys: Sequence[Key], place: Place | None
) -> QuerySet[Any]:
    """Return the rows from the place on, in its direction."""
    if place is None:
        return queryset.order_by(*(key.order() for key in keys))
    if place.is_before:
        keys = [key.reversed() for key in keys]
    rows = queryset.order_by(*(key.order() for key in keys))
    return rows.filter(_beyond(keys, place.values))


def _beyond(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    """Match rows after these values: one column beyond, all columns before it equal."""
    wanted, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        if (beyond := key.beyond(value)) is not None:
            wanted |= same & beyond
        same &= key.same(value)
    first, value = keys[0], values[0]
    if first.field.null:
        return wanted
    # Repeat the condition on the first column, so that an index can be used.
    return Q((f"{first.name}__{'lte' if first.descending else 'gte'}", value)) & wanted


def _plain(value: Any) -> Any:
    """Return a JSON value that the field parses back."""
    return value if value is None or isinstance(value, int | float) else str(value)


def _wants_count(request: Request) -> bool:
    wanted = request.query_params.get("count", "false")
    if wanted not in ("true", "false"):
        raise ValidationError(
            {"count": [f'"{wanted}" is not valid. Use true or false.']}
        )
    return wanted == "true"
