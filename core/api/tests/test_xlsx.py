"""Workbooks: ids stay texts, amounts and days are numbers, and no text is a formula."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.api import xlsx
from core.api.files import table_file
from core.api.xlsx import XlsxRenderer, xlsx_file
from core.testing.workbooks import sheets_of
from core.windows import Window


def cell(value: Any, decimals: int | None = 2) -> Any:
    book = load_workbook(
        BytesIO(xlsx_file("one", {"one": [["head"], [value]]}, decimals).getvalue())
    )
    return book.worksheets[0]["A2"]


@pytest.mark.parametrize(
    ("value", "stored", "kind"),
    [
        ("000123456789", "000123456789", "s"),
        ("=1+1", "=1+1", "s"),
        ("https://example.com", "https://example.com", "s"),
        (Decimal("12.3456789012"), 12.3456789012, "n"),
        (7, 7, "n"),
        (10**15, "1000000000000000", "s"),
        (True, True, "b"),
        (None, None, "n"),
        (date(2026, 1, 2), datetime(2026, 1, 2), "d"),
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), datetime(2026, 1, 2, 3, 4), "d"),
        (["a", "b"], "a; b", "s"),
        ({"a": 1}, '{"a": 1}', "s"),
        ("x" * 40_000, "x" * 32_767, "s"),
        (float("inf"), "inf", "s"),
    ],
)
def test_a_cell_is_what_it_is(value: Any, stored: Any, kind: str) -> None:
    found = cell(value)
    assert (found.value, found.data_type) == (stored, kind)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))))
def test_no_text_becomes_a_formula_or_is_lost(text: str) -> None:
    found = cell(text)
    assert found.data_type in ("s", "n")
    assert (found.value or "").strip() == text.strip()


def test_amounts_show_two_decimals_or_all_and_keep_their_value() -> None:
    amount = Decimal("1234.5678901234")
    assert cell(amount).number_format == "#,##0.00"
    assert cell(amount, None).number_format == "#,##0.00########"
    assert cell(amount).value == cell(amount, None).value == 1234.5678901234


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "LARGEST_ROWS", 2)
    rows: list[list[Any]] = [["head"], [1], [2]]
    assert sheets_of(xlsx_file("few", {"few": rows}, 2)) == {"Few": rows}
    with pytest.raises(BadRequest, match="takes 2 rows at most. Choose fewer days"):
        xlsx_file("many", {"many": [*rows, [3]]}, 2)


def test_one_row_is_a_workbook_too() -> None:
    content = XlsxRenderer().render({"name": "=web", "gone": False})
    book = load_workbook(BytesIO(content))
    assert [[one.value for one in row] for row in book.worksheets[0].iter_rows()] == [
        ["name", "gone"],
        ["=web", False],
    ]


def asked(query: str, window: Window | None = None) -> Any:
    request: HttpRequest = RequestFactory().get(f"/costs/?{query}")
    return table_file(request, "costs", [["cost"], [Decimal("1.005")]], window)


def test_a_workbook_says_what_it_holds() -> None:
    window = Window(date(2026, 10, 1), date(2026, 11, 1))
    sheets = sheets_of(asked("format=xlsx&service=Amazon+S3&page=2", window))
    assert list(sheets) == ["Costs", "About"]
    about = {row[0]: row[1] for row in sheets["About"]}
    assert about.pop("Created (UTC)")
    assert about == {
        "cloudintel": "costs",
        "First day": datetime(2026, 10, 1),
        "Last day": datetime(2026, 10, 31),
        "Service": "Amazon S3",
    }


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "costs.csv"),
        ("format=xlsx", "costs.xlsx"),
        ("start=2026-10-01&end=2026-11-01", "costs_2026-10-01_2026-10-31.csv"),
        ("start=2026-10-01&sort=name&limit=5&currency=", "costs_2026-10-01.csv"),
        ("start=2026-10-1&end=2026-11-1+", "costs_2026-10-01_2026-10-31.csv"),
        ("start=soon&end=0001-01-01", "costs.csv"),
        (
            "service=Amazon+S3&service=EC2&tag=team%3Dshop%2F..%2F%22x",
            "costs_service-Amazon-S3-EC2_tag-team=shop-x.csv",
        ),
    ],
)
def test_a_file_is_named_by_its_days_and_filters(query: str, name: str) -> None:
    header = asked(query)["Content-Disposition"]
    assert header == f'attachment; filename="{name}"'


def test_a_name_is_not_longer_than_a_disk_takes() -> None:
    header = asked("&".join(f"service=Service+number+{n}" for n in range(100)))
    assert len(header["Content-Disposition"]) < 200


@pytest.mark.parametrize(
    ("query", "text"), [("", "1.00"), ("exact=false", "1.00"), ("exact=true", "1.005")]
)
def test_people_get_two_decimals_unless_they_ask_for_all(query: str, text: str) -> None:
    assert asked(query).getvalue().decode("utf-8-sig") == f"cost\r\n{text}\r\n"


def test_what_is_no_answer_to_exact_is_refused() -> None:
    with pytest.raises(BadRequest, match='exact: "yes" is not valid.'):
        asked("exact=yes")
