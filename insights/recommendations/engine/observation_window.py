"""The observation window of an instance: measured days, and hours that it ran."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from math import fsum, isfinite

from core.windows import ONE_DAY, Window, last_complete_days, midnight
from insights.recommendations.engine.advice import (
    RUNNING,
    Change,
    CpuDay,
    MachineFacts,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from metrics.sample_counts import SAMPLES_PER_HOUR

# A day with less than an hour of samples says nothing of a day.
LEAST_SAMPLES = SAMPLES_PER_HOUR
HOURS_A_DAY = 24.0


class InvalidFacts(ValueError):
    """An impossible figure; the message names the instance, day and field."""


def require_valid(machine: MachineFacts) -> None:
    """Raise InvalidFacts for a figure that no cloud measures, such as NaN."""
    for at, name, figure in _figures(machine):
        if figure is not None and not (isfinite(figure) and figure >= 0):
            raise InvalidFacts(
                f"{machine.resource_id}, {at}: {name} is {figure}, which is impossible"
            )


def _figures(machine: MachineFacts) -> Iterator[tuple[object, str, float | None]]:
    for day in machine.cpu:
        yield day.day, "average_percent", day.average_percent
        yield day.day, "maximum_percent", day.maximum_percent
        yield day.day, "p99_percent", day.p99_percent
        yield day.day, "samples", day.samples
    for traffic in machine.network:
        yield traffic.day, "in_bytes", traffic.in_bytes
        yield traffic.day, "out_bytes", traffic.out_bytes
    for hour in machine.hours:
        yield hour.at, "average_percent", hour.average_percent
        yield hour.at, "maximum_percent", hour.maximum_percent
    yield "now", "memory_maximum_percent", machine.memory_maximum_percent


def observation_window(thresholds: Thresholds, now: datetime) -> Window:
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


def hours_on(machine: MachineFacts, day: date) -> float:
    """Return for how many hours of that UTC day it was billed, 0 to 24.

    A machine that is off has no samples. Where they are unknown, and where it is billed
    while it is off, its state at the day's end decides.
    """
    is_billed_off = len(machine.billed_states) > 1
    if is_billed_off and _state_on(machine, day) in machine.billed_states - {RUNNING}:
        return HOURS_A_DAY
    for cpu in machine.cpu:
        if cpu.day == day and cpu.samples is not None:
            return min(HOURS_A_DAY, cpu.samples / SAMPLES_PER_HOUR)
    return HOURS_A_DAY if _state_on(machine, day) == RUNNING else 0.0


def _state_on(machine: MachineFacts, day: date) -> str:
    """Return its state at that day's end; "" where it did not exist."""
    return value_on(machine, day, "state") if existed_on(machine, day) else ""


def existed_on(machine: MachineFacts, day: date) -> bool:
    """Return whether it existed at that day's end."""
    end = midnight(day + ONE_DAY)
    if machine.gone_since and machine.gone_since < end:
        return False
    since = exists_since(machine)
    return since is None or since < end


def exists_since(machine: MachineFacts) -> datetime | None:
    """Return since when it is known to exist; None if that is unknown.

    EC2's launch time is that of the latest start, so the inventory may know better.
    """
    instants = (machine.first_seen_at, machine.launched_at)
    return min((at for at in instants if at), default=None)


def value_on(machine: MachineFacts, day: date, field: str) -> str:
    """Return its state or type at that day's end, by the changes since."""
    end = midnight(day + ONE_DAY)
    value = machine.state if field == "state" else machine.instance_type
    changes = [change for change in machine.changes if change.field == field]
    for change in sorted(changes, key=lambda change: change.at, reverse=True):
        if change.at < end:
            return change.new_value
        value = change.old_value or value
    return value


def value_since(
    changes: Iterable[Change], field: str, value: str, first_seen_at: datetime | None
) -> tuple[datetime | None, bool]:
    """Return since when a field has its value, and whether that was seen to begin."""
    seen = [
        change.at
        for change in changes
        if change.field == field and change.new_value == value and change.old_value
    ]
    return (max(seen), True) if seen else (first_seen_at, False)


def span_of(days: int, *, is_exact: bool) -> str:
    """Return "for 3 days", or "for at least 1 day"."""
    word = "for" if is_exact else "for at least"
    return f"{word} {days} day{'' if days == 1 else 's'}"


def running_share(machine: MachineFacts, window: Window) -> float:
    """Return the share of hours it ran, of the window's days it existed; 1 if none.

    A machine that is off at night already saves no whole month.
    """
    days = [day for day in window.days() if existed_on(machine, day)]
    if not days:
        return 1.0
    return fsum(hours_on(machine, day) for day in days) / (HOURS_A_DAY * len(days))
