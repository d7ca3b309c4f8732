"""An anomaly score for each row of any series, as it comes: no row needs a later one.

Each row is seen in several ways (views.py); each way is as surprising as it is rare
beside its own past (tails.py), so nothing is tuned to a unit, a size or a shape. The
most surprising view is the row's. It is told once: after an alarm come rows that
belong to it.
"""

import math
from collections.abc import Sequence

import numpy as np

from insights.detection.numbers import LARGEST, size
from insights.detection.records import DetectionError
from insights.detection.tails import Numbers, surprises
from insights.detection.views import views

# A score from here on is an alarm.
ALARM = 0.5
# One chance in 10^2.5, about 300, by the most surprising of the seven views; chosen on
# the parts of the Numenta Anomaly Benchmark that are not from AWS.
SURPRISING = 2.5
# For so long after an alarm, as a share of the rows so far, what comes belongs to it.
QUIET_SHARE = 0.03
# What scores of such rows are multiplied with, which keeps them below an alarm.
QUIET = 0.49


def scores(values: Sequence[float | None]) -> Numbers:
    """The anomaly score of each row, from 0 to 1; an alarm from ALARM on.

    Rows are taken in their order, whatever their distance in time is. None and NaN
    are unknown: they score 0 and change nothing. Raises DetectionError, which names
    the row (from 1), for a value that is infinite or beyond LARGEST.
    """
    found = np.zeros(len(values))
    known = known_rows(values)
    if known:
        numbers = np.array([values[row] for row in known], dtype=float)
        found[known] = told_once(surprise_of(numbers))
    return found


def known_rows(values: Sequence[float | None]) -> list[int]:
    """Which rows hold a number."""
    for row, value in enumerate(values, start=1):
        if value is not None and abs(value) > LARGEST:
            raise DetectionError(
                f"Row {row}: the value is {size(value)}, which no series can hold. "
                "Correct it, or leave it empty."
            )
    return [
        row
        for row, value in enumerate(values)
        if value is not None and not math.isnan(value)
    ]


def surprise_of(values: Numbers) -> Numbers:
    """The surprise of each row in its most surprising view."""
    most: Numbers = np.max([surprises(view) for view in views(values)], axis=0)
    return most


def told_once(surprise: Numbers) -> Numbers:
    """Scores: ALARM where it is SURPRISING, and below it for a while after that."""
    found = surprise / (surprise + SURPRISING * (1 - ALARM) / ALARM)
    quiet_until = -1.0
    for at in range(len(found)):
        if at <= quiet_until:
            found[at] *= QUIET
        elif found[at] >= ALARM:
            quiet_until = at * (1 + QUIET_SHARE)
    return found
