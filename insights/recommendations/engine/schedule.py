"""Instances that are used in office hours and run all the time.

CPU is stored by the day, so that a quiet weekend is seen and a quiet night is not.
Hours would have to be read for that (GetMetricData is billed per metric); without them
the rule answers that it cannot tell.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.money import CENT
from core.windows import Window
from insights.recommendations.engine.advice import (
    Advice,
    CpuDay,
    CpuHour,
    Level,
    MachineFacts,
    NotEnough,
    Rule,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.builder import build_advice
from insights.recommendations.engine.idle import network_is_quiet
from insights.recommendations.engine.observation_window import HOURS_A_DAY, hours_on
from insights.recommendations.engine.rule_context import RuleContext
from insights.recommendations.engine.utilization import Utilization

SATURDAY = 5
WEEK_HOURS = 168
WEEKEND_HOURS = 48
WORKDAYS = 5
# Hours and nights are quiet if they were so on nearly all known weekdays: jobs that run
# at another hour each night need the instance as well.
QUIET_SHARE = 0.95
# A night must be known on so many weekdays.
LEAST_WEEKDAYS = 10
# An hour at each end stays on, for users who come early and leave late.
MARGIN_HOURS = 1


@dataclass(frozen=True, slots=True)
class Pattern:
    """When it may be stopped, in UTC: whole weekends, and weekday nights by hour."""

    weekends: bool
    off_from: int | None
    on_from: int | None

    @property
    def night_hours(self) -> int:
        return ((self.on_from or 0) - (self.off_from or 0)) % 24

    @property
    def hours_off(self) -> int:
        return WEEKEND_HOURS * self.weekends + WORKDAYS * self.night_hours

    def __str__(self) -> str:
        parts = []
        if self.night_hours:
            parts.append(f"{self.off_from:02}:00 to {self.on_from:02}:00 UTC at night")
        if self.weekends:
            parts.append("on Saturdays and Sundays")
        return " and ".join(parts)


def schedule(
    context: RuleContext, utilization: Utilization
) -> Advice | NotEnough | None:
    """Return advice to stop it outside working hours; None if it is always used."""
    machine, thresholds = context.machine, context.thresholds
    weekdays = [day for day in utilization.days if day.day.weekday() < SATURDAY]
    busy = sum(not _is_quiet(day, thresholds) for day in weekdays)
    if busy <= len(weekdays) / 2:
        return None
    if context.change_risk.manager or _is_scheduled(machine, context.window):
        return None
    night = _night(machine, context.window, thresholds) or (None, None)
    pattern = Pattern(_weekends_are_quiet(utilization, thresholds), *night)
    if pattern.hours_off:
        return _advice(context, utilization, pattern)
    if machine.hours or not _night_may_be_quiet(weekdays, thresholds):
        return None
    reason = (
        "Its weekends are not quiet, and quiet nights cannot be detected: CPU is "
        "stored by the day and not by the hour."
    )
    return NotEnough(Rule.SCHEDULE, reason)


def _is_quiet(day: CpuDay | CpuHour, thresholds: Thresholds) -> bool:
    average, peak = day.average_percent or 0.0, day.maximum_percent or 0.0
    if peak < thresholds.idle_peak_percent:
        return True
    return (
        average <= thresholds.quiet_average_percent
        and peak < thresholds.quiet_peak_percent
    )


def _is_scheduled(machine: MachineFacts, window: Window) -> bool:
    """Return whether it is off on most weekends already."""
    weekend = [day for day in window.days() if day.weekday() >= SATURDAY]
    hours = sum(hours_on(machine, day) for day in weekend)
    return bool(weekend) and hours < HOURS_A_DAY * len(weekend) / 2


def _weekends_are_quiet(utilization: Utilization, thresholds: Thresholds) -> bool:
    days = [day for day in utilization.days if day.day.weekday() >= SATURDAY]
    weekends = {day.day.isocalendar()[:2] for day in days}
    network = [day for day in utilization.network if day.day.weekday() >= SATURDAY]
    return (
        len(weekends) >= thresholds.weekends
        and all(_is_quiet(day, thresholds) for day in days)
        and network_is_quiet(network, thresholds)
    )


def _night_may_be_quiet(days: Sequence[CpuDay], thresholds: Thresholds) -> bool:
    """Return whether a quiet night fits the day's average, which it bounds."""
    quiet = thresholds.night_hours * thresholds.quiet_average_percent
    for day in days:
        busy = (HOURS_A_DAY - thresholds.night_hours) * (day.maximum_percent or 0.0)
        if (day.average_percent or 0.0) > (busy + quiet) / HOURS_A_DAY:
            return False
    return True


def _night(
    machine: MachineFacts, window: Window, thresholds: Thresholds
) -> tuple[int, int] | None:
    """Return (off from, on from) of the longest quiet stretch of weekdays, in UTC."""
    quiet_by_hour = {
        hour.at: _is_quiet(hour, thresholds)
        for hour in machine.hours
        if hour.at.date() in window and hour.at.weekday() < SATURDAY
    }
    per_hour: dict[int, list[bool]] = defaultdict(list)
    for at, is_quiet in quiet_by_hour.items():
        per_hour[at.hour].append(is_quiet)
    if len(per_hour) < HOURS_A_DAY or min(map(len, per_hour.values())) < LEAST_WEEKDAYS:
        return None
    start, length = _longest_run([_nearly_all(per_hour[hour]) for hour in range(24)])
    start, length = (start + MARGIN_HOURS) % 24, length - 2 * MARGIN_HOURS
    if not thresholds.night_hours <= length < HOURS_A_DAY - 2 * MARGIN_HOURS:
        return None
    nights: dict[date, bool] = defaultdict(lambda: True)
    for at, is_quiet in quiet_by_hour.items():
        since = (at.hour - start) % 24
        if since < length:
            nights[(at - timedelta(hours=since)).date()] &= is_quiet
    return (start, (start + length) % 24) if _nearly_all(nights.values()) else None


def _nearly_all(quiet: Collection[bool]) -> bool:
    return sum(quiet) >= QUIET_SHARE * len(quiet)


def _longest_run(quiet: Sequence[bool]) -> tuple[int, int]:
    """Return start and length of the longest run of quiet hours around the clock."""
    best = (0, 0)
    for start in range(24):
        length = 0
        while length < 24 and quiet[(start + length) % 24]:
            length += 1
        if length > best[1]:
            best = (start, length)
    return best


def _advice(context: RuleContext, utilization: Utilization, pattern: Pattern) -> Advice:
    stop = context.machine.stop
    share, cost = Decimal(str(pattern.hours_off / WEEK_HOURS)), context.monthly_cost
    return build_advice(
        context,
        Rule.SCHEDULE,
        title=f"{stop} {context.machine.title} outside working hours",
        current_state=(
            f"It runs all week, and is quiet {pattern}; {utilization.summary}."
        ),
        recommendation=(
            f"{stop} it {pattern}: {pattern.hours_off} of a week's 168 hours."
        ),
        evidence={
            **utilization.evidence,
            "quiet_weekends": pattern.weekends,
            "off_from_hour_utc": pattern.off_from,
            "on_from_hour_utc": pattern.on_from,
            "hours_off_a_week": pattern.hours_off,
            "hours_known": bool(context.machine.hours),
        },
        steps=(
            "Ask its users for their hours and time zone.",
            "Tag it for AWS Instance Scheduler or Azure's Start/Stop VMs, or make two "
            "schedules.",
            "Check after a week that it stops, starts and comes up complete.",
        ),
        risk=Level.MEDIUM,
        risk_reasons=("jobs at night or at weekends would not run",),
        effort=Level.MEDIUM,
        estimated_time="1 hour",
        confidence=context.confidence(len(utilization.days)),
        saving=None if cost is None else (cost * share).quantize(CENT),
        target="weekends" if not pattern.night_hours else "nights",
    )
