"""One reader of CSV files for series of days and traces of moments."""

from datetime import date
from pathlib import Path

import pytest

from insights.csv_reader import CsvFile, InvalidFile, read_csv


def read(folder: Path, *lines: str) -> CsvFile:
    path = folder / "series.csv"
    path.write_text("\n".join(lines))
    return read_csv(path).with_header()


@pytest.mark.parametrize(
    ("separator", "cell", "number"),
    [
        (",", '"5,147"', 5147.0),
        ("\t", "5,147.5", 5147.5),
        ("\t", "0,4", 0.4),
        (";", "5,147", 5.147),
        (";", "12%", 12.0),
    ],
)
def test_a_comma_is_a_decimal_point_only_where_it_can_be(
    tmp_path: Path, separator: str, cell: str, number: float
) -> None:
    file = read(tmp_path, f"day{separator}value", f"2026-01-01{separator}{cell}")
    assert file.numbers("value").tolist() == [number]


def test_a_day_is_the_day_that_is_written_and_an_instant_is_in_utc(
    tmp_path: Path,
) -> None:
    file = read(
        tmp_path, "at,n", "2026-03-29T00:00:00+01:00,1", "2026-03-30T00:00:00+02:00,2"
    )
    assert file.days("at").tolist() == [date(2026, 3, 29), date(2026, 3, 30)]
    assert [f"{at:%d %H:%M}" for at in file.instants("at")] == ["28 23:00", "29 22:00"]


def test_of_two_orders_the_one_that_keeps_times_together_is_taken(
    tmp_path: Path,
) -> None:
    file = read(tmp_path, "at,n", "01/02/2026 10:00,1", "02/02/2026 10:00,2")
    assert file.days("at").tolist() == [date(2026, 2, 1), date(2026, 2, 2)]


def test_the_line_that_is_written_otherwise_is_named(tmp_path: Path) -> None:
    file = read(tmp_path, "at,n", "31.12.2025,1", "01.01.2026,2", "2026-01-02,3")
    with pytest.raises(InvalidFile, match="Line 4, column 'at': '2026-01-02'"):
        file.days("at")


def test_lines_are_counted_as_in_the_file_and_are_all_as_wide(tmp_path: Path) -> None:
    file = read(tmp_path, "", "at,n", "2026-01-01,1,", "", "2026-01-02,many")
    with pytest.raises(InvalidFile, match="Line 5, column 'n': 'many'"):
        file.numbers("n")
    with pytest.raises(InvalidFile, match="Line 2 has 1 cells, and the first line"):
        read(tmp_path, "at,n", "2026-01-01")


@pytest.mark.parametrize("cell", ["2026", "today", "now", "1.5", "nan"])
def test_neither_a_number_nor_today_is_a_time(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InvalidFile, match="is not a time"):
        read(tmp_path, "at,n", f"{cell},1").days("at")
