"""An anomaly score for each row of any series, as it comes: no row needs a later one.

Each row has several features (features.py); each is scored by how rare it is beside its
own past, so nothing is tuned to a unit, a size or a shape. The highest counts. Rows
that follow an alarm belong to it and raise no other.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence

import numpy as np

from insights.anomalies.engine.anomaly_records import DetectionError
from insights.anomalies.engine.features import OF_ONE_ROW, distances, features
from insights.anomalies.engine.recurring import is_periodic
from insights.arrays import FloatArray, InvalidValue, float_array

# An anomaly score from here on is an alarm.
ALARM = 0.5
# The tail score of an alarm: one chance in 10^2.5, about 300, in the rarest of the
# seven features; chosen on the parts of the Numenta Anomaly Benchmark that are not
# from AWS.
ALARM_TAIL_SCORE = 2.5
# For so long after an alarm, as a share of the rows so far, rows belong to it.
QUIET_SHARE = 0.03
# The scores of such rows are multiplied with this, which keeps them below an alarm.
QUIET_FACTOR = 0.49

# Fewer numbers than this have no tail worth speaking of.
WARM_UP = 50
# The tail is the largest 2%, where Siffer et al. (2017), "Anomaly detection in
# streams with extreme value theory", begin theirs too; at least ten numbers.
TAIL_SHARE, TAIL_LEAST = 0.02, 10
# A tail is not believed to end sooner than this index says: a few equal numbers would
# make anything a little larger impossible.
THINNEST = 0.1
# The earliest numbers are of rows that had little to be compared with.
FORGOTTEN_SHARE = 0.1
# A number is not rare where others were this large a part of it, whatever theory says.
SEEN = 0.8
# The highest tail score.
MOST = 30.0


def scores(
    values: Sequence[float | None], times: FloatArray | None = None
) -> FloatArray:
    """Return the anomaly score of each row, from 0 to 1; an alarm from ALARM on.

    Rows are taken in their order, whatever their distance in time is; their ascending
    `times`, in any unit, tell when a job comes again, and without them their order
    does. None and NaN are unknown: they score 0 and change nothing. Raises
    DetectionError, which names the row (from 1), for a value that is infinite or beyond
    LARGEST.
    """
    try:
        numbers = float_array(values)
    except InvalidValue as error:
        raise DetectionError(
            f"Row {error.index + 1}: the value is {error.size}, which no series can "
            "hold. Correct it, or leave it empty."
        ) from None
    found = np.zeros(len(numbers))
    known = ~np.isnan(numbers)
    if known.any():
        rows = numbers[known]
        each = np.array([tail_scores(one) for one in features(rows)])
        highest = np.max(each, axis=0)
        usual = distances(rows)
        when = np.arange(len(rows), dtype=float) if times is None else times[known]
        for at in np.flatnonzero(highest >= ALARM_TAIL_SCORE).tolist():
            if is_periodic(usual, at, when):
                highest[at] = np.max(np.delete(each[:, at], OF_ONE_ROW))
        found[known] = without_repeats(highest)
    return found


def without_repeats(highest: FloatArray) -> FloatArray:
    """Map tail scores to 0..1, and keep rows that follow an alarm below one."""
    found = highest / (highest + ALARM_TAIL_SCORE * (1 - ALARM) / ALARM)
    quiet_until = -1.0
    for at in range(len(found)):
        if at <= quiet_until:
            found[at] *= QUIET_FACTOR
        elif found[at] >= ALARM:
            quiet_until = at * (1 + QUIET_SHARE)
    return found


def tail_scores(numbers: FloatArray) -> FloatArray:
    """Return each number's score beside those before it; NaN scores 0."""
    tail = Tail()
    found = np.zeros(len(numbers))
    for at, number in enumerate(numbers.tolist()):
        if number == number:
            found[at] = tail.score(number)
            tail.add(number)
    return found


class Tail:
    """The numbers so far, sorted, without the earliest."""

    def __init__(self) -> None:
        self.numbers: list[float] = []
        self.in_turn: deque[float] = deque()
        self.added = 0

    def score(self, number: float) -> float:
        """Return -log10 of the chance of a number this large; 0 with too few before.

        The chance is the Pareto tail's by Hill (1975) and Weissman (1978), and never
        less than the share of earlier numbers that were about as large.
        """
        known = len(self.numbers)
        if known < WARM_UP:
            return 0.0
        size = max(TAIL_LEAST, int(known * TAIL_SHARE))
        edge = self.numbers[known - size]
        if number <= edge:
            return 0.0
        chance = 1 / known
        if edge > 0:
            top = np.array(self.numbers[known - size :])
            index = max(float(np.log(top / edge).mean()), THINNEST)
            chance = size / known * (number / edge) ** (-1 / index)
        as_large = known - bisect_left(self.numbers, number * SEEN)
        chance = max(chance, as_large / known, 10**-MOST)
        return float(-np.log10(chance))

    def add(self, number: float) -> None:
        insort(self.numbers, number)
        self.in_turn.append(number)
        self.added += 1
        if len(self.in_turn) > self.added * (1 - FORGOTTEN_SHARE):
            del self.numbers[bisect_left(self.numbers, self.in_turn.popleft())]
