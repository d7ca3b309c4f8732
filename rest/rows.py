"""Lists of rows: page by page, or whole as a file."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from rest.conditional import ConditionalMixin
from rest.csv import RENDERERS, csv_file, wants_csv
from rest.cursors import CursorPages

ROWS_AT_ONCE = 2000


class RowsViewSet(ConditionalMixin, ReadOnlyModelViewSet[Any]):
    """A list that is paginated; `?format=csv` answers it whole, as a download.

    Its queryset is ordered by columns of its own table that tell any two rows apart.
    """

    renderer_classes = RENDERERS
    pagination_class: type[BasePagination] = CursorPages
    csv_name = "rows"

    def get_queryset(self) -> QuerySet[Any]:
        """Only what the user may see of it; each QuerySet knows whose its rows are."""
        rows: Any = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows  # the schema is made for nobody in particular
        return rows.seen_by(self.request.user)

    # A file is a response too.
    def list(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | StreamingHttpResponse:
        if not wants_csv(request):
            return super().list(request, *args, **kwargs)
        # Filtered before the file begins, so that a wrong parameter is still refused.
        queryset = self.filter_queryset(self.get_queryset())
        return csv_file(self.csv_name, self._rows(queryset))

    def _rows(self, queryset: QuerySet[Any]) -> Iterator[Sequence[Any]]:
        serializer = self.get_serializer()
        assert isinstance(serializer, Serializer)  # noqa: S101 - for the type checker
        yield list(serializer.fields)
        for row in queryset.iterator(chunk_size=ROWS_AT_ONCE):
            yield list(serializer.to_representation(row).values())
