"""CSV files of lists and trends, streamed row by row.

A file that a page offers begins with the mark by which Excel knows UTF-8; the API
writes it for `?format=csv-excel` alone.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer
from rest_framework.request import Request

from core.api.json import JSONRenderer, plain

BYTE_ORDER_MARK = "\ufeff"
# Some spreadsheets treat these as the start of a formula after blanks too. East Asian
# keyboards write the last four.
AFTER_BLANKS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# A spreadsheet treats a text that starts like this as a formula.
FORMULA_STARTS = (*AFTER_BLANKS, "\t", "\r", "\n")
# What is no blank to Python, but nothing to a spreadsheet.
UNSEEN = "\ufeff\u200b\u2060"


class CsvRenderer(BaseRenderer):
    """The format of `?format=csv`. Lists use `csv_file`; one row is rendered here."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"
    mark = ""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return (self.mark + "".join(lines([list(data), data.values()]))).encode()


class ExcelCsvRenderer(CsvRenderer):
    """The same, for a double click."""

    format = "csv-excel"
    mark = BYTE_ORDER_MARK


RENDERERS = [JSONRenderer, BrowsableAPIRenderer, CsvRenderer, ExcelCsvRenderer]


def wants_csv(request: Request) -> bool:
    return isinstance(request.accepted_renderer, CsvRenderer)


def csv_file(
    request: HttpRequest | Request, name: str, rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """Return a download of these rows; the first one is the header."""
    # A page has no renderer: it offers its file to a person.
    renderer = getattr(request, "accepted_renderer", ExcelCsvRenderer)
    parts = chain([renderer.mark], lines(rows)) if renderer.mark else lines(rows)
    response = StreamingHttpResponse(parts, content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with nested ones as columns: {"a": {"b": 1}} is {"a_b": 1}."""
    columns: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping):
            inner = flat(value).items()
            columns |= {f"{name}_{field}": one for field, one in inner}
        else:
            columns[name] = value
    return columns


class _Echo:
    def write(self, text: str) -> str:
        return text


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> Any:
    """Write the value as in JSON, with formulas in texts escaped."""
    if isinstance(value, str):
        return f"'{value}" if _is_formula(value) else value
    if isinstance(value, datetime | Decimal):
        return plain(value)
    if isinstance(value, bool | dict | list):
        return json.dumps(value, default=str)
    return value


def _is_formula(text: str) -> bool:
    if not text.startswith(FORMULA_STARTS):
        return text.lstrip().lstrip(UNSEEN).lstrip().startswith(AFTER_BLANKS)
    try:
        float(text)
    except ValueError:
        return True
    return False
