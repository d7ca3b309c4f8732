"""A trace of one machine's load, from any CSV file.

It needs a column of time and one of CPU in percent; vCPUs, memory and network are
taken where they are there. A file without a header has time first, then CPU.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from insights.csv_reader import CsvFile, InvalidFile, read_csv
from insights.recommendations.engine.advice import (
    CpuDay,
    CpuHour,
    MachineFacts,
    NetworkDay,
)
from metrics.sample_counts import SAMPLES_A_DAY

SECONDS_A_DAY = 86_400
FULL_PERCENT = 100.0
# Some hypervisors count turbo: up to here a figure is a full machine.
MOST_PERCENT = 200.0
BYTES = {"[kb/s]": 1024.0, "[mb/s]": 1024.0**2, "[b/s]": 1.0, "[bytes/s]": 1.0}
VCPUS = ("cpu cores", "cores", "vcpus", "vcpu")
RECEIVED, SENT = ("received", "network in", "in_bytes"), ("transmitted", "sent")

Test = Callable[[str], bool]
# By the lower name; of CPU the most telling first: percent, average, usage, any value.
CPU: Sequence[Test] = (
    lambda n: "cpu" in n and ("%" in n or "percent" in n) and "max" not in n,
    lambda n: "cpu" in n and ("avg" in n or "average" in n or "mean" in n),
    lambda n: "cpu" in n and "util" in n,
    lambda n: n == "cpu" or ("cpu" in n and "usage" in n and "mhz" not in n),
    lambda n: n in ("value", "average", "avg", "%", "percent", "utilization"),
)


@dataclass(frozen=True, slots=True)
class Trace:
    """A machine of which only the load is known, and figures of its file."""

    machine: MachineFacts
    until: datetime
    samples: int
    gaps: int
    above_full: int
    seconds_apart: float


def read_trace(path: Path, time: str = "", cpu: str = "") -> Trace:
    """Read a trace; `time` and `cpu` name columns that are not found by their names.

    Raises InvalidFile or OSError.
    """
    file = read_csv(path)
    if file.cells.empty:
        raise InvalidFile("It has no line with data.")
    if has_header(file):
        file = file.with_header()
    else:
        file, cpu = file.without_header(), cpu or "column 2"
    all_samples = samples_of(file, time, cpu)
    samples = all_samples.dropna(subset="cpu").sort_index(kind="stable")
    if samples.empty:
        raise InvalidFile("It has no sample of CPU.")
    steps = samples.index.to_series().diff().dt.total_seconds()
    seconds_apart = float(steps[steps > 0].median()) if steps.any() else SECONDS_A_DAY
    return Trace(
        machine_of(path.name, samples, seconds_apart),
        until=samples.index[-1].to_pydatetime(),
        samples=len(samples),
        gaps=len(all_samples) - len(samples),
        above_full=int((samples.maximum > FULL_PERCENT).sum()),
        seconds_apart=seconds_apart,
    )


def has_header(file: CsvFile) -> bool:
    """Return whether the first line holds anything but a time and numbers."""
    first = CsvFile(file.cells.iloc[:1], file.separator).without_header()
    try:
        first.instants(first.names[0])
        for name in first.names[1:]:
            first.numbers(name)
    except InvalidFile:
        return True
    return False


def samples_of(file: CsvFile, time: str, cpu: str) -> pd.DataFrame:
    """Return a row a sample by its instant: CPU and memory in percent, bytes/s."""
    by_name = find(file, lambda name: "time" in name or "date" in name)
    time = named(file, time, "time") if time else by_name or file.names[0]
    cpu = named(file, cpu, "CPU") if cpu else cpu_column(file)
    percent = percents(file, cpu)
    maximum = find(file, lambda name: "cpu" in name and "max" in name)
    used = numbers(file, find(file, lambda n: n.startswith("memory usage [kb")))
    total = numbers(file, find(file, lambda n: n.startswith("memory capacity")))
    samples = pd.DataFrame(
        {
            "cpu": percent,
            "maximum": np.fmax(percent, percents(file, maximum or cpu)),
            "vcpus": numbers(file, find(file, lambda name: name in VCPUS)),
            "memory": FULL_PERCENT * used / total.where(total != 0),
            "received": bytes_a_second(file, RECEIVED),
            "sent": bytes_a_second(file, SENT),
        }
    )
    return samples.set_index(pd.DatetimeIndex(file.instants(time)))


def find(file: CsvFile, test: Test) -> str | None:
    """Return the first column whose lower name passes."""
    return next((name for name in file.names if test(name.lower())), None)


def named(file: CsvFile, wanted: str, what: str) -> str:
    column = find(file, lambda name: name == wanted.lower())
    if column is None:
        names = ", ".join(file.names)
        raise InvalidFile(f"There is no column {wanted!r} for {what}, but {names}.")
    return column


def cpu_column(file: CsvFile) -> str:
    for test in CPU:
        if column := find(file, test):
            return column
    raise InvalidFile(
        f"No column of CPU in percent among {', '.join(file.names)}: name it with "
        "--cpu."
    )


def numbers(file: CsvFile, column: str | None) -> pd.Series:
    """Return the column; all NaN where there is none."""
    if column is None:
        return pd.Series(np.nan, file.cells.index)
    values = file.numbers(column)
    refuse(values[np.isinf(values)], column, "is not a measurement.")
    return values


def percents(file: CsvFile, column: str) -> pd.Series:
    """Return shares of the whole machine; NaN for a gap."""
    values = numbers(file, column)
    refuse(
        values[(values < 0) | (values > MOST_PERCENT)],
        column,
        "is not a percentage of the whole machine; divide the sum of several vCPUs by "
        "their number.",
    )
    return values


def refuse(wrong: pd.Series, column: str, reason: str) -> None:
    """Raise InvalidFile for the first of the wrong values."""
    for line, value in wrong.items():
        raise InvalidFile(f"Line {line}, column {column!r}: {value:g} {reason}")


def bytes_a_second(file: CsvFile, words: Sequence[str]) -> pd.Series:
    """Return network traffic, by the unit in the column's name."""
    for column in file.names:
        name = column.lower()
        unit = next((unit for unit in BYTES if unit in name), None)
        if unit and any(word in name for word in words):
            return numbers(file, column) * BYTES[unit]
    return numbers(file, None)


def machine_of(name: str, samples: pd.DataFrame, seconds_apart: float) -> MachineFacts:
    """Return the machine with its days and hours, as CloudWatch would have them."""
    vcpus = samples.vcpus[samples.vcpus > 0]
    days = samples.groupby(samples.index.date)
    hours = samples.groupby(samples.index.floor("h"))
    return MachineFacts(
        account_id="",
        resource_id=name,
        instance_type="",
        region="",
        state="running",
        vcpus=None if vcpus.empty else int(vcpus.iloc[-1]),
        memory_maximum_percent=(
            None if samples.memory.isna().all() else float(samples.memory.max())
        ),
        cpu=[cpu_day(day, of_day, seconds_apart) for day, of_day in days],
        network=[
            NetworkDay(
                day,
                total_bytes(of_day.received, seconds_apart),
                total_bytes(of_day.sent, seconds_apart),
            )
            for day, of_day in days
        ],
        hours=[
            CpuHour(at.to_pydatetime(), of_hour.cpu.mean(), of_hour.maximum.max())
            for at, of_hour in hours
        ],
    )


def cpu_day(day: date, samples: pd.DataFrame, seconds_apart: float) -> CpuDay:
    """Return a day whose samples are counted as stored ones are."""
    share = min(1.0, len(samples) * seconds_apart / SECONDS_A_DAY)
    p99 = np.quantile(samples.maximum, 0.99, method="inverted_cdf")
    return CpuDay(
        day=day,
        average_percent=min(FULL_PERCENT, float(samples.cpu.mean())),
        maximum_percent=min(FULL_PERCENT, float(samples.maximum.max())),
        p99_percent=min(FULL_PERCENT, float(p99)),
        samples=round(SAMPLES_A_DAY * share),
    )


def total_bytes(rates: pd.Series, seconds_apart: float) -> int | None:
    return None if rates.isna().all() else round(rates.sum() * seconds_apart)
