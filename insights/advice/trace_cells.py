"""The cells of a trace: where each thing is, and what is written there.

Cells may be parted by ; , or tabs, decimals by a comma where cells are not; times are
ISO, 31.12.2015 23:55:00, or seconds, milliseconds or microseconds since 1970, whatever
the header says of them. An empty cell is a gap.
"""

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

# Some hypervisors count turbo: up to here a figure is a full machine.
MOST_PERCENT = 200.0
BYTES = {"kb/s": 1024.0, "mb/s": 1024.0**2, "b/s": 1.0, "bytes/s": 1.0}
# Larger than any number of seconds until the year 2286, and so on by thousands.
SECONDS_UNDER = 1e10
UNITS_OF_TIME = 3  # milli, micro, nano
DATE_FORMATS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S")
GAPS = frozenset({"", "-", "nan", "null", "none", "na", "n/a"})


class InvalidTrace(ValueError):
    """The file is no such trace; the message names the line or column, and a way."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each thing is. A file without a header has time first, then CPU."""

    time: int
    cpu: int
    maximum: int | None = None
    vcpus: int | None = None
    memory: int | None = None
    memory_total: int | None = None
    received: tuple[int, float] | None = None
    sent: tuple[int, float] | None = None


def rows_of(lines: Iterable[str]) -> Iterator[list[str]]:
    """The cells of each line that has any, whatever parts them."""
    given = [
        line for line in (raw.strip("\ufeff\r\n") for raw in lines) if line.strip()
    ]
    if not given:
        return
    delimiter = max(";\t,", key=given[0].count)
    for row in csv.reader(given, delimiter=delimiter, skipinitialspace=True):
        cells = [cell.strip() for cell in row]
        yield [_point(cell) for cell in cells] if delimiter != "," else cells


def _point(cell: str) -> str:
    """ "1,5" is 1.5 where commas part no cells."""
    return cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell


def find_columns(header: Sequence[str], time: str, cpu: str) -> Columns:
    """Where each thing is by the names there. Raises InvalidTrace."""
    names = [cell.lower().strip() for cell in header]
    received, sent = ("received", "network in", "in_bytes"), ("transmitted", "sent")
    return Columns(
        time=_named(names, time, "time") if time else _first(names, _is_time_name, 0),
        cpu=_named(names, cpu, "CPU") if cpu else _cpu_column(names),
        maximum=_optional(names, lambda n: "cpu" in n and "max" in n),
        vcpus=_optional(names, lambda n: n in ("cpu cores", "cores", "vcpus", "vcpu")),
        memory=_optional(names, lambda n: n.startswith("memory usage [kb")),
        memory_total=_optional(names, lambda n: n.startswith("memory capacity")),
        received=_network(names, received),
        sent=_network(names, sent),
    )


def _named(names: Sequence[str], wanted: str, what: str) -> int:
    if wanted.lower() not in names:
        raise InvalidTrace(
            f"There is no column {wanted!r} for {what}; there are {', '.join(names)}."
        )
    return names.index(wanted.lower())


def _cpu_column(names: Sequence[str]) -> int:
    """The most telling name: percent, then average, then usage, then any value."""
    tests: tuple[Callable[[str], bool], ...] = (
        lambda n: "cpu" in n and ("%" in n or "percent" in n) and "max" not in n,
        lambda n: "cpu" in n and ("avg" in n or "average" in n or "mean" in n),
        lambda n: "cpu" in n and "util" in n,
        lambda n: n == "cpu" or ("cpu" in n and "usage" in n and "mhz" not in n),
        lambda n: n in ("value", "average", "avg", "%", "percent", "utilization"),
    )
    for test in tests:
        for index, name in enumerate(names):
            if test(name):
                return index
    raise InvalidTrace(
        f"No column of CPU in percent among {', '.join(names)}: name it with --cpu."
    )


def _first(names: Sequence[str], test: Callable[[str], bool], default: int) -> int:
    found = _optional(names, test)
    return default if found is None else found


def _optional(names: Sequence[str], test: Callable[[str], bool]) -> int | None:
    return next((index for index, name in enumerate(names) if test(name)), None)


def _is_time_name(name: str) -> bool:
    return "time" in name or "date" in name


def _network(names: Sequence[str], words: Sequence[str]) -> tuple[int, float] | None:
    """A column of bytes a second, with what makes bytes of it."""
    for index, name in enumerate(names):
        if any(word in name for word in words):
            for unit, factor in BYTES.items():
                if f"[{unit}]" in name:
                    return index, factor
    return None


def cell_at(row: Sequence[str], column: int | None) -> str:
    return "" if column is None or column >= len(row) else row[column]


def percent_of(cell: str, where: str) -> float | None:
    """A share of the whole machine; None for a gap."""
    percent = number_of(cell, where)
    if percent is not None and not 0 <= percent <= MOST_PERCENT:
        raise InvalidTrace(
            f"{where}: a CPU of {cell} is no percentage of the whole machine; divide "
            "the sum of several vCPUs by their number."
        )
    return percent


def number_of(cell: str, where: str) -> float | None:
    """A finite number; None for a gap."""
    if cell.lower() in GAPS:
        return None
    try:
        number = float(cell.rstrip("%"))
    except ValueError:
        raise InvalidTrace(f"{where}: {cell!r} is no number.") from None
    if not math.isfinite(number):
        raise InvalidTrace(f"{where}: {cell!r} is no measurement.")
    return number


def is_time(cell: str) -> bool:
    try:
        time_of(cell, "")
    except InvalidTrace:
        return False
    return True


def is_header(cells: Sequence[str]) -> bool:
    """Whether some cell is neither a time, a number nor a gap."""
    return not is_time(cells[0]) or not all(map(_is_value, cells))


def _is_value(cell: str) -> bool:
    return cell.lower() in GAPS or is_time(cell.rstrip("%"))


def time_of(cell: str, where: str) -> datetime:
    """An instant in UTC; what names no zone is UTC."""
    try:
        return _since_1970(float(cell))
    except (ValueError, OverflowError, OSError):
        pass  # no number: then it is spelled
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        at = _spelled(cell, where)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _since_1970(number: float) -> datetime:
    for _ in range(UNITS_OF_TIME):
        if number >= SECONDS_UNDER:
            number /= 1000
    return datetime.fromtimestamp(number, UTC)


def _spelled(cell: str, where: str) -> datetime:
    for spelling in DATE_FORMATS:
        try:
            return datetime.strptime(cell, spelling)
        except ValueError:
            continue
    raise InvalidTrace(f"{where}: {cell!r} is no time.")
