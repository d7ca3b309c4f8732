"""Daily series from a CSV file, in the ways that people keep them.

Wide: a column of dates, then a column for each series. Long: a row for each series and
day, with a column that names the series (`series_id,timestamp,value`). Days may be
missing, values may be empty.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

from insights.forecasting.records import DailySeries

UNKNOWN = {"", "?", "-", "na", "n/a", "nan", "nat", "none", "null", "missing"}
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
SEPARATORS = ",;\t|"
FORMATS = (
    "%Y%m%d",
    *("".join(parts) for parts in product(["%Y"], "-/.", ["%m"], "-/.", ["%d"])),
    *(
        separator.join(order)
        for order, separator in product(
            [("%d", "%m", "%Y"), ("%m", "%d", "%Y"), ("%d", "%m", "%y")]
            + [("%m", "%d", "%y"), ("%d", "%b", "%Y"), ("%d", "%b", "%y")],
            "/.- ",
        )
    ),
)


class InvalidTable(ValueError):
    """A file that cannot be read as daily series; says where and why."""


@dataclass(frozen=True)
class Row:
    """One line of the file, with its number there."""

    line: int
    cells: Sequence[str]


def read_table(path: Path) -> dict[str, DailySeries]:
    """The series of a file by name, in its order. Raises InvalidTable or OSError."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as text:
        header, rows = lines_of(text)
    if not rows or len(header) < 2:
        raise InvalidTable("It needs a line of names, one of days and one of values.")
    at = date_column(header, rows)
    if is_day(header[at]):  # no line of names: that is the first day already
        rows = [Row(1, header), *rows]
        header = [f"column {place + 1}" for place in range(len(header))]
    days = parsed_days(header[at], [(row.line, row.cells[at]) for row in rows])
    named = name_column(at, header, rows, days)
    values: dict[str, dict[date, float | None]] = {}
    for row, day in zip(rows, days, strict=True):
        for column, name in enumerate(header):
            if column in (at, named):
                continue
            if named is not None:
                name = row.cells[named].strip()
            own = values.setdefault(name, {})
            if day in own:
                raise InvalidTable(
                    f"Line {row.line}: {name!r} has a second value for {day}. One "
                    "value a day: add them up, or name the series in a column."
                )
            own[day] = number(row, column, header[column])
    return {name: consecutive(own) for name, own in values.items()}


def lines_of(text: Iterable[str]) -> tuple[list[str], list[Row]]:
    """The header and the rows that are not empty, all as wide as the header."""
    lines = list(text)
    first = lines[0] if lines else ""
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(lines, delimiter=separator)
    try:
        header = [name.strip() for name in next(reader, [])]
        rows = [Row(reader.line_num, cells) for cells in reader if any(cells)]
    except csv.Error as error:
        raise InvalidTable(f"Line {reader.line_num}: {error}.") from None
    for row in rows:
        if len(row.cells) != len(header):
            raise InvalidTable(
                f"Line {row.line} has {len(row.cells)} cells, and the first line names "
                f"{len(header)} columns."
            )
    unnamed = [name or f"column {at + 1}" for at, name in enumerate(header)]
    if doubled := {name for name in unnamed if unnamed.count(name) > 1}:
        raise InvalidTable(f"Two columns are named {min(doubled)!r}.")
    return unnamed, rows


def date_column(header: Sequence[str], rows: Sequence[Row]) -> int:
    """The first column whose first cell is a day."""
    for column, cell in enumerate(rows[0].cells):
        if is_day(cell):
            return column
    raise InvalidTable(
        f"Line {rows[0].line}: none of {', '.join(header)} is a day such as 2026-01-31."
    )


def is_day(cell: str) -> bool:
    return any(True for _ in readings([cell]))


def parsed_days(name: str, cells: Sequence[tuple[int, str]]) -> list[date]:
    """All days, in the one format that fits them all.

    Where several fit (01/02/2026), the one in which the days lie closest together.
    """
    found = list(readings([cell for _, cell in cells]))
    if found:
        return min(found, key=lambda days: max(days) - min(days))
    first = next(readings([cells[0][1]]))
    for line, cell in cells:
        if not any(True for _ in readings([cells[0][1], cell])):
            raise InvalidTable(
                f"Line {line}, column {name!r}: {cell!r} is no day like {first[0]}."
            )
    raise InvalidTable(f"The days of column {name!r} are not all written alike.")


def readings(cells: Sequence[str]) -> Iterator[list[date]]:
    """The cells as days, once for each way of writing that fits all of them."""
    try:
        yield [datetime.fromisoformat(cell.strip()).date() for cell in cells]
        return
    except ValueError:
        pass
    for form in FORMATS:
        try:
            yield [datetime.strptime(cell.strip(), form).date() for cell in cells]
        except ValueError:
            continue


def name_column(
    at: int, header: Sequence[str], rows: Sequence[Row], days: Sequence[date]
) -> int | None:
    """Which column names the series of a long table; None for a wide one."""
    if len(header) != 3 or len(set(days)) == len(days):
        return None
    first, second = (column for column in range(3) if column != at)
    return first if at == 1 or not is_number(rows[0].cells[first]) else second


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def number(row: Row, column: int, name: str) -> float | None:
    """None where a cell says that its value is not known."""
    cell = row.cells[column].strip()
    if cell.lower() in UNKNOWN:
        return None
    if GROUPED.fullmatch(cell):
        cell = cell.replace(",", "")
    try:
        return float(cell)
    except ValueError:
        raise InvalidTable(
            f"Line {row.line}, column {name!r}: {cell!r} is no number."
        ) from None


def consecutive(values: Mapping[date, float | None]) -> DailySeries:
    """Every day from the first to the last; None where the file has no row for it."""
    first, last = min(values), max(values)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return DailySeries(first, tuple(values.get(day) for day in days))
