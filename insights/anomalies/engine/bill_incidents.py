"""Incidents of a bill: its total, accounts, services and regions judged together.

The finest parts are judged first. What a part's anomaly explains is taken out of all
that holds it, so that a larger part shows only what none of its parts shows: something
small that happened in many of them. A service in its first days has no expected day;
it changes none of the sums that it is in. One incident is one finding, however many
parts have alarms of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from insights.anomalies.engine.anomaly_records import (
    Bill,
    Cause,
    DetectionError,
    Finding,
    Measure,
    Scope,
)
from insights.anomalies.engine.bill_levels import Level, finest_level, sum_levels
from insights.anomalies.engine.daily import checked, judge_day, summarize
from insights.anomalies.engine.detector import Alarm
from insights.anomalies.engine.limits import DEFAULT, Limits
from insights.arrays import BoolArray, FloatArray

# Alarms that begin within so many days of each other can be of one incident.
TOGETHER_DAYS = 2
# Causes that are named, and the least share of the whole that is worth a name.
MOST_CAUSES, LEAST_SHARE = 10, 0.02


def find_incidents(bill: Bill, limits: Limits = DEFAULT) -> list[Finding]:
    """Find the incidents of a bill in the order of their days, each with its causes.

    Each day is judged by the days before it alone. Raises DetectionError for amounts
    that are no numbers. A bill is of one currency: give each its own.
    """
    parts = sorted(bill.parts)
    if not parts:
        return []
    detector = BillDetector(bill, parts, limits)
    for day in range(detector.values.shape[1]):
        detector.judge(day)
    groups = group_alarms([detector.finest, *detector.sums])
    found = [
        summarize_incident(bill.currency, detector.finest, group) for group in groups
    ]
    return sorted(found, key=lambda one: (one.first_day, one.scope))


class BillDetector:
    """A bill's parts, and all sums of them, judged day by day."""

    def __init__(self, bill: Bill, parts: Sequence[Scope], limits: Limits) -> None:
        given = matrix_of(bill, parts)
        days = [bill.first_day + timedelta(days=at) for at in range(given.shape[1])]
        self.values = from_first_use_of_service(given, parts)
        self.estimated = [day in bill.estimated for day in days]
        self.finest = finest_level(parts, days, limits)
        self.sums = list(sum_levels(parts, days, limits))

    def judge(self, day: int) -> None:
        """Judge a day of the parts, then what they leave unexplained in larger ones."""
        finest, estimated = self.finest, self.estimated[day]
        explained: BoolArray = np.less(
            finest.baseline.known_days, finest.detector.limits.young_days
        )
        explained |= judge_day(
            finest.detector,
            finest.baseline,
            day,
            self.values,
            np.full(len(explained), estimated),
        )
        if not np.isfinite(self.values[:, day]).any():
            return
        for level in self.sums:
            left = np.where(explained, 0.0, finest.detector.deviation[:, day])
            explained |= self._judge_sums(level, day, left)

    def _judge_sums(self, level: Level, day: int, left: FloatArray) -> BoolArray:
        """Return the parts of each sum that is anomalous in what is `left` of them."""
        usual = level.holds @ np.nan_to_num(self.finest.detector.expected[:, day])
        today, drift = level.holds @ left, level.baseline.expected(day)
        anomalous, recurring = level.detector.judge(
            day,
            usual + today,
            usual + drift,
            level.baseline,
            np.full(len(usual), self.estimated[day]),
        )
        level.baseline.learn(day, today, drift, anomalous | recurring)
        level.detector.close_lasting(day)
        explained: BoolArray = np.asarray(
            level.holds[anomalous | recurring].any(axis=0)
        )
        return explained


def from_first_use_of_service(values: FloatArray, parts: Sequence[Scope]) -> FloatArray:
    """Blank all before the account's first use of the service, in whatever region."""
    known = values.copy()
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, part in enumerate(parts):
        rows[part.account, part.service].append(row)
    for same in rows.values():
        used = (np.nan_to_num(values[same]) != 0).any(axis=0)
        began = np.maximum.accumulate(used)
        known[same] = np.where(began, known[same], np.nan)
    return known


def matrix_of(bill: Bill, parts: Sequence[Scope]) -> FloatArray:
    """Return a row for each part. Raises DetectionError that names a wrong one."""
    rows = [checked(str(part), bill.parts[part]) for part in parts]
    for part, row in zip(parts, rows, strict=True):
        if len(row) != len(rows[0]):
            raise DetectionError(
                f"{part}: {len(row)} days, but {parts[0]} has {len(rows[0])}. Give all "
                "of them the same days, None where nothing is known."
            )
    return np.array(rows)


@dataclass(frozen=True)
class Member:
    """One alarm, and of what."""

    level: Level
    alarm: Alarm

    @property
    def scope(self) -> Scope:
        return self.level.scopes[self.alarm.row]


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
                    group.append(member)
                    break
            else:
                groups.append([member])
    return groups


def is_same_incident(one: Member, other: Member) -> bool:
    """Whether both went the same way at the same time in related parts of the bill."""
    apart = abs(one.alarm.first - other.alarm.first)
    if apart > TOGETHER_DAYS or one.alarm.direction != other.alarm.direction:
        return False
    return are_related(one.scope, other.scope)


def are_related(one: Scope, other: Scope) -> bool:
    """Whether they share a service or an account's region, or one holds the other."""
    same_place = (one.account, one.region) == (other.account, other.region)
    same_service = one.service == other.service != ""
    is_part = one.covers(other) or other.covers(one)
    return same_service or same_place or is_part


def summarize_incident(
    currency: str, finest: Level, group: Sequence[Member]
) -> Finding:
    """Return the finding of all members together, and the parts that caused it."""
    scope = common_scope([member.scope for member in group])
    alarms = [(member.level.detector, member.alarm) for member in group]
    return replace(
        summarize(str(scope), Measure.COST, alarms),
        currency=currency,
        scope=scope,
        causes=causes(finest, group),
    )


def common_scope(scopes: Sequence[Scope]) -> Scope:
    """Return the smallest part of the bill that holds all of them."""

    def same(values: Sequence[str]) -> str:
        return values[0] if len(set(values)) == 1 else ""

    return Scope(
        account=same([scope.account for scope in scopes]),
        service=same([scope.service for scope in scopes]),
        region=same([scope.region for scope in scopes]),
    )


def causes(finest: Level, group: Sequence[Member]) -> list[Cause]:
    """Return the parts that went the incident's way, the largest first."""
    direction = group[0].alarm.direction
    amounts = np.zeros(len(finest.scopes))
    for member in group:
        alarm = member.alarm
        added = finest.detector.deviation[:, alarm.first : alarm.last + 1].sum(axis=1)
        held = member.level.holds[alarm.row]
        amounts = np.where(held & (amounts == 0), added, amounts)
    sizes = np.maximum(amounts * direction, 0.0)
    whole = float(sizes.sum())
    order = np.argsort(-sizes, kind="stable")[:MOST_CAUSES]
    return [
        Cause(finest.scopes[row], float(amounts[row]), float(sizes[row]) / whole)
        for row in order.tolist()
        if sizes[row] > LEAST_SHARE * whole
    ]
