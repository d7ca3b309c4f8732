"""One incident is one finding: alarms of one thing in several parts, and causes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from insights.detection.findings import finding
from insights.detection.levels import Level
from insights.detection.records import Cause, Finding, Measure, Scope
from insights.detection.watch import Alarm

# Alarms that begin within so many days of each other can be of one incident.
TOGETHER_DAYS = 2
# Causes that are named, and the least share of the whole that is worth a name.
MOST_CAUSES, LEAST_SHARE = 10, 0.02


@dataclass(frozen=True)
class Member:
    """One alarm, and of what."""

    level: Level
    alarm: Alarm

    @property
    def scope(self) -> Scope:
        return self.level.scopes[self.alarm.row]


def together(levels: Iterable[Level]) -> list[list[Member]]:
    """The alarms that are one incident, those of the finest parts first."""
    groups: list[list[Member]] = []
    for level in levels:
        for alarm in level.watch.alarms:
            if not alarm.is_told:
                continue
            member = Member(level, alarm)
            for group in groups:
                if any(is_one(member, other) for other in group):
                    group.append(member)
                    break
            else:
                groups.append([member])
    return groups


def is_one(one: Member, other: Member) -> bool:
    """Whether both went the same way at the same time in related parts of the bill."""
    apart = abs(one.alarm.first - other.alarm.first)
    if apart > TOGETHER_DAYS or one.alarm.direction != other.alarm.direction:
        return False
    return are_related(one.scope, other.scope)


def are_related(one: Scope, other: Scope) -> bool:
    """The same service anywhere, one account's region, or a part and its whole."""
    same_place = (one.account, one.region) == (other.account, other.region)
    same_service = one.service == other.service != ""
    is_part = one.covers(other) or other.covers(one)
    return same_service or same_place or is_part


def incident(currency: str, finest: Level, group: Sequence[Member]) -> Finding:
    """Return the finding of all members together, and the parts that caused it."""
    scope = common([member.scope for member in group])
    alarms = [(member.level.watch, member.alarm) for member in group]
    return replace(
        finding(str(scope), Measure.COST, alarms),
        currency=currency,
        scope=scope,
        causes=causes(finest, group),
    )


def common(scopes: Sequence[Scope]) -> Scope:
    """The smallest part of the bill that holds all of them."""

    def same(values: Sequence[str]) -> str:
        return values[0] if len(set(values)) == 1 else ""

    return Scope(
        account=same([scope.account for scope in scopes]),
        service=same([scope.service for scope in scopes]),
        region=same([scope.region for scope in scopes]),
    )


def causes(finest: Level, group: Sequence[Member]) -> list[Cause]:
    """The parts that went the incident's way, the largest first."""
    direction = group[0].alarm.direction
    amounts = np.zeros(len(finest.scopes))
    for member in group:
        alarm = member.alarm
        added = finest.watch.deviation[:, alarm.first : alarm.last + 1].sum(axis=1)
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
