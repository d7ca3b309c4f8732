"""From alarms, which are rows and days of a walk, to findings that people read."""

from collections.abc import Sequence

import numpy as np

from insights.detection.limits import severity
from insights.detection.records import Direction, Finding, Kind, Measure
from insights.detection.tails import Numbers
from insights.detection.watch import Alarm, Watch

Told = tuple[Watch, Alarm]


def finding(key: str, measure: Measure, told: Sequence[Told]) -> Finding:
    """One anomaly of one or several rows, whose figures are added up."""
    days = told[0][0].days
    first = min(alarm.first for _, alarm in told)
    last = max(alarm.last for _, alarm in told)
    expected, deviation, spread = summed(told, first, last)
    peak = int(np.argmax(np.abs(deviation)))
    usual, gap = float(expected[peak]), float(deviation[peak])
    margin = told[0][0].limits.far * float(spread[peak])
    low, high = bounded(measure, usual - margin, usual + margin, usual)
    kind = Kind.SHIFT if all(alarm.lasted for _, alarm in told) else Kind.SPIKE
    impact = float(deviation.sum())
    return Finding(
        key=key,
        kind=kind,
        direction=Direction.UP if told[0][1].direction > 0 else Direction.DOWN,
        first_day=days[first],
        last_day=days[last],
        seen_on=days[min(alarm.seen for _, alarm in told)],
        peak_day=days[first + peak],
        expected=usual,
        low=low,
        high=high,
        actual=usual + gap,
        impact=impact,
        severity=severity(measure, kind, impact, last - first + 1),
        confidence=confidence(gap, float(spread[peak])),
        is_over=all(alarm.is_over for _, alarm in told),
    )


def summed(
    told: Sequence[Told], first: int, last: int
) -> tuple[Numbers, Numbers, Numbers]:
    """What was expected, how far off it was, and its ordinary spread, day by day.

    A row counts on the days of its own alarm. Spreads of different rows are taken to
    be independent.
    """
    expected, deviation, variance = np.zeros((3, last - first + 1))
    for watch, alarm in told:
        expected += np.nan_to_num(watch.expected[alarm.row, first : last + 1])
        variance += watch.spread[alarm.row, first : last + 1] ** 2
        own = slice(alarm.first, alarm.last + 1)
        deviation[alarm.first - first : alarm.last - first + 1] += watch.deviation[
            alarm.row, own
        ]
    return expected, deviation, np.sqrt(variance)


def bounded(
    measure: Measure, low: float, high: float, expected: float
) -> tuple[float, float]:
    """The range within what can be: costs are not below nothing, CPU is a percentage.

    A series that is negative itself, as credits are, has no such lower end.
    """
    if measure is Measure.CPU:
        return max(low, 0.0), min(high, 100.0)
    return (max(low, 0.0) if expected >= 0 else low), high


def confidence(deviation: float, spread: float) -> float:
    """At least so sure that an ordinary day is not this far away.

    One minus 4 / 9k^2, for any unimodal distribution and k ordinary deviations
    (Vysochanskij and Petunin 1980, "Justification of the 3 sigma rule").
    """
    if not deviation:
        return 0.0
    return max(0.0, 1 - 4 / 9 * (spread / deviation) ** 2)
