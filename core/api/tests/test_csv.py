"""Lines of a file: what a spreadsheet would run is quoted, numbers are numbers."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpRequest
from hypothesis import given
from hypothesis import strategies as st

from core.api.csv import (
    BYTE_ORDER_MARK,
    FORMULA_STARTS,
    CsvRenderer,
    ExcelCsvRenderer,
    csv_file,
    flat,
    lines,
)


def cell(value: Any) -> str:
    (row,) = csv.reader(lines([["first", value]]))
    return row[1]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("+33 1 02", "'+33 1 02"),
        ("\t=1", "'\t=1"),
        ("  =cmd", "'  =cmd"),
        ("\u00a0@SUM(A1)", "'\u00a0@SUM(A1)"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("  -5", "'  -5"),
        ("a =1", "a =1"),
        ("-12.50", "-12.50"),
        ("+3", "+3"),
        (-3, "-3"),
        (Decimal("-0.5"), "-0.50"),
        (None, ""),
        (True, "true"),
        (date(2026, 1, 2), "2026-01-02"),
        ({"a": "=1"}, '{"a": "=1"}'),
        (["eu-west-1"], '["eu-west-1"]'),
        ('say "hi", there', 'say "hi", there'),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_cell(value: Any, text: str) -> None:
    assert cell(value) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r")))
def test_no_text_can_start_a_formula_and_none_is_lost(text: str) -> None:
    found = cell(text)
    assert found.removeprefix("'") == text.removeprefix("'")
    if found.startswith(FORMULA_STARTS):
        float(found)


def test_a_file_is_streamed_row_by_row() -> None:
    taken: list[int] = []

    def rows() -> Any:
        for number in range(4):
            taken.append(number)
            yield [number]

    parts = iter(csv_file(HttpRequest(), "numbers", rows()))
    assert next(parts) == BYTE_ORDER_MARK.encode()
    assert next(parts) == b"0\r\n"
    assert taken == [0, 1]


@pytest.mark.parametrize(
    ("renderer", "start"),
    [
        (None, b"\xef\xbb\xbfname"),  # a page
        (CsvRenderer(), b"name"),
        (ExcelCsvRenderer(), b"\xef\xbb\xbfname"),
    ],
)
def test_excel_reads_the_file_of_a_page_and_scripts_need_no_mark(
    renderer: CsvRenderer | None, start: bytes
) -> None:
    request: Any = HttpRequest()
    if renderer:
        request.accepted_renderer = renderer
        assert renderer.render({"name": "übung"}).startswith(start)
    response = csv_file(request, "names", [["name"], ["übung-日本"]])
    assert response["Content-Type"] == "text/csv"
    content = b"".join(response)
    assert content.startswith(start)
    assert content.endswith("übung-日本\r\n".encode())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("000123456789", '="000123456789"'),
        ("111122223333", '="111122223333"'),
        ("12345", "12345"),
        ("2026", "2026"),
        ("i-000123456789", "i-000123456789"),
    ],
)
def test_ids_of_digits_are_texts_to_excel(text: str, written: str) -> None:
    request: Any = HttpRequest()
    content = csv_file(request, "ids", [["id"], [text]]).getvalue().decode("utf-8-sig")
    assert next(csv.reader(content.splitlines()[1:])) == [written]
    request.accepted_renderer = CsvRenderer()
    assert csv_file(request, "ids", [["id"], [text]]).getvalue().decode() == (
        f"id\r\n{text}\r\n"
    )


def test_one_row_is_two_lines_with_what_it_holds_as_json() -> None:
    row = {"name": "=web", "gone": False, "changes": [{"at": "2026-01-02"}]}
    assert CsvRenderer().render(row).decode() == (
        'name,gone,changes\r\n\'=web,false,"[{""at"": ""2026-01-02""}]"\r\n'
    )


def test_a_nested_record_becomes_columns() -> None:
    record = {"total": "2", "highest": {"day": "2026-01-02", "of": {"x": 1}}, "n": []}
    assert flat(record) == {
        "total": "2",
        "highest_day": "2026-01-02",
        "highest_of_x": 1,
        "n": [],
    }


def test_what_fails_before_the_first_row_fails_before_the_download() -> None:
    def rows() -> Iterator[list[str]]:
        yield ["cost"]
        raise OSError

    with pytest.raises(OSError):
        csv_file(HttpRequest(), "costs", rows())


@pytest.mark.parametrize("renderer", [None, CsvRenderer()])
def test_what_the_rows_come_from_ends_with_a_download_that_nobody_reads(
    renderer: CsvRenderer | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would look after connections to a database, of which there are none.
    monkeypatch.setattr("django.core.signals.request_finished.send", lambda **_: None)
    ended = []

    def rows() -> Iterator[list[str]]:
        try:
            yield from (["cost"], ["1"], ["2"])
        finally:
            ended.append(True)

    request: Any = HttpRequest()
    if renderer:
        request.accepted_renderer = renderer
    response = csv_file(request, "costs", rows())
    assert not ended
    response.close()
    assert ended
