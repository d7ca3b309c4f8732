"""Incidents of a bill: its total, accounts, services and regions judged together.

The finest parts are judged first. What a part's anomaly explains is taken out of all
that holds it, so that a larger part is told only of what none of its parts tells:
something small that happened in many of them. A service in its first days has no
expected day; it changes none of the sums that it is in.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from insights.detection.daily import step
from insights.detection.incidents import incident, together
from insights.detection.levels import Level, finest, sums
from insights.detection.limits import DEFAULT, Limits
from insights.detection.numbers import matrix
from insights.detection.records import Bill, Finding, Scope
from insights.detection.tails import Numbers
from insights.detection.watch import Flags


def find_incidents(bill: Bill, limits: Limits = DEFAULT) -> list[Finding]:
    """The incidents of a bill in the order of their days, each with its causes.

    Each day is judged by the days before it alone. Raises DetectionError for amounts
    that are no numbers. A bill is of one currency: give each its own.
    """
    parts = sorted(bill.parts)
    if not parts:
        return []
    walk = Walk(bill, parts, limits)
    for day in range(walk.values.shape[1]):
        walk.judge(day)
    groups = together([walk.finest, *walk.sums])
    found = [incident(bill.currency, walk.finest, group) for group in groups]
    return sorted(found, key=lambda one: (one.first_day, one.scope))


class Walk:
    """A bill's parts, and all sums of them, judged day by day."""

    def __init__(self, bill: Bill, parts: Sequence[Scope], limits: Limits) -> None:
        given = matrix([(str(part), bill.parts[part]) for part in parts])
        days = [bill.first_day + timedelta(days=at) for at in range(given.shape[1])]
        self.values = from_first_use_of_service(given, parts)
        self.estimated = [day in bill.estimated for day in days]
        self.finest = finest(parts, days, limits)
        self.sums = list(sums(parts, days, limits))

    def judge(self, day: int) -> None:
        """One day of the parts, then what they leave unexplained in larger parts."""
        finest, estimated = self.finest, self.estimated[day]
        explained: Flags = np.less(
            finest.memory.known_days, finest.watch.limits.young_days
        )
        explained |= step(
            finest.watch,
            finest.memory,
            day,
            self.values,
            np.full(len(explained), estimated),
        )
        if not np.isfinite(self.values[:, day]).any():
            return
        for level in self.sums:
            left = np.where(explained, 0.0, finest.watch.deviation[:, day])
            explained |= self._judge_sums(level, day, left)

    def _judge_sums(self, level: Level, day: int, left: Numbers) -> Flags:
        """Which parts belong to a sum that is anomalous in what is `left` of them."""
        usual = level.holds @ np.nan_to_num(self.finest.watch.expected[:, day])
        today, drift = level.holds @ left, level.memory.expected(day)
        anomalous, odd = level.watch.judge(
            day,
            usual + today,
            usual + drift,
            level.memory,
            np.full(len(usual), self.estimated[day]),
        )
        level.memory.learn(day, today, drift, anomalous | odd)
        level.watch.mature(day)
        explained: Flags = np.asarray(level.holds[anomalous | odd].any(axis=0))
        return explained


def from_first_use_of_service(values: Numbers, parts: Sequence[Scope]) -> Numbers:
    """Unknown before its account's first use of the service, in whatever region."""
    known = values.copy()
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, part in enumerate(parts):
        rows[part.account, part.service].append(row)
    for same in rows.values():
        used = (np.nan_to_num(values[same]) != 0).any(axis=0)
        began = np.maximum.accumulate(used)
        known[same] = np.where(began, known[same], np.nan)
    return known
