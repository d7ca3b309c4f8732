"""The accuracy of detection on a series, by injecting anomalies into its own past.

The series keeps its own noise, weekdays and gaps; what is added is known in size and
day. So each alarm can say how often such a detector is right on this very series.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
from insights.arrays import FloatArray
from insights.bill import Bill, Scope

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
    """A copy of a series, and the day (a column) from which something is injected."""

    of: str
    series: Series
    day: int
    size: float


def measure(series: Iterable[Series], limits: Limits = DEFAULT) -> dict[str, Accuracy]:
    """Return the accuracy on each series by its key; unknown where it is too short.

    Costs as much as finding the anomalies of five times as many series.
    """
    given = list(series)
    trials = [trial for one in given for trial in trials_of(one, limits)]
    numbered = {str(at): trial for at, trial in enumerate(trials)}
    copies = [replace(one.series, key=key) for key, one in numbered.items()]
    found: set[str] = {
        one.key
        for one in find_anomalies(copies, limits)
        if one.direction is Direction.UP
        and 0 <= (one.seen_on - injection_day(numbered[one.key])).days <= IN_TIME_DAYS
    }
    detected: dict[str, list[bool]] = defaultdict(list)
    for key, trial in numbered.items():
        detected[trial.of].append(key in found)
    alarms = [one.key for one in find_anomalies(given, limits)]
    sizes = {trial.of: trial.size for trial in trials}
    return {
        one.key: accuracy(
            one,
            detected[one.key],
            alarms.count(one.key),
            sizes.get(one.key, 0.0),
            limits,
        )
        for one in given
    }


def of_scopes(
    bill: Bill, scopes: Iterable[Scope], limits: Limits = DEFAULT
) -> dict[Scope, Accuracy]:
    """Return the accuracy on each of these parts of a bill."""
    wanted = {str(at): scope for at, scope in enumerate(scopes)}
    series = [replace(part_of(bill, one), key=key) for key, one in wanted.items()]
    return {wanted[key]: one for key, one in measure(series, limits).items()}


def part_of(bill: Bill, scope: Scope) -> Series:
    """Return a part's cost of each day; None on days that were not read."""
    rows = [checked(str(s), v) for s, v in bill.usage.items() if scope.covers(s)]
    values = np.sum(rows, axis=0).tolist() if rows else []
    known = [None if value != value else value for value in values]
    return Series(str(scope), bill.first_day, known, bill.unsettled)


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
    size = injected_size(series.measure, values[used[0] :], limits)
    days = np.linspace(first, last, TRIES, dtype=int).tolist()
    return [
        Trial(series.key, replace(series, values=raised), day, size)
        for at, day in enumerate(days)
        if (raised := inject(series.measure, values, day, at % 2 == 0, size))
    ]


def injected_size(measure: Measure, values: FloatArray, limits: Limits) -> float:
    """Return what is added a day, in the unit of the series."""
    materiality = materiality_of(measure, limits)
    return max(SIZE * float(np.nanmedian(np.abs(values))), LEAST_SIZE * materiality.up)


def inject(
    measure: Measure, values: FloatArray, day: int, is_spike: bool, size: float
) -> Sequence[float] | None:
    """Raise the values from that day on; return None where the day is unknown."""
    if np.isnan(values[day]):
        return None
    raised = values.copy()
    raised[day : day + 1 if is_spike else None] += size
    if measure is Measure.CPU:
        raised = np.minimum(raised, 100.0)
    return list(raised)


def injection_day(trial: Trial) -> date:
    return trial.series.days[trial.day]


def accuracy(
    series: Series, detected: Sequence[bool], alarms: int, size: float, limits: Limits
) -> Accuracy:
    known = np.count_nonzero(~np.isnan(checked(series.key, series.values)))
    judged = int(known) - limits.young_days
    return Accuracy(
        recall=sum(detected) / len(detected) if detected else None,
        false_per_month=alarms * MONTH_DAYS / judged if judged > 0 else None,
        tried=len(detected),
        size=size,
    )
