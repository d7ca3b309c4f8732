"""Lists of rows: page by page, or whole as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from core.api.amounts import AmountField
from core.api.cursors import CursorPages
from core.api.etag import ConditionalMixin
from core.api.fast_serialization import Column, as_dicts, columns_of, written
from core.api.files import RENDERERS, is_sheet, table_file, wants_file

ROWS_AT_ONCE = 2000


class RowsViewSet(ConditionalMixin, ReadOnlyModelViewSet[Any]):
    """A list that is paginated; `?format=csv` answers it whole, as a download.

    Its queryset is ordered by columns of its own table that tell any two rows apart.
    """

    renderer_classes = RENDERERS
    pagination_class: type[BasePagination] = CursorPages
    csv_name = "rows"
    # Of amounts in files for people; None where they are less than cents.
    decimals: int | None = 2

    def get_queryset(self) -> QuerySet[Any]:
        """Only what the user may see of it; each QuerySet knows whose its rows are."""
        rows: Any = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows  # the schema is made for nobody in particular
        return rows.visible_to(self.request.user)

    # A file is a response too.
    def list(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | StreamingHttpResponse:
        # Filtered before a file begins, so that a wrong parameter is still refused.
        queryset = self.filter_queryset(self.get_queryset())
        kind: Any = self.get_serializer_class()
        if columns := columns_of(kind):
            # What belongs to a row is in none of its columns.
            queryset = queryset.prefetch_related(None)
        if wants_file(request):
            rows = self._rows(request, queryset)
            return table_file(request, self.csv_name, rows, decimals=self.decimals)
        pages = self.paginator
        if columns and isinstance(pages, CursorPages):
            paths = [column.path for column in columns]
            page = pages.paginate_queryset(queryset, request, self, columns=paths)
            return self.get_paginated_response(as_dicts(columns, page))
        serializer = self.get_serializer(self.paginate_queryset(queryset), many=True)
        return self.get_paginated_response(serializer.data)

    def _rows(
        self, request: Request, queryset: QuerySet[Any]
    ) -> Iterator[Sequence[Any]]:
        """The header, and each row; of a sheet with numbers and names."""
        kind: Any = self.get_serializer_class()
        columns = columns_of(kind)
        if not is_sheet(request):
            return _read(queryset, columns) if columns else self._serialized(queryset)
        if columns:
            return _read(queryset, sheet_columns(kind, columns))
        serializer: Any = self.get_serializer()
        return sheet_rows(serializer, queryset.iterator(chunk_size=ROWS_AT_ONCE))

    def _serialized(self, queryset: QuerySet[Any]) -> Iterator[Sequence[Any]]:
        """The header, and each row, as the serializer has them."""
        serializer = self.get_serializer()
        assert isinstance(serializer, Serializer)  # noqa: S101 - for the type checker
        yield list(serializer.fields)
        for row in queryset.iterator(chunk_size=ROWS_AT_ONCE):
            yield list(serializer.to_representation(row).values())


def _read(
    queryset: QuerySet[Any], columns: Sequence[Column]
) -> Iterator[Sequence[Any]]:
    """The same, read as columns."""
    yield [column.name for column in columns]
    stored = queryset.values_list(*(column.path for column in columns))
    rows = stored.iterator(chunk_size=ROWS_AT_ONCE)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield from written(columns, some)


Kind = type[serializers.BaseSerializer[Any]]


def sheet_columns(kind: Kind, columns: Sequence[Column]) -> list[Column]:
    """Return the columns of a sheet, read instead of these of the serializer."""
    named = named_relations(kind)
    found: list[Column] = []
    for column in columns:
        writer = getattr(column.write, "__self__", None)
        is_amount = isinstance(writer, AmountField)
        found.append(replace(column, write=None) if is_amount else column)
        if column.name in named:
            path = column.path.rpartition("__")[0]
            found.append(Column(f"{column.name}_name", f"{path}__name", None))
    return found


def sheet_rows(
    serializer: serializers.Serializer[Any], objects: Iterator[Any]
) -> Iterator[Sequence[Any]]:
    """Yield the header and the rows of a sheet, as the serializer has them."""
    named = named_relations(type(serializer))
    amounts = {
        name
        for name, field in serializer.fields.items()
        if isinstance(field, AmountField)
    }

    def cells(row: Any) -> Iterator[Any]:
        for name, value in serializer.to_representation(row).items():
            is_number = name in amounts and value is not None
            yield Decimal(value) if is_number else value
            if relation := named.get(name):
                yield getattr(getattr(row, relation), "name", "")

    yield [
        column
        for name in list(map(str, serializer.fields))
        for column in ([name, f"{name}_name"] if name in named else [name])
    ]
    for row in objects:
        yield [*cells(row)]


def named_relations(kind: Kind) -> dict[str, str]:
    """Return the relation behind each field that tells another row's id, where that row
    has a name too."""
    found = {}
    fields: dict[str, Any] = getattr(kind(), "fields", {})
    model: type[Model] | None = getattr(getattr(kind, "Meta", None), "model", None)
    for name, field in fields.items():
        is_id = isinstance(field, serializers.SlugRelatedField)
        if model is None or not is_id or field.slug_field == "name":
            continue
        relation, *deeper = field.source_attrs
        related: Any = model._meta.get_field(relation).related_model
        if not deeper and any(one.name == "name" for one in related._meta.fields):
            found[name] = relation
    return found
