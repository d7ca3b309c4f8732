"""What each of many series is expected to be, day by day, from the days before.

The expected value is a level (the median of the last seven days without their weekday)
plus the weekday's own part (the median of its last eight). Both are medians, so that
no single day moves them; days that were anomalous are left out altogether.
"""

import numpy as np
from numpy.typing import NDArray

from insights.detection.tails import Numbers

WEEK = 7
# Weekdays and ordinary deviations are judged by eight weeks.
WEEKS = 8
# The median absolute deviation of a normal distribution is this part of its
# standard deviation, and of 56 values the largest is rarely beyond three.
MAD_TO_DEVIATION = 1.4826
LARGEST_TO_DEVIATION = 1 / 3
# A level that changed by more than this factor is a new series.
SAME_SERIES = 10.0


def median(numbers: Numbers) -> Numbers:
    """The median of each row without its NaNs; NaN of a row with nothing else."""
    ordered = np.sort(numbers, axis=1)
    known = np.count_nonzero(~np.isnan(ordered), axis=1)
    rows = np.arange(len(ordered))
    low = ordered[rows, np.maximum(known - 1, 0) // 2]
    high = ordered[rows, np.minimum(known // 2, numbers.shape[1] - 1)]
    return np.where(known > 0, (low + high) / 2, np.nan)


class Baseline:
    """The memory of many series (rows) over days (columns)."""

    def __init__(self, rows: int, days: int) -> None:
        self.clean = np.full((rows, days), np.nan)
        # What a day was above its week, and what a weekday usually is.
        self.above = np.full((rows, days), np.nan)
        self.weekday = np.zeros((rows, WEEK))
        self.ordinary = np.full((rows, days), np.nan)
        self.known_days = np.zeros(rows, dtype=int)

    def expected(self, day: int) -> Numbers:
        """Per series; NaN while nothing is known. Looks at earlier days alone."""
        if not day:
            return np.full(len(self.clean), np.nan)
        recent = range(max(0, day - WEEK), day)
        weekdays = self.weekday[:, [at % WEEK for at in recent]]
        level = median(self.clean[:, recent.start : recent.stop] - weekdays)
        return level + self.weekday[:, day % WEEK]

    def typical(self, day: int) -> Numbers:
        """The median deviation of each series, as a standard deviation; 0 at first."""
        past = self._past(day)
        if not past.shape[1]:
            return np.zeros(len(past))
        return np.nan_to_num(median(past)) * MAD_TO_DEVIATION

    def spread(self, day: int) -> Numbers:
        """As typical, but wider where the largest ordinary deviation asks for it."""
        past = self._past(day)
        largest = np.max(np.nan_to_num(past), axis=1, initial=0.0)
        return np.maximum(self.typical(day), largest * LARGEST_TO_DEVIATION)

    def learn(
        self, day: int, values: Numbers, expected: Numbers, odd: NDArray[np.bool_]
    ) -> None:
        """Takes a day's values, NaN where unknown. What is odd is not learnt."""
        is_known = ~np.isnan(values)
        usual = is_known & ~odd
        self.clean[:, day] = np.where(
            usual | (is_known & np.isnan(expected)), values, expected
        )
        self.ordinary[:, day] = np.where(usual, np.abs(values - expected), np.nan)
        self.known_days += is_known
        self._learn_weekday(day)

    def restart(self, row: int, day: int, values: Numbers, ratio: float) -> None:
        """The last days' own `values` are the normal of that series from now on.

        Weekdays and deviations grow with the level by `ratio`, unless it is another
        series now.
        """
        latest = self.clean[row, day + 1 - len(values) : day + 1]
        latest[:] = np.where(np.isnan(values), latest, values)
        if 1 / SAME_SERIES < ratio < SAME_SERIES:
            for memory in (self.above, self.weekday, self.ordinary):
                memory[row] *= ratio
            return
        self.above[row] = self.ordinary[row] = np.nan
        self.weekday[row] = 0
        self.known_days[row] = len(values)

    def _past(self, day: int) -> Numbers:
        return self.ordinary[:, max(0, day - WEEK * WEEKS) : day]

    def _learn_weekday(self, day: int) -> None:
        if day + 1 < WEEK:
            return
        week = self.clean[:, day + 1 - WEEK : day + 1]
        self.above[:, day] = week[:, -1] - week.mean(axis=1)
        same = range(day, max(-1, day - WEEK * WEEKS), -WEEK)
        self.weekday[:, day % WEEK] = np.nan_to_num(median(self.above[:, same]))
