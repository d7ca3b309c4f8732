"""CSV files of series, in the ways that people keep them.

Cells may be separated by commas, semicolons, tabs or bars. Where commas do not separate
cells, one may be the decimal point. Days may be written in any usual order, if all are
written alike; instants also as seconds to nanoseconds since 1970.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from insights.forecasts.engine.forecast_records import DailySeries

SEPARATORS = ",;\t|"
UNKNOWN = {"", "?", "-", "na", "n/a", "nan", "nat", "none", "null", "missing"}
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
TIME_OF_DAY = r"[T ]\d{1,2}:.*$"
ORDERS = ("%d %m %Y", "%m %d %Y", "%d %m %y", "%m %d %y", "%d %b %Y", "%d %b %y")
DAY_FORMATS = (
    *("ISO8601", "%Y/%m/%d", "%Y.%m.%d"),
    *(order.replace(" ", by) for order, by in product(ORDERS, "/.- ")),
)
TIME_FORMATS = ("", " %H:%M:%S", " %H:%M")
INSTANT_FORMATS = (
    "ISO8601",
    *("".join(parts) for parts in product(DAY_FORMATS[1:], TIME_FORMATS)),
)
# Larger than any number of seconds until the year 2286, and so on by thousands.
SECONDS_UNDER = 1e10
LARGER_UNITS = 3  # milli, micro, nano


class InvalidFile(ValueError):
    """A file that cannot be read as asked; the message says where and why."""


@dataclass(frozen=True)
class CsvFile:
    """The cells of a file as stripped text. `cells` is indexed by line number."""

    cells: pd.DataFrame
    separator: str

    @property
    def names(self) -> list[str]:
        return list(self.cells.columns)

    def with_header(self) -> "CsvFile":
        """Take the first line as the names of the columns."""
        first = [] if self.cells.empty else self.cells.iloc[0].tolist()
        names = [name or f"column {at}" for at, name in enumerate(first, start=1)]
        if repeated := {name for name in names if names.count(name) > 1}:
            raise InvalidFile(f"Two columns are named {min(repeated)!r}.")
        return CsvFile(self.cells.iloc[1:].set_axis(names, axis=1), self.separator)

    def without_header(self) -> "CsvFile":
        """Name the columns by their number; the first line is data."""
        names = [f"column {at}" for at in range(1, self.cells.shape[1] + 1)]
        return CsvFile(self.cells.set_axis(names, axis=1), self.separator)

    def numbers(self, column: str) -> pd.Series:
        """Return the column as floats, NaN where a cell says that it is unknown."""
        cells = self.cells[column].items()
        return pd.Series(
            {line: self._number(line, column, cell) for line, cell in cells},
            dtype=float,
        )

    def days(self, column: str) -> pd.Series:
        """Return the column as days as they are written, whatever their time zone."""
        cells = self.cells[column].str.replace(TIME_OF_DAY, "", regex=True)
        return self._parsed(column, cells, DAY_FORMATS).dt.date

    def instants(self, column: str) -> pd.Series:
        """Return the column as instants in UTC; what names no time zone is UTC."""
        cells = self.cells[column]
        seconds = pd.to_numeric(cells, errors="coerce")
        for _ in range(LARGER_UNITS):
            seconds = seconds.where(seconds < SECONDS_UNDER, seconds / 1000)
        if seconds.between(0, SECONDS_UNDER, inclusive="left").all():
            return pd.to_datetime(seconds, unit="s", utc=True)
        return self._parsed(column, cells, INSTANT_FORMATS)

    def _number(self, line: int, column: str, cell: str) -> float | None:
        if cell.lower() in UNKNOWN:
            return None
        text = cell.removesuffix("%")
        if self.separator != ";" and THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        elif self.separator != ",":
            text = text.replace(",", ".")
        try:
            return float(text)
        except ValueError:
            raise InvalidFile(
                f"Line {line}, column {column!r}: {cell!r} is not a number."
            ) from None

    def _parsed(
        self, column: str, cells: pd.Series, formats: Sequence[str]
    ) -> pd.Series:
        """Return all cells as times in the one format that fits them all.

        Where several fit (01/02/2026), the one in which they lie closest together.
        """
        likely = [
            form for form in formats if parsed(cells.iloc[:1], form).notna().all()
        ]
        found = [parsed(cells, form) for form in likely]
        if fitting := [read for read in found if read.notna().all()]:
            return min(fitting, key=lambda read: read.max() - read.min())
        line = max((read.isna().idxmax() for read in found), default=cells.index[0])
        cell = self.cells[column][line]
        raise InvalidFile(
            f"Line {line}, column {column!r}: {cell!r} is not a time like the others, "
            "such as 2026-01-31 or 2026-01-31 23:55."
        )


def read_csv(path: Path) -> CsvFile:
    """Read the lines that hold anything. Raises InvalidFile or OSError."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as text:
        lines = list(text)
    first = next((line for line in lines if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    rows: dict[int, list[str]] = {}
    try:
        for cells in reader:
            if any(cells):
                rows[reader.line_num] = [cell.strip() for cell in cells]
    except csv.Error as error:
        raise InvalidFile(f"Line {reader.line_num}: {error}.") from None
    width = len(next(iter(rows.values()), []))
    for line, cells in rows.items():
        if len(cells) < width or any(cells[width:]):
            raise InvalidFile(
                f"Line {line} has {len(cells)} cells, and the first line has {width}."
            )
        del cells[width:]
    return CsvFile(pd.DataFrame.from_dict(rows, orient="index", dtype=str), separator)


def parsed(cells: pd.Series, form: str) -> pd.Series:
    """Return the cells as times written in that form, NaT where one is not."""
    read = pd.to_datetime(cells, format=form, utc=True, errors="coerce")
    # Else pandas takes a year alone for a day, and "today" for another one each day.
    return read.where(cells.str.fullmatch(r"\d{8}|(?=.*\d).*\D.*"))


def is_day(cell: str) -> bool:
    """Return whether a cell is written as a day, or as an instant."""
    day = pd.Series([cell]).str.replace(TIME_OF_DAY, "", regex=True)
    return any(parsed(day, form).notna().all() for form in DAY_FORMATS)


def read_daily_series(path: Path) -> dict[str, DailySeries]:
    """Read a file's series by name, in its order. Raises InvalidFile or OSError.

    Wide: a column of days, then a column for each series. Long: a row for each series
    and day, with a column that names the series (`series_id,timestamp,value`). Days may
    be missing, values may be empty.
    """
    file = read_csv(path)
    if len(file.cells) < 2 or file.cells.shape[1] < 2:
        raise InvalidFile("It needs a line of names, one of days and one of values.")
    at = next((at for at, cell in enumerate(file.cells.iloc[1]) if is_day(cell)), None)
    if at is None:
        raise InvalidFile(
            f"Line {file.cells.index[1]}: none of {', '.join(file.cells.iloc[0])} is a "
            "day such as 2026-01-31."
        )
    has_header = not is_day(file.cells.iat[0, at])
    file = file.with_header() if has_header else file.without_header()
    day = file.names[at]
    days = file.days(day)
    named = name_column(file, at, days)
    found: dict[str, DailySeries] = {}
    for column in file.names:
        if column in (day, named):
            continue
        values = file.numbers(column)
        groups = file.cells[named] if named else pd.Series(column, values.index)
        for name, own in values.groupby(groups, sort=False):
            found[str(name)] = consecutive(str(name), own, days[own.index])
    return found


def name_column(file: CsvFile, at: int, days: pd.Series) -> str | None:
    """Return the column that names a long table's series; None for a wide one."""
    if len(file.names) != 3 or days.is_unique:
        return None
    first, second = (name for name in file.names if name != file.names[at])
    is_text = pd.to_numeric(file.cells[first].iloc[:1], errors="coerce").isna().all()
    return first if at == 1 or is_text else second


def consecutive(name: str, values: pd.Series, days: pd.Series) -> DailySeries:
    """Return every day from the first to the last; None where there is no row."""
    repeated = days[days.duplicated()]
    if len(repeated):
        raise InvalidFile(
            f"Line {repeated.index[0]}: {name!r} has a second value for "
            f"{repeated.iloc[0]}. One value a day: add them up, or name the series in "
            "a column."
        )
    daily = values.set_axis(pd.to_datetime(days)).sort_index().asfreq("D")
    return DailySeries(
        daily.index[0].date(), tuple(daily.replace({np.nan: None}).tolist())
    )
