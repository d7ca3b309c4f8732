"""What each of many series is expected to be, day by day, from the days before.

The expected value is a level (the median of the last seven days without their weekday)
plus the weekday's own part (the median of its last eight). Both are medians, so that
no single day moves them; days that were anomalous are left out altogether.
"""

import numpy as np

from insights.arrays import (
    SIGMA_OF_MAD,
    BoolArray,
    FloatArray,
    known_or_zero,
    row_medians,
)

WEEK = 7
# Weekdays and ordinary deviations are judged by eight weeks.
WEEKS = 8
# Of 56 values of a normal distribution the largest is rarely beyond three deviations.
LARGEST_TO_DEVIATION = 1 / 3
# A level that changed by more than this factor is a new series.
SAME_SERIES = 10.0


class Baseline:
    """What is normal for many series (rows) over days (columns)."""

    def __init__(self, rows: int, days: int) -> None:
        self.clean = np.full((rows, days), np.nan)
        # What a day was above its week, and what a weekday usually is.
        self.above = np.full((rows, days), np.nan)
        self.weekday = np.zeros((rows, WEEK))
        self.ordinary = np.full((rows, days), np.nan)
        self.known_days = np.zeros(rows, dtype=int)
        # Which were ever below 0: of others no such value is expected.
        self.was_below = np.zeros(rows, dtype=bool)

    def expected(self, day: int) -> FloatArray:
        """Return it per series, from earlier days alone; NaN while nothing is known."""
        if not day:
            return np.full(len(self.clean), np.nan)
        recent = range(max(0, day - WEEK), day)
        weekdays = self.weekday[:, [at % WEEK for at in recent]]
        level = row_medians(self.clean[:, recent.start : recent.stop] - weekdays)
        return level + self.weekday[:, day % WEEK]

    def typical(self, day: int) -> FloatArray:
        """Return each series' median deviation, as a standard deviation; 0 at first."""
        past = self._past(day)
        if not past.shape[1]:
            return np.zeros(len(past))
        return known_or_zero(row_medians(past)) * SIGMA_OF_MAD

    def spread(self, day: int, typical: FloatArray) -> FloatArray:
        """Return the same, wider where the largest ordinary deviation asks for it."""
        past = self._past(day)
        largest = np.max(known_or_zero(past), axis=1, initial=0.0)
        return np.maximum(typical, largest * LARGEST_TO_DEVIATION)

    def learn(
        self, day: int, values: FloatArray, expected: FloatArray, excluded: BoolArray
    ) -> None:
        """Learn a day's values, NaN where unknown, but for the excluded series."""
        is_known = ~np.isnan(values)
        usual = is_known & ~excluded
        self.clean[:, day] = np.where(
            usual | (is_known & np.isnan(expected)), values, expected
        )
        self.ordinary[:, day] = np.where(usual, np.abs(values - expected), np.nan)
        self.known_days += is_known
        self.was_below |= known_or_zero(values) < 0
        self._learn_weekday(day)

    def restart(self, row: int, day: int, values: FloatArray, ratio: float) -> None:
        """Take the last days' own `values` for that series' normal from now on.

        Weekdays and deviations grow with the level by `ratio`, unless it is another
        series now.
        """
        latest = self.clean[row, day + 1 - len(values) : day + 1]
        latest[:] = np.where(np.isnan(values), latest, values)
        if 1 / SAME_SERIES < ratio < SAME_SERIES:
            for one in (self.above, self.weekday, self.ordinary):
                one[row] *= ratio
            return
        self.above[row] = self.ordinary[row] = np.nan
        self.weekday[row] = 0
        self.known_days[row] = len(values)

    def _past(self, day: int) -> FloatArray:
        return self.ordinary[:, max(0, day - WEEK * WEEKS) : day]

    def _learn_weekday(self, day: int) -> None:
        if day + 1 < WEEK:
            return
        week = self.clean[:, day + 1 - WEEK : day + 1]
        self.above[:, day] = week[:, -1] - week.mean(axis=1)
        same = range(day, max(-1, day - WEEK * WEEKS), -WEEK)
        self.weekday[:, day % WEEK] = known_or_zero(row_medians(self.above[:, same]))
