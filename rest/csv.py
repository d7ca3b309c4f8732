"""Lists and trends as CSV files, streamed row by row."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.generics import GenericAPIView
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

# A spreadsheet takes a text that starts like this for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ROWS_AT_ONCE = 2000


class CsvRenderer(BaseRenderer):
    """Chosen by `?format=csv`. A view answers it with `csv_file`; errors are text."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        fields = data if isinstance(data, Mapping) else {"detail": data}
        return "".join(lines([list(fields), map(_told, fields.values())])).encode()


def _told(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


RENDERERS = [JSONRenderer, BrowsableAPIRenderer, CsvRenderer]


def wants_csv(request: Request) -> bool:
    return isinstance(request.accepted_renderer, CsvRenderer)


def csv_file(name: str, rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A download of these rows; the first one is the header."""
    response = StreamingHttpResponse(lines(rows), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


class _Echo:
    def write(self, text: str) -> str:
        return text


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run is quoted; numbers stay as they are."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        try:
            float(value)
        except ValueError:
            return f"'{value}"
    return value


class CsvListMixin(GenericAPIView[Any]):
    """A list that `?format=csv` answers whole, not page by page."""

    renderer_classes = RENDERERS
    csv_name = "rows"

    def list(
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | StreamingHttpResponse:
        if not wants_csv(request):
            return super().list(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        return csv_file(self.csv_name, self._rows())

    def _rows(self) -> Iterator[Sequence[Any]]:
        serializer = self.get_serializer()
        yield list(serializer.fields)
        queryset = self.filter_queryset(self.get_queryset())
        for row in queryset.iterator(chunk_size=ROWS_AT_ONCE):
            yield list(serializer.to_representation(row).values())
