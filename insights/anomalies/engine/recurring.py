"""Deviations that have been there before, so that they are no anomalies."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from insights.arrays import FloatArray

# A deviation of at least this part of today's, at the right time, says it comes again.
PERIODIC = 0.6
# What comes now and then without a period is held to what was nearly as large.
AS_LARGE, AS_OFTEN, LATEST_DAYS = 0.8, 2, 60
# A series that goes back to its level before a shift, within so many days and as near
# as this share of the shift, has returned.
RETURN_DAYS, RETURN_SHARE = 90, 0.35
# A job has run this often before, at the same distance; what is about as large on more
# than this share of rows is no job.
JOB_RUNS, JOB_SHARE = 2, 0.1


def is_periodic(deviation: FloatArray, at: int, times: FloatArray) -> bool:
    """Whether a row's deviation came at equal distances before, as a daily job's does.

    The distance is learned from the series itself, give or take the usual step between
    its `times`, so that missing rows do not move a job.
    """
    today = float(deviation[at])
    alike = deviation[:at] * np.sign(today) >= PERIODIC * abs(today)
    earlier = times[:at][alike]
    if not today or not JOB_RUNS <= len(earlier) <= JOB_SHARE * at:
        return False
    step = float(np.median(np.diff(times[: at + 1])))
    ago = times[at] - earlier
    before = times[at] - JOB_RUNS * ago[ago > JOB_RUNS * step]
    before = before[before >= times[0]]
    nearest = np.searchsorted(earlier, before - step)
    known = nearest < len(earlier)
    return bool((earlier[nearest[known]] <= before[known] + step).any())


class RecurringDeviations:
    """The past deviations of many series (rows) over days (columns)."""

    def __init__(
        self, days: Sequence[date], expected: FloatArray, deviation: FloatArray
    ) -> None:
        """Take the detector's matrices, which it fills before it asks for a day."""
        self.days, self.expected, self.deviation = days, expected, deviation
        self.monthly = np.zeros(deviation.shape, dtype=bool)
        self.shifted: dict[int, tuple[int, float, float]] = {}

    def is_monthly(self, row: int, day: int) -> bool:
        """Whether about as much came a month before, give or take a day, as fees do.

        On the first day of a month it is so until a month before can be looked at.
        """
        self.monthly[row, day] = self._is_monthly(row, day)
        return bool(self.monthly[row, day])

    def is_frequent(self, row: int, day: int) -> bool:
        """Whether about as much came a week before, or twice of late, as jobs do.

        What comes each month excuses nothing on other days.
        """
        week_before, latest = day - 7, range(max(0, day - LATEST_DAYS), day)
        news = [at for at in latest if not self.monthly[row, at]]
        if week_before in news and self._recurred(row, day, week_before, PERIODIC):
            return True
        return sum(self._recurred(row, day, at, AS_LARGE) for at in news) >= AS_OFTEN

    def is_return(self, row: int, day: int, now: float, moved: float) -> bool:
        """Whether it goes back to where it was before a shift, by having `moved`."""
        if row not in self.shifted:
            return False
        at, level, gap = self.shifted[row]
        away = now - level
        is_back = moved * gap < 0 and abs(away) <= RETURN_SHARE * abs(gap)
        return is_back and day - at <= RETURN_DAYS

    def record_shift(self, row: int, last: int, level: float, gap: float) -> None:
        """Record from where and how far it went, to know the way back."""
        self.shifted[row] = (last, level, gap)

    def _is_monthly(self, row: int, day: int) -> bool:
        month_before = self._month_before(day)
        if self.days[day].day == 1 and (
            month_before < 0 or np.isnan(self.expected[row, month_before])
        ):
            return True
        around = range(month_before - 1, month_before + 2)
        return any(self._recurred(row, day, at, PERIODIC) for at in around)

    def _recurred(self, row: int, day: int, at: int, share: float) -> bool:
        """Whether a deviation to the same side was at least that share of today's."""
        if not 0 <= at < day:
            return False
        today = float(self.deviation[row, day])
        past = float(self.deviation[row, at])
        return past * today > 0 and abs(past) >= share * abs(today)

    def _month_before(self, day: int) -> int:
        """Return the column of the same day of the month before, or of its last."""
        today = self.days[day]
        ended = today.replace(day=1) - timedelta(days=1)
        same = ended.replace(day=min(today.day, ended.day))
        return day - (today - same).days
