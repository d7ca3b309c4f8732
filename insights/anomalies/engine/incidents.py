"""Incidents of a bill: its total, accounts, services and regions judged together.

The finest parts are judged first. What a part's anomaly explains is taken out of all
that holds it, so that a larger part shows only what none of its parts shows: something
small that happened in many of them. A service in its first days has no expected day;
it changes none of the sums that it is in. One incident is one finding, however many
parts have alarms of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from insights.anomalies.engine.anomaly_records import (
    Cause,
    DetectionError,
    Finding,
    Kind,
    Measure,
)
from insights.anomalies.engine.daily import (
    checked,
    from_first_use,
    judge_day,
    materiality_of,
    summarize,
)
from insights.anomalies.engine.detector import Alarm
from insights.anomalies.engine.lasting import (
    LATEST_DAYS,
    WINDOW_DAYS,
    nine_weeks,
)
from insights.anomalies.engine.levels import (
    Level,
    columns_of,
    level_of,
    sum_levels,
    sum_materiality,
)
from insights.anomalies.engine.limits import DEFAULT, Limits
from insights.anomalies.engine.new_money import USUAL_DAYS, new_alarms
from insights.arrays import BoolArray, FloatArray, row_medians
from insights.bill_records import Bill, Scope

# Alarms that begin within so many days of each other can be of one incident.
TOGETHER_DAYS = 2
# Causes that are named, and the least share of the whole that is worth a name.
MOST_CAUSES, LEAST_SHARE = 10, 0.02
# What can be new: an account, a service, a region, and these of an account.
LARGEST_FIRST: tuple[Callable[[Scope], Scope], ...] = (
    lambda part: Scope(account=part.account),
    lambda part: Scope(service=part.service),
    lambda part: Scope(region=part.region),
    lambda part: Scope(account=part.account, region=part.region),
    lambda part: Scope(part.account, part.service),
)


def find_incidents(bill: Bill, limits: Limits = DEFAULT) -> list[Finding]:
    """Find the incidents of a bill in the order of their days, each with its causes.

    Each day is judged by the days before it alone. Raises DetectionError for amounts
    that are no numbers. A bill is of one currency: give each its own.
    """
    parts = sorted(bill.usage)
    if not parts:
        return []
    values = matrix_of(bill, parts)
    days = [bill.first_day + timedelta(days=at) for at in range(values.shape[1])]
    finest = level_of(
        {part: [at] for at, part in enumerate(parts)},
        len(parts),
        days,
        materiality_of(Measure.COST, limits),
        limits,
    )
    sums = list(sum_levels(parts, days, limits))
    for at, day in enumerate(days):
        judge_levels(finest, sums, at, values, day in bill.unsettled)
        if at + 1 >= WINDOW_DAYS:
            judge_lasting(finest, sums, at, day in bill.unsettled)
    found = [
        summarize_incident(bill.currency, finest, values, group)
        for group in group_alarms([*new_levels(finest, values, limits), finest, *sums])
    ]
    return sorted(found, key=lambda one: (one.first_day, one.scope))


def matrix_of(bill: Bill, parts: Sequence[Scope]) -> FloatArray:
    """Return a row for each part, from the account's first use of the service on.

    Raises DetectionError that names a wrong part.
    """
    rows = [checked(str(part), bill.usage[part]) for part in parts]
    for part, row in zip(parts, rows, strict=True):
        if len(row) != len(rows[0]):
            raise DetectionError(
                f"{part}: {len(row)} days, but {parts[0]} has {len(rows[0])}. Give all "
                "of them the same days, None where nothing is known."
            )
    values = np.array(rows)
    services: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, part in enumerate(parts):
        services[part.account, part.service].append(at)
    for same in services.values():
        values[same] = from_first_use(values[same], together=True)
    return values


def judge_levels(
    finest: Level, sums: Sequence[Level], day: int, values: FloatArray, estimated: bool
) -> None:
    """Judge a day of the parts, then what they leave unexplained in larger ones."""
    explained: BoolArray = np.less(
        finest.baseline.known_days, finest.detector.limits.young_days
    )
    explained |= judge_day(
        finest.detector,
        finest.baseline,
        finest.lasting,
        day,
        values,
        np.full(len(explained), estimated),
    )
    if not np.isfinite(values[:, day]).any():
        return
    expected = np.nan_to_num(finest.detector.expected[:, day])
    for level in sums:
        left: FloatArray = np.where(explained, 0.0, finest.detector.deviation[:, day])
        usual: FloatArray = level.sums(expected)
        today: FloatArray = level.sums(left)
        drift = level.baseline.expected(day)
        was_below = level.holds[:, finest.baseline.was_below].any(axis=1)
        drift = np.where(was_below, drift, np.maximum(drift, -usual))
        anomalous, recurring = level.detector.judge(
            day,
            usual + today,
            usual + drift,
            level.baseline,
            np.full(len(usual), estimated),
        )
        deviating = anomalous | recurring
        level.baseline.learn(day, today, drift, deviating)
        for alarm in level.detector.close_lasting(day):
            before, gap = level.detector.move_of(alarm)
            level.lasting.record(alarm.row, alarm.first, day, before, gap)
        explained |= np.asarray(level.holds[deviating].any(axis=0))


def judge_lasting(
    finest: Level, sums: Sequence[Level], day: int, estimated: bool
) -> None:
    """Judge the last weeks of the parts, then of sums of what is left of them."""
    levels = finest.baseline.clean[:, : day + 1]
    window = nine_weeks(levels, day)
    each = np.full(len(window), estimated)
    calm = finest.lasting.judge(day, window, finest.baseline, each, levels)
    summed = ~np.isnan(calm).any(axis=1)
    summed &= finest.lasting.begins <= day + 1 - WINDOW_DAYS
    calm = np.where(summed[:, None], calm, 0.0)
    for level in sums:
        each = np.full(len(level.scopes), estimated)
        level.lasting.judge(day, level.sums(calm), level.baseline, each)


def new_levels(finest: Level, values: FloatArray, limits: Limits) -> Iterator[Level]:
    """Yield levels with the alarms of what is new, the largest parts of a bill first.

    What is new is reported once: not a new account's services too.
    """
    amounts, days = np.nan_to_num(values), finest.detector.days
    unread = np.isnan(values).all(axis=0)
    total = np.where(unread, np.nan, amounts.sum(axis=0))
    reported = np.full(len(amounts), -np.inf)
    for larger in (*LARGEST_FIRST, lambda part: part):
        held = columns_of(finest.scopes, [larger])
        level = level_of(held, len(amounts), days, sum_materiality(limits), limits)
        for alarm in new_alarms(level.sums(amounts), total, limits):
            parts = level.holds[alarm.row]
            if (alarm.first - reported[parts] > limits.young_days).any():
                reported[parts] = alarm.first
                level.detector.alarms.append(alarm)
        yield level


@dataclass(frozen=True)
class Member:
    """One alarm, and of what."""

    level: Level
    alarm: Alarm

    @property
    def scope(self) -> Scope:
        return self.level.scopes[self.alarm.row]

    @property
    def size(self) -> float:
        return abs(float(self.level.detector.figures(self.alarm)[1].sum()))


def group_alarms(levels: Iterable[Level]) -> list[list[Member]]:
    """Group the alarms that are one incident, those of the finest parts first."""
    groups: list[list[Member]] = []
    for level in levels:
        for alarm in level.detector.alarms:
            if not alarm.is_reported:
                continue
            member = Member(level, alarm)
            for group in groups:
                if any(is_same_incident(member, other) for other in group):
                    if not is_explained(member, group):
                        group.append(member)
                    break
            else:
                groups.append([member])
    return groups


def is_same_incident(one: Member, other: Member) -> bool:
    """Return whether both went the same way at the same time in related parts.

    Related are those of one service or of one account's region, or if one holds the
    other.
    """
    mine, its = one.alarm, other.alarm
    if mine.direction != its.direction:
        return False
    # When a lasting change began is known to two weeks.
    days = LATEST_DAYS if mine.is_gradual and its.is_gradual else TOGETHER_DAYS
    if abs(mine.first - its.first) <= days:
        place = (one.scope.account, one.scope.region)
        same_place = place == (other.scope.account, other.scope.region)
        return same_place or is_same_series(one.scope, other.scope)
    overlap = mine.first <= its.last and its.first <= mine.last
    return overlap and (goes_on_in(one, other) or goes_on_in(other, one))


def is_same_series(one: Scope, other: Scope) -> bool:
    """Return whether both are of one service, or one holds the other."""
    same_service = one.service == other.service != ""
    return same_service or one.covers(other) or other.covers(one)


def goes_on_in(gradual: Member, other: Member) -> bool:
    """Return whether an alarm that began at another time is of that gradual change.

    That may go on for months: what is short or new in a part of it is another incident,
    and so is all of other services.
    """
    if not gradual.alarm.is_gradual:
        return False
    if other.scope.covers(gradual.scope):
        return True
    lasts = other.alarm.lasted and other.alarm.kind is not Kind.NEW
    return lasts and is_same_series(gradual.scope, other.scope)


def is_explained(one: Member, group: Sequence[Member]) -> bool:
    """Return whether an alarm is of money that the group has already.

    A lasting change of a larger part is what its parts leave: it adds to them where it
    is more than they are.
    """
    if any(other.alarm.kind and other.scope.covers(one.scope) for other in group):
        return True
    if one.alarm.kind is None:
        return False
    held = [other for other in group if one.scope.covers(other.scope)]
    return bool(held) and one.size <= sum(other.size for other in held)


def summarize_incident(
    currency: str, finest: Level, values: FloatArray, group: Sequence[Member]
) -> Finding:
    scope = common_scope(
        [held for one in group for held in named_by(finest, values, one)]
    )
    alarms = [(member.level.detector, member.alarm) for member in group]
    return replace(
        summarize(str(scope), Measure.COST, alarms),
        currency=currency,
        scope=scope,
        causes=causes(finest, values, group),
    )


def named_by(finest: Level, values: FloatArray, member: Member) -> Sequence[Scope]:
    """Return its parts where it is new, whose one region or account says more."""
    level, alarm = member.level, member.alarm
    if alarm.kind is not Kind.NEW:
        return [member.scope]
    used = np.nansum(values[:, alarm.first : alarm.last + 1], axis=1) > 0
    held = np.flatnonzero(level.holds[alarm.row] & used)
    return [finest.scopes[column] for column in held.tolist()]


def common_scope(scopes: Sequence[Scope]) -> Scope:
    """Return the smallest part of the bill that holds all of them."""

    def same(name: str) -> str:
        values = {getattr(scope, name) for scope in scopes}
        return values.pop() if len(values) == 1 else ""

    return Scope(same("account"), same("service"), same("region"))


def causes(finest: Level, values: FloatArray, group: Sequence[Member]) -> list[Cause]:
    """Return the parts that went the incident's way, the largest first."""
    direction = group[0].alarm.direction
    amounts = np.zeros(len(finest.scopes))
    for member in group:
        first, last = member.alarm.first, member.alarm.last
        if member.alarm.kind is None:
            deviation = finest.detector.deviation[:, first : last + 1]
            added = deviation.sum(axis=1)
        else:
            added = added_since(values, first, last)
        held = member.level.holds[member.alarm.row]
        amounts = np.where(held & (amounts == 0), added, amounts)
    return largest_causes(finest.scopes, amounts, direction)


def added_since(values: FloatArray, first: int, last: int) -> FloatArray:
    """Return what days (columns) have beyond the usual day before, in all, by row."""
    before = values[:, max(0, first - USUAL_DAYS) : first]
    usual = np.zeros(len(values))
    if before.shape[1]:
        usual = np.nan_to_num(row_medians(before))
    added: FloatArray = np.nansum(values[:, first : last + 1] - usual[:, None], axis=1)
    return added


def largest_causes(
    parts: Sequence[Scope], amounts: FloatArray, direction: int
) -> list[Cause]:
    """Return the parts that went in that direction (1 or -1), the largest first."""
    largest = largest_shares(amounts, direction)
    return [Cause(parts[row], amount, share) for row, amount, share in largest]


def largest_shares(
    amounts: FloatArray, direction: int
) -> list[tuple[int, float, float]]:
    """Return which of them went in that direction (1 or -1), each with its amount and
    its share of all that did, the largest first."""
    sizes = np.maximum(amounts * direction, 0.0)
    whole = float(sizes.sum())
    order = np.argsort(-sizes, kind="stable")[:MOST_CAUSES]
    return [
        (row, float(amounts[row]), float(sizes[row]) / whole)
        for row in order.tolist()
        if sizes[row] > LEAST_SHARE * whole
    ]
