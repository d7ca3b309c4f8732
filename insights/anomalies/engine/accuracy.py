"""The accuracy of detection on a series, by injecting anomalies into its own past.

The series keeps its own noise, weekdays and gaps; what is added is known in size and
day. So each alarm can say how often such a detector is right on this very series.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from insights.anomalies.engine.anomaly_records import (
    Accuracy,
    Direction,
    Measure,
    Series,
)
from insights.anomalies.engine.daily import checked, find_anomalies, materiality_of
from insights.anomalies.engine.limits import DEFAULT, Limits
from insights.bill_records import Bill, Scope

# What is put in: half as much again, and at least twice what is worth telling.
SIZE, LEAST_SIZE = 0.5, 2.0
# So many, each in a copy of its own: a spike of a day and a new level in turn. More
# would cost as much again each.
TRIES = 4
# Found within two days is found.
IN_TIME_DAYS = 2
MONTH_DAYS = 30.0


@dataclass(frozen=True)
class Trial:
    """A copy of a series, and the day from which `size` a day is injected."""

    of: str
    series: Series
    day: date
    size: float


def measure(series: Iterable[Series], limits: Limits = DEFAULT) -> dict[str, Accuracy]:
    """Return the accuracy on each series by its key; unknown where it is too short.

    Costs as much as finding the anomalies of five times as many series.
    """
    given = list(series)
    trials = [trial for one in given for trial in trials_of(one, limits)]
    copies = [replace(one.series, key=str(at)) for at, one in enumerate(trials)]
    found = {
        int(one.key)
        for one in find_anomalies(copies, limits)
        if one.direction is Direction.UP
        and 0 <= (one.seen_on - trials[int(one.key)].day).days <= IN_TIME_DAYS
    }
    detected: dict[str, list[bool]] = defaultdict(list)
    for at, trial in enumerate(trials):
        detected[trial.of].append(at in found)
    sizes = {trial.of: trial.size for trial in trials}
    alarms = Counter(one.key for one in find_anomalies(given, limits))
    answers = {}
    for one in given:
        stored = np.count_nonzero(~np.isnan(checked(one.key, one.values)))
        judged, own = int(stored) - limits.young_days, detected[one.key]
        answers[one.key] = Accuracy(
            recall=sum(own) / len(own) if own else None,
            false_per_month=alarms[one.key] * MONTH_DAYS / judged
            if judged > 0
            else None,
            tried=len(own),
            size=sizes.get(one.key, 0.0),
        )
    return answers


def of_scopes(
    bill: Bill, scopes: Iterable[Scope], limits: Limits = DEFAULT
) -> dict[Scope, Accuracy]:
    """Return the accuracy on each of these parts of a bill."""
    numbered = {str(at): scope for at, scope in enumerate(scopes)}
    series = [replace(part_of(bill, one), key=key) for key, one in numbered.items()]
    return {numbered[key]: one for key, one in measure(series, limits).items()}


def part_of(bill: Bill, scope: Scope) -> Series:
    """Return a part's cost of each day; None on days that were not read."""
    rows = [checked(str(s), v) for s, v in bill.usage.items() if scope.covers(s)]
    sums = np.sum(rows, axis=0).tolist() if rows else []
    values = [None if value != value else value for value in sums]
    return Series(str(scope), bill.first_day, values, bill.unsettled)


def trials_of(series: Series, limits: Limits) -> list[Trial]:
    """Make copies of a series with something injected, on days of its later half."""
    values = checked(series.key, series.values)
    used = np.flatnonzero(np.nan_to_num(values) != 0)
    if not len(used):
        return []
    first = max(int(used[0]) + limits.mature_days, len(values) // 2)
    last = len(values) - limits.lasting_days
    if last - first < TRIES * limits.lasting_days:
        return []
    usual = float(np.nanmedian(np.abs(values[used[0] :])))
    least = LEAST_SIZE * materiality_of(series.measure, limits).up
    size = max(SIZE * usual, least)
    trials = []
    for at, day in enumerate(np.linspace(first, last, TRIES, dtype=int).tolist()):
        if np.isnan(values[day]):
            continue
        raised = values.copy()
        raised[day : day + 1 if at % 2 == 0 else None] += size
        if series.measure is Measure.CPU:
            raised = np.minimum(raised, 100.0)
        copy = replace(series, values=raised.tolist())
        trials.append(Trial(series.key, copy, series.days[day], size))
    return trials
