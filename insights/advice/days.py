"""What is known of a machine's days: which were measured, and for how long it ran."""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from insights.advice.records import CpuDay, MachineFacts, NetworkDay
from insights.advice.thresholds import Thresholds
from providers.windows import Window, last_complete_days, midnight, utc_day

RUNNING = "running"
GONE = "gone"
# CloudWatch keeps a point for every five minutes; with detailed monitoring for each.
SAMPLES_A_DAY = 288
DETAILED_SAMPLES_A_DAY = 1440
MOST_BASIC_SAMPLES = 300  # a few points too many are no detailed monitoring
# A day with less than an hour of samples says nothing of a day.
LEAST_SAMPLES = 12
HOURS_A_DAY = 24.0
MB = 1_000_000


class InvalidFacts(ValueError):
    """A figure that can't be true; the message names the machine, day and field."""


def require_valid(machine: MachineFacts) -> None:
    """Refuses what no cloud measures, such as NaN. Raises InvalidFacts."""
    for day in machine.cpu:
        figures = (day.average_percent, day.maximum_percent, day.p99_percent)
        names = ("average_percent", "maximum_percent", "p99_percent")
        for name, figure in zip(
            (*names, "samples"), (*figures, day.samples), strict=True
        ):
            _require(machine, str(day.day), name, figure)
    for moved in machine.network:
        _require(machine, str(moved.day), "in_bytes", moved.in_bytes)
        _require(machine, str(moved.day), "out_bytes", moved.out_bytes)
    for hour in machine.hours:
        _require(machine, str(hour.at), "average_percent", hour.average_percent)
        _require(machine, str(hour.at), "maximum_percent", hour.maximum_percent)
    _require(machine, "now", "memory_maximum_percent", machine.memory_maximum_percent)


def _require(machine: MachineFacts, when: str, name: str, figure: float | None) -> None:
    if figure is not None and not (math.isfinite(figure) and figure >= 0):
        raise InvalidFacts(
            f"{machine.instance_id}, {when}: {name} is {figure}, which nobody measures"
        )


def looked_at(thresholds: Thresholds, now: datetime) -> Window:
    """The complete UTC days that the rules look at."""
    return last_complete_days(thresholds.lookback_days, now)


def measured(machine: MachineFacts, window: Window) -> list[CpuDay]:
    """The days of the window whose average and maximum are known, in order.

    Two rows of one day are the same row read twice: the last one stays.
    """
    days = {
        day.day: day
        for day in machine.cpu
        if day.day in window
        and day.average_percent is not None
        and day.maximum_percent is not None
        and (day.samples is None or day.samples >= LEAST_SAMPLES)
    }
    return [days[day] for day in sorted(days)]


def since_retyped(machine: MachineFacts, days: Sequence[CpuDay]) -> list[CpuDay]:
    """Those on which it was the whole day what it is now: percent are of a type."""
    retyped = [
        c.at for c in machine.changes if c.field == "instance_type" and c.old_value
    ]
    if not retyped:
        return list(days)
    return [day for day in days if day.day > utc_day(max(retyped))]


def moved(machine: MachineFacts, window: Window) -> list[NetworkDay]:
    """The days of the window whose network is wholly known."""
    return [
        day
        for day in machine.network
        if day.day in window and day.in_bytes is not None and day.out_bytes is not None
    ]


def highest(figures: Iterable[float | None]) -> float | None:
    """The highest that is known; None where none is."""
    return max((figure for figure in figures if figure is not None), default=None)


def mean(figures: Iterable[float | None]) -> float | None:
    """The mean of those that are known; None where none is."""
    known = [figure for figure in figures if figure is not None]
    return math.fsum(known) / len(known) if known else None


def hours_on(machine: MachineFacts, day: date) -> float:
    """For how many hours of that UTC day it ran, 0 to 24.

    Its samples tell, as a machine that is off has none. Where they are unknown its
    state does: that of the inventory's last reading before the day's end.
    """
    for known in machine.cpu:
        if known.day == day and known.samples is not None:
            is_detailed = known.samples > MOST_BASIC_SAMPLES
            whole = DETAILED_SAMPLES_A_DAY if is_detailed else SAMPLES_A_DAY
            return min(1.0, known.samples / whole) * HOURS_A_DAY
    if not existed_on(machine, day):
        return 0.0
    return HOURS_A_DAY if value_on(machine, day, "state") == RUNNING else 0.0


def existed_on(machine: MachineFacts, day: date) -> bool:
    """Whether it had been launched by that day's end, and was not gone by it."""
    end = midnight(day) + timedelta(days=1)
    if machine.gone_since and machine.gone_since < end:
        return False
    born = born_at(machine)
    return born is None or born < end


def born_at(machine: MachineFacts) -> datetime | None:
    """Since when it is known to exist; None if that is unknown.

    EC2's launch time is that of the latest start, so the inventory may know better.
    """
    known = (machine.first_seen_at, machine.launched_at)
    return min((at for at in known if at), default=None)


def value_on(machine: MachineFacts, day: date, field: str) -> str:
    """Its state or instance type at that day's end, by what changed since."""
    end = midnight(day) + timedelta(days=1)
    value = machine.state if field == "state" else machine.instance_type
    changes = [change for change in machine.changes if change.field == field]
    for change in sorted(changes, key=lambda change: change.at, reverse=True):
        if change.at < end:
            return change.new_value
        value = change.old_value or value
    return value


def running_share(machine: MachineFacts, window: Window) -> float:
    """Of the window's days on which it existed, the share of hours it ran; 1 if none.

    A machine that is off at night already saves no whole month.
    """
    days = [day for day in window.days() if existed_on(machine, day)]
    if not days:
        return 1.0
    return math.fsum(hours_on(machine, day) for day in days) / (HOURS_A_DAY * len(days))
