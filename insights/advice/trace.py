"""A trace of one machine's load, from a CSV file of anybody's making.

It needs a column of time and one of CPU in percent; vCPUs, memory and network are
taken where they are there. How cells may be written: `trace_cells`.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from insights.advice.days import SAMPLES_A_DAY
from insights.advice.records import CpuDay, CpuHour, MachineFacts, NetworkDay
from insights.advice.trace_cells import (
    Columns,
    InvalidTrace,
    cell_at,
    find_columns,
    is_header,
    number_of,
    percent_of,
    rows_of,
    time_of,
)

SECONDS_A_DAY = 86_400
FULL_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment. `maximum` is that of its interval, where the trace has it apart."""

    at: datetime
    cpu: float
    maximum: float
    memory_percent: float | None
    in_bytes_per_second: float | None
    out_bytes_per_second: float | None
    vcpus: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """A machine of which only the load is known, and what to know of its file."""

    machine: MachineFacts
    until: datetime
    samples: int
    gaps: int
    above_full: int
    seconds_apart: float


def read_trace(lines: Iterable[str], name: str, time: str = "", cpu: str = "") -> Trace:
    """The trace of these lines; `time` and `cpu` name columns if they are not found.

    Raises InvalidTrace.
    """
    rows = [(number, row) for number, row in enumerate(rows_of(lines), 1) if any(row)]
    if not rows:
        raise InvalidTrace(f"{name} has no line with data.")
    first = rows[0][1]
    has_header = is_header(first)
    columns = find_columns(first, time, cpu) if has_header else Columns(0, 1)
    samples: list[Sample] = []
    gaps = 0
    for number, row in rows[has_header:]:
        sample = _sample(row, columns, f"{name}, line {number}")
        if sample is None:
            gaps += 1
        else:
            samples.append(sample)
    if not samples:
        raise InvalidTrace(f"{name} has no sample of CPU.")
    return _trace(sorted(samples, key=lambda sample: sample.at), name, gaps)


def _sample(row: Sequence[str], columns: Columns, where: str) -> Sample | None:
    """One row; None if its CPU is a gap."""
    if len(row) <= max(columns.time, columns.cpu):
        raise InvalidTrace(f"{where}: {len(row)} cells are too few.")
    cpu = percent_of(row[columns.cpu], where)
    if cpu is None:
        return None
    maximum = percent_of(cell_at(row, columns.maximum), where)
    vcpus = number_of(cell_at(row, columns.vcpus), where)
    return Sample(
        at=time_of(row[columns.time], where),
        cpu=cpu,
        maximum=cpu if maximum is None else max(cpu, maximum),
        memory_percent=_memory(row, columns, where),
        in_bytes_per_second=_bytes(row, columns.received, where),
        out_bytes_per_second=_bytes(row, columns.sent, where),
        vcpus=int(vcpus) if vcpus else None,
    )


def _memory(row: Sequence[str], columns: Columns, where: str) -> float | None:
    used = number_of(cell_at(row, columns.memory), where)
    total = number_of(cell_at(row, columns.memory_total), where)
    return None if used is None or not total else FULL_PERCENT * used / total


def _bytes(
    row: Sequence[str], column: tuple[int, float] | None, where: str
) -> float | None:
    if column is None:
        return None
    number = number_of(cell_at(row, column[0]), where)
    return None if number is None else number * column[1]


def _trace(samples: Sequence[Sample], name: str, gaps: int) -> Trace:
    seconds_apart = _seconds_apart(samples)
    by_day: dict[date, list[Sample]] = defaultdict(list)
    by_hour: dict[datetime, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_day[sample.at.date()].append(sample)
        hour = sample.at.replace(minute=0, second=0, microsecond=0)
        by_hour[hour].append(sample)
    memory = [s.memory_percent for s in samples if s.memory_percent is not None]
    machine = MachineFacts(
        account_id="",
        instance_id=name,
        instance_type="",
        region="",
        state="running",
        vcpus=next((s.vcpus for s in reversed(samples) if s.vcpus), None),
        memory_maximum_percent=max(memory, default=None),
        cpu=[_cpu_day(day, each, seconds_apart) for day, each in by_day.items()],
        network=[
            _network_day(day, each, seconds_apart) for day, each in by_day.items()
        ],
        hours=[_cpu_hour(at, each) for at, each in by_hour.items()],
    )
    above = sum(sample.maximum > FULL_PERCENT for sample in samples)
    until = samples[-1].at
    return Trace(machine, until, len(samples), gaps, above, seconds_apart)


def _seconds_apart(samples: Sequence[Sample]) -> float:
    steps = (
        (after.at - before.at).total_seconds()
        for before, after in zip(samples, samples[1:], strict=False)
    )
    return median([step for step in steps if step > 0] or [SECONDS_A_DAY])


def _cpu_day(day: date, samples: Sequence[Sample], seconds_apart: float) -> CpuDay:
    """`samples` are told as CloudWatch would have them, one in five minutes."""
    ordered = sorted(sample.maximum for sample in samples)
    share = min(1.0, len(samples) * seconds_apart / SECONDS_A_DAY)
    return CpuDay(
        day=day,
        average_percent=min(
            FULL_PERCENT, math.fsum(s.cpu for s in samples) / len(samples)
        ),
        maximum_percent=min(FULL_PERCENT, ordered[-1]),
        p99_percent=min(FULL_PERCENT, ordered[math.ceil(0.99 * len(ordered)) - 1]),
        samples=round(SAMPLES_A_DAY * share),
    )


def _cpu_hour(at: datetime, samples: Sequence[Sample]) -> CpuHour:
    average = math.fsum(sample.cpu for sample in samples) / len(samples)
    return CpuHour(at, average, max(sample.maximum for sample in samples))


def _network_day(
    day: date, samples: Sequence[Sample], seconds_apart: float
) -> NetworkDay:
    return NetworkDay(
        day,
        _total([sample.in_bytes_per_second for sample in samples], seconds_apart),
        _total([sample.out_bytes_per_second for sample in samples], seconds_apart),
    )


def _total(rates: Sequence[float | None], seconds_apart: float) -> int | None:
    known = [rate for rate in rates if rate is not None]
    return round(math.fsum(known) * seconds_apart) if known else None
