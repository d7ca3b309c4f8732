"""The observation window of an instance: measured days, and hours that it ran."""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from core.windows import Window, last_complete_days, midnight, utc_day
from insights.recommendations.engine.advice_records import (
    CpuDay,
    MachineFacts,
    NetworkDay,
)
from insights.recommendations.engine.advice_thresholds import Thresholds

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
    """An impossible figure; the message names the instance, day and field."""


def require_valid(machine: MachineFacts) -> None:
    """Raise InvalidFacts for a figure that no cloud measures, such as NaN."""
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
            f"{machine.instance_id}, {when}: {name} is {figure}, which is impossible"
        )


def looked_at(thresholds: Thresholds, now: datetime) -> Window:
    """Return the complete UTC days that the rules consider."""
    return last_complete_days(thresholds.lookback_days, now)


def measured(machine: MachineFacts, window: Window) -> list[CpuDay]:
    """Return the days of the window whose average and maximum are known, in order.

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
    """Return the days on which it had its current type: percent are of a type."""
    retyped = [
        c.at for c in machine.changes if c.field == "instance_type" and c.old_value
    ]
    if not retyped:
        return list(days)
    return [day for day in days if day.day > utc_day(max(retyped))]


def moved(machine: MachineFacts, window: Window) -> list[NetworkDay]:
    """Return the days of the window whose network is fully known."""
    return [
        day
        for day in machine.network
        if day.day in window and day.in_bytes is not None and day.out_bytes is not None
    ]


def highest(figures: Iterable[float | None]) -> float | None:
    """Return the highest known figure; None without any."""
    return max((figure for figure in figures if figure is not None), default=None)


def mean(figures: Iterable[float | None]) -> float | None:
    """Return the mean of the known figures; None without any."""
    known = [figure for figure in figures if figure is not None]
    return math.fsum(known) / len(known) if known else None


def hours_on(machine: MachineFacts, day: date) -> float:
    """Return for how many hours of that UTC day it ran, 0 to 24.

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
    """Return whether it existed at that day's end."""
    end = midnight(day) + timedelta(days=1)
    if machine.gone_since and machine.gone_since < end:
        return False
    born = born_at(machine)
    return born is None or born < end


def born_at(machine: MachineFacts) -> datetime | None:
    """Return since when it is known to exist; None if that is unknown.

    EC2's launch time is that of the latest start, so the inventory may know better.
    """
    known = (machine.first_seen_at, machine.launched_at)
    return min((at for at in known if at), default=None)


def value_on(machine: MachineFacts, day: date, field: str) -> str:
    """Return its state or type at that day's end, by the changes since."""
    end = midnight(day) + timedelta(days=1)
    value = machine.state if field == "state" else machine.instance_type
    changes = [change for change in machine.changes if change.field == field]
    for change in sorted(changes, key=lambda change: change.at, reverse=True):
        if change.at < end:
            return change.new_value
        value = change.old_value or value
    return value


def running_share(machine: MachineFacts, window: Window) -> float:
    """Return the share of hours it ran, of the window's days it existed; 1 if none.

    A machine that is off at night already saves no whole month.
    """
    days = [day for day in window.days() if existed_on(machine, day)]
    if not days:
        return 1.0
    return math.fsum(hours_on(machine, day) for day in days) / (HOURS_A_DAY * len(days))
