"""Workbooks as Excel reads them, by a library that did not write them."""

from io import BytesIO
from typing import Any

from django.http import StreamingHttpResponse
from openpyxl import load_workbook


def sheets_of(response: Any) -> dict[str, list[list[Any]]]:
    """The cells of each sheet; the response must be a workbook."""
    assert response.status_code == 200, response.content
    assert isinstance(response, StreamingHttpResponse)
    book = load_workbook(BytesIO(response.getvalue()))
    return {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()]
        for sheet in book.worksheets
    }


def records_of(response: Any) -> list[dict[str, Any]]:
    """The rows of the first sheet by its header."""
    head, *rows = next(iter(sheets_of(response).values()))
    return [dict(zip(head, row, strict=True)) for row in rows]
