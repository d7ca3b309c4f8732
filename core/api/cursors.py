"""Cursor pagination for growing lists: each page starts where the previous one ended.

A cursor is the position of a row in the list's order, not an offset. Rows added or
removed between two pages shift nothing, and the thousandth page is as fast as the
first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import Field, Q, QuerySet
from django.db.models.expressions import F, OrderBy
from django.template import loader
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

    def beyond(self, value: Any) -> Q:
        """Match rows after the value."""
        if value is None:
            known = Q((f"{self.name}__isnull", False))
            return known if self.nulls_first else Q(pk__in=[])
        after = Q((f"{self.name}__{'lt' if self.descending else 'gt'}", value))
        if self.field.null and not self.nulls_first:
            after |= Q((f"{self.name}__isnull", True))
        return after


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
        model = queryset.model
        order = queryset.query.order_by or model._meta.ordering or ()
        self.order = [str(name) for name in order]
        self.keys = [
            Key(model._meta.get_field(name.removeprefix("-")), name.startswith("-"))
            for name in self.order
        ]
        position, is_before = self._position(request)
        keys = [key.reversed() for key in self.keys] if is_before else self.keys
        rows = queryset.order_by(*(key.order() for key in keys))
        if position:
            rows = rows.filter(_beyond(keys, position))
        if columns is not None:
            more = [key.name for key in self.keys if key.name not in columns]
            rows = rows.values_list(*columns, *more, named=True)
        page = list(rows[: size + 1])
        has_more, page = len(page) > size, page[:size]
        if is_before:
            page.reverse()
        has_previous = has_more if is_before else bool(position)
        first = [getattr(page[0], key.name) for key in self.keys] if page else position
        last = [getattr(page[-1], key.name) for key in self.keys] if page else position
        self.next = self._address(last, False) if has_more or is_before else None
        self.previous = self._address(first, True) if has_previous else None
        self.display_page_controls = bool(self.next or self.previous)
        return page

    def get_paginated_response(self, data: Any) -> Response:
        counted = {} if self.count is None else {"count": self.count}
        links = {"next": self.next, "previous": self.previous}
        return Response({**counted, **links, "results": data})

    def to_html(self) -> str:
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
                "previous": {**link, "description": "The previous page, if any."},
                "results": schema,
            },
        }

    def _address(self, values: Sequence[Any], is_before: bool) -> str:
        """Return the address of the page that ends before, or starts after, a row."""
        plain = [
            value if value is None or isinstance(value, int | float) else str(value)
            for value in values
        ]
        cursor = signing.dumps([self.order, plain, is_before], salt=SALT)
        address = self.request.build_absolute_uri()
        return replace_query_param(address, "cursor", cursor)

    def _position(self, request: Request) -> tuple[list[Any], bool]:
        """Return the key values of a row, and whether the page is the one before it.

        Without values it is the first page. Raise ValidationError.
        """
        cursor = request.query_params.get("cursor")
        if not cursor:
            return [], False
        try:
            order, plain, is_before = signing.loads(cursor, salt=SALT)
            if order != self.order:
                raise ValueError("the cursor belongs to another order")
            values = [
                None if value is None else key.field.to_python(value)
                for key, value in zip(self.keys, plain, strict=True)
            ]
        except (signing.BadSignature, ValueError, InvalidValue):
            reason = (
                "The cursor does not belong to this list and order. Start without one."
            )
            raise ValidationError({"cursor": [reason]}) from None
        return values, is_before


def _beyond(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    """Match rows after these values: one column beyond, all columns before it equal."""
    wanted, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        wanted |= same & key.beyond(value)
        same &= Q((key.name, value))
    first, value = keys[0], values[0]
    if first.field.null:
        return wanted
    # Repeat the condition on the first column, so that an index can be used.
    return Q((f"{first.name}__{'lte' if first.descending else 'gte'}", value)) & wanted


def _wants_count(request: Request) -> bool:
    wanted = request.query_params.get("count", "false")
    if wanted not in ("true", "false"):
        reason = f'"{wanted}" is not valid. Use true or false.'
        raise ValidationError({"count": [reason]})
    return wanted == "true"
