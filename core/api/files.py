"""Tables as downloads: CSV, or a workbook for Excel, named by what they hold.

What people open in a spreadsheet (`csv-excel`, `xlsx`, and each download of a page) has
two decimals, unless `exact=true`; programs get every decimal from `csv`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils import timezone
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request

from core.api.csv import CsvRenderer, ExcelCsvRenderer, csv_file
from core.api.filters import ISO_DAY
from core.api.json import JSONRenderer
from core.api.xlsx import XlsxRenderer, xlsx_file
from core.windows import ONE_DAY, Window

RENDERERS = [
    JSONRenderer,
    BrowsableAPIRenderer,
    CsvRenderer,
    ExcelCsvRenderer,
    XlsxRenderer,
]
Rows = Iterable[Sequence[Any]]
# Formats for spreadsheets, to which `exact` belongs.
SHEETS = (ExcelCsvRenderer.format, XlsxRenderer.format)
# Parameters that tell how a list looks, and not what it holds.
LOOKS = {
    *("format", "exact", "page", "page_size", "cursor", "ordering", "sort"),
    *("chart", "table", "limit"),
}
LONGEST_NAME = 150
# It takes 2026-1-5 too, as the filters of a list do.
DAY = forms.DateField(required=False, input_formats=ISO_DAY)


def wants_file(request: Request) -> bool:
    return isinstance(request.accepted_renderer, CsvRenderer | XlsxRenderer)


def is_sheet(request: HttpRequest | Request) -> bool:
    """Whether people read the file, rather than a program."""
    return format_of(request) in SHEETS


def is_exact(request: HttpRequest | Request) -> bool:
    """Whether all decimals are asked for. Raise BadRequest for any other word."""
    given = request.GET.get("exact") or "false"
    if given not in ("true", "false"):
        raise BadRequest(f'exact: "{given}" is not valid. Choose one of: true, false.')
    return given == "true"


def format_of(request: HttpRequest | Request) -> str:
    """The format of the file; a page has no renderer, and its files are for people."""
    if renderer := getattr(request, "accepted_renderer", None):
        return str(renderer.format)
    named = request.GET.get("format") or request.path.rpartition(".")[2]
    is_xlsx = named == XlsxRenderer.format
    return XlsxRenderer.format if is_xlsx else ExcelCsvRenderer.format


def table_file(
    request: HttpRequest | Request,
    name: str,
    rows: Rows,
    window: Window | None = None,
    *,
    decimals: int | None = 2,
    more: Mapping[str, Rows] | None = None,
) -> StreamingHttpResponse:
    """Return a download of these rows, the first one of which is the header.

    Of a file for people, numbers have so many decimals. `more` are further sheets of a
    workbook, by their names. Raise BadRequest for more rows than a workbook takes.
    """
    if not is_sheet(request) or is_exact(request):
        decimals = None
    named = file_name(name, request.GET, window)
    if format_of(request) == XlsxRenderer.format:
        about = _about(name, request.GET, window)
        return xlsx_file(named, {name: rows, **(more or {}), "about": about}, decimals)
    return csv_file(request, named, rows, decimals)


def file_name(name: str, parameters: QueryDict, window: Window | None = None) -> str:
    """Return the name of a file: its days, both inclusive, and its filters."""
    days = map(str, _days(parameters, window).values())
    filters = [f"{key}-{value}" for key, value in _filters(parameters).items()]
    parts = [re.sub(r"[^\w=]+", "-", part).strip("-") for part in (*days, *filters)]
    return "_".join([name, *parts])[:LONGEST_NAME].rstrip("-_")


def _filters(parameters: QueryDict) -> dict[str, str]:
    return {
        key: ", ".join(value for value in values if value)
        for key, values in parameters.lists()
        if key not in LOOKS | {"start", "end", "period"} and any(values)
    }


def _days(parameters: QueryDict, window: Window | None) -> dict[str, date]:
    """The first and last day, as far as they are known."""
    if window:
        return {"First day": window.start, "Last day": window.end - ONE_DAY}
    start, end = (_day(parameters.get(name)) for name in ("start", "end"))
    found = {"First day": start} if start else {}
    if end and end > date.min:
        found["Last day"] = end - ONE_DAY
    return found


def _day(text: str | None) -> date | None:
    """None of what is no day: it is no parameter of this list, or was refused."""
    try:
        found: date | None = DAY.clean(text)
    except ValidationError:
        return None
    return found


def _about(name: str, parameters: QueryDict, window: Window | None) -> Rows:
    """What the workbook holds: its days and filters, and when it was made."""
    yield ["cloudintel", name]
    yield ["Created (UTC)", timezone.now()]
    yield from _days(parameters, window).items()
    for key, value in _filters(parameters).items():
        yield [key.replace("_", " ").capitalize(), value]
