"""CSV files of lists and trends, streamed row by row.

A file that a page offers begins with the mark by which Excel knows UTF-8; the API
writes it for `?format=csv-excel` alone.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from core.api.json import plain

BYTE_ORDER_MARK = "\ufeff"
# Some spreadsheets treat these as the start of a formula after blanks too. East Asian
# keyboards write the last four.
AFTER_BLANKS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# A spreadsheet treats a text that starts like this as a formula.
FORMULA_STARTS = (*AFTER_BLANKS, "\t", "\r", "\n")
# Digits that a number would lose: its first zeros, or those beyond Excel's eleventh.
ID = re.compile(r"0\d+|\d{12,}", re.ASCII)
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


def csv_file(
    request: HttpRequest | Request,
    name: str,
    rows: Iterable[Sequence[Any]],
    decimals: int | None = None,
) -> StreamingHttpResponse:
    """Return a download of these rows; the first one is the header.

    Numbers have so many decimals; None: as many as they have. What fails before the
    first row of data raises here, where it still has an answer of its own.
    """
    rows = iter(rows)
    rows = chain([*islice(rows, 2)], rows)
    # A page has no renderer: it offers its file to a person.
    renderer = getattr(request, "accepted_renderer", ExcelCsvRenderer)
    if decimals is not None:
        rows = rounded(rows, decimals)
    parts = lines(for_excel(rows) if renderer.mark else rows)
    if renderer.mark:
        parts = _marked(renderer.mark, parts)
    response = StreamingHttpResponse(parts, content_type="text/csv")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}.csv"
    )
    return response


def _marked(mark: str, parts: Iterator[str]) -> Iterator[str]:
    """A generator, which the response closes, and with it what the rows come from."""
    yield mark
    yield from parts


def rounded(rows: Iterable[Sequence[Any]], decimals: int) -> Iterator[Sequence[Any]]:
    """Yield the rows with amounts and shares of so many decimals."""
    for row in rows:
        yield [
            f"{value:.{decimals}f}" if isinstance(value, float | Decimal) else value
            for value in row
        ]


def for_excel(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Yield the rows with ids of digits alone as texts, which Excel would round."""
    for row in rows:
        yield [
            IdText(value) if isinstance(value, str) and ID.fullmatch(value) else value
            for value in row
        ]


class IdText(str):
    """An id of digits alone: `="000123456789"` is a text to a spreadsheet."""


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
    if isinstance(value, IdText):
        return f'="{value}"'
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
