"""CSV files of daily series are read as people keep them, or refused by their line."""

from datetime import date
from pathlib import Path

import pytest

from insights.csv_reader import InvalidFile, read_daily_series
from insights.forecasts.engine.forecast_records import DailySeries


def read(folder: Path, text: str) -> dict[str, DailySeries]:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return read_daily_series(path)


def test_a_wide_table_has_a_column_for_each_series(tmp_path: Path) -> None:
    found = read(tmp_path, "day,a,b\n2026-01-01,1,2.5\n2026-01-02,3,\n")
    assert found == {
        "a": DailySeries(date(2026, 1, 1), (1, 3)),
        "b": DailySeries(date(2026, 1, 1), (2.5, None)),
    }


@pytest.mark.parametrize(
    "text",
    [
        "series_id,timestamp,value\nx,2026-01-01,1\ny,2026-01-01,9\nx,2026-01-02,2\n",
        "day,name,value\n2026-01-01,x,1\n2026-01-01,y,9\n2026-01-02,x,2\n",
        "day;value;name\n1.1.2026;1;x\n1.1.2026;9;y\n2.1.2026;2;x\n",
    ],
)
def test_a_long_table_names_its_series_in_a_column(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == {
        "x": DailySeries(date(2026, 1, 1), (1, 2)),
        "y": DailySeries(date(2026, 1, 1), (9,)),
    }


def test_days_without_a_row_are_unknown_and_rows_may_be_in_any_order(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, "ds,y\n2026-01-04,4\n2026-01-01,1\n\n")
    assert found["y"] == DailySeries(date(2026, 1, 1), (1, None, None, 4))


def test_without_a_line_of_names_no_day_is_lost(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-01-01,7\n2026-01-02,8\n")
    assert found == {"column 2": DailySeries(date(2026, 1, 1), (7, 8))}


@pytest.mark.parametrize(
    "days",
    [
        ("\ufeff01/02/2026", "02/02/2026"),
        ("20260201", "20260202"),
        ("01-Feb-26", "02-Feb-26"),
        ('"2026-02-01 00:00:00"', '"2026-02-02 00:00:00"'),
        ("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z"),
    ],
)
def test_days_may_be_written_in_the_usual_ways(
    tmp_path: Path, days: tuple[str, str]
) -> None:
    text = "\n".join(["Date,Number of flights", *(f'{day},"5,147"' for day in days)])
    found = read(tmp_path, text.replace("\ufeff", ""))
    assert found == {"Number of flights": DailySeries(date(2026, 2, 1), (5147, 5147))}


def test_it_reads_what_a_spreadsheet_wrote(tmp_path: Path) -> None:
    found = read(tmp_path, "\ufeffDay,y\n13/01/2026,1\n14/01/2026,NaN\n15/01/2026,?\n")
    assert found["y"].start == date(2026, 1, 13)
    assert list(found["y"].values) == [1, None, None]


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("", "It needs a line of names"),
        ("day,a\n", "It needs a line of names"),
        ("a,b\n1,2\n", "none of a, b is a day"),
        ("day,a\n2026-01-01,1\n2026-01-02,many\n", "Line 3, column 'a': 'many'"),
        (
            "day,a\n2026-01-01,1\nlater,2\n",
            "Line 3, column 'day': 'later' is not a time",
        ),
        ("day,a\n2026-01-01,1,2\n", "Line 2 has 3 cells"),
        ("day,a\n2026-01-01,1\n2026-01-01,2\n", "Line 3: 'a' has a second value"),
        ("day,a,a\n2026-01-01,1,2\n", "Two columns are named 'a'"),
    ],
)
def test_a_wrong_file_is_refused_by_its_line(
    tmp_path: Path, text: str, output: str
) -> None:
    with pytest.raises(InvalidFile, match=output):
        read(tmp_path, text)
