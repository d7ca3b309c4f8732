"""Tables as Excel workbooks: ids are texts, amounts and days are numbers.

A text is never a formula. A row is on the disk as soon as it is written.
"""

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

import xlsxwriter
from django.core.exceptions import BadRequest
from django.http import FileResponse
from rest_framework.renderers import BaseRenderer
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# More take longer to write than a request may, and Excel to open.
LARGEST_ROWS = 100_000
# Excel refuses longer texts, and names of sheets.
LONGEST_TEXT = 32_767
LONGEST_SHEET_NAME = 31
# Excel's numbers have 15 digits: a longer one is written as a text.
LARGEST_NUMBER = 10**15
WIDEST = 60
# By the first rows a column gets its width: to measure all takes as long as writing.
MEASURED_ROWS = 100


class XlsxRenderer(BaseRenderer):
    """The format of `?format=xlsx`. Lists use `xlsx_file`; one row is rendered here."""

    media_type = MEDIA_TYPE
    format = "xlsx"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        rows = [list(data), list(data.values())]
        return b"".join(xlsx_file("row", {"row": rows}, None))


def xlsx_file(
    name: str, sheets: Mapping[str, Iterable[Sequence[Any]]], decimals: int | None
) -> FileResponse:
    """Return a download of these sheets, each of rows of which the first is its header.

    Numbers keep their value and show so many decimals; None: as many as they have.
    Raise BadRequest for more than LARGEST_ROWS.
    """
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    # Texts are written as they are: no formula, and no link.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        formats = _Formats(book, decimals)
        for title, rows in sheets.items():
            _fill(book.add_worksheet(_title(title)), rows, formats)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{name}.xlsx", content_type=MEDIA_TYPE
    )


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook, decimals: int | None) -> None:
        places = "0" * decimals if decimals else "00########"
        self.head: Format = book.add_format({"bold": True, "bottom": 1})
        self.amount: Format = book.add_format({"num_format": f"#,##0.{places}"})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment: Format = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})


def _fill(sheet: Worksheet, rows: Iterable[Sequence[Any]], formats: _Formats) -> None:
    """Write the header, which stays in sight and filters, and each row."""
    widths: dict[int, int] = {}
    last = 0
    for at, row in enumerate(rows):
        if at > LARGEST_ROWS:
            if isinstance(rows, Generator):
                rows.close()  # and with it what it reads in the database
            raise BadRequest(
                f"An Excel file takes {LARGEST_ROWS:,} rows at most. Choose fewer days "
                "or more filters, or format=csv, which has no limit."
            )
        for column, value in enumerate(row):
            _write(sheet, at, column, value, formats)
            if at < MEASURED_ROWS:
                widths[column] = max(widths.get(column, 0), _width(value))
        last = at
    for column, width in widths.items():
        sheet.set_column(column, column, width + 3)
    sheet.freeze_panes(1, 0)
    if widths:
        sheet.autofilter(0, 0, last, max(widths))


def _width(value: Any) -> int:
    """How many characters a cell shows."""
    if isinstance(value, float | Decimal):
        return len(f"{value:,.2f}")
    return min(len(str(value)), WIDEST)


def _write(
    sheet: Worksheet, at: int, column: int, value: Any, formats: _Formats
) -> None:
    """Write a cell as what it is; None stays empty."""
    match value:
        case None:
            pass
        case bool():
            sheet.write_boolean(at, column, value)
        case int() | float() | Decimal() if -LARGEST_NUMBER < value < LARGEST_NUMBER:
            style = None if isinstance(value, int) else formats.amount
            sheet.write_number(at, column, value, style)
        case datetime():
            naive = value.astimezone(UTC).replace(tzinfo=None)
            sheet.write_datetime(at, column, naive, formats.moment)
        case date():
            sheet.write_datetime(at, column, value, formats.day)
        case dict() | list():
            text = _text(value)
            sheet.write_string(at, column, text[:LONGEST_TEXT])
        case _:
            head = formats.head if at == 0 else None
            sheet.write_string(at, column, str(value)[:LONGEST_TEXT], head)


def _text(value: Any) -> str:
    """A list of texts as people write one; anything else as JSON."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    return json.dumps(value, default=str)


def _title(name: str) -> str:
    """What a sheet may be called."""
    return name.replace("_", " ").replace("-", " ").capitalize()[:LONGEST_SHEET_NAME]
