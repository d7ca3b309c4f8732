"""What is no news though it is far from what was expected: it has been there before."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from insights.detection.tails import Numbers

# A deviation of at least this part of today's, at the right time, says it comes again.
PERIODIC = 0.6
# What comes now and then without a period is held to what was nearly as large.
AS_LARGE, AS_OFTEN, LATEST_DAYS = 0.8, 2, 60
# Who goes back to the level before a shift within so many days, and as near as this
# share of the shift, has repaired it.
REPAIRED_DAYS, REPAIRED_SHARE = 90, 0.35


class Known:
    """The past deviations of many series (rows) over days (columns)."""

    def __init__(
        self, days: Sequence[date], expected: Numbers, deviation: Numbers
    ) -> None:
        """Both matrices are their owner's, who fills in a day before it is asked."""
        self.days, self.expected, self.deviation = days, expected, deviation
        self.monthly = np.zeros(deviation.shape, dtype=bool)
        self.shifted: dict[int, tuple[int, float, float]] = {}

    def is_monthly(self, row: int, day: int) -> bool:
        """As a fee is: about as much came a month before, a day earlier or later.

        On the first day of a month it is so until a month before can be looked at.
        """
        self.monthly[row, day] = self._is_monthly(row, day)
        return bool(self.monthly[row, day])

    def is_frequent(self, row: int, day: int) -> bool:
        """As a job is: about as much came a week before, or twice of late.

        What comes each month excuses nothing on other days.
        """
        week_before, latest = day - 7, range(max(0, day - LATEST_DAYS), day)
        news = [at for at in latest if not self.monthly[row, at]]
        if week_before in news and self._came(row, day, week_before, PERIODIC):
            return True
        return sum(self._came(row, day, at, AS_LARGE) for at in news) >= AS_OFTEN

    def is_repair(self, row: int, day: int) -> bool:
        """Whether it goes back to where it was before a shift."""
        if row not in self.shifted:
            return False
        at, level, gap = self.shifted[row]
        deviation = float(self.deviation[row, day])
        away = float(self.expected[row, day]) + deviation - level
        is_back = deviation * gap < 0 and abs(away) <= REPAIRED_SHARE * abs(gap)
        return is_back and day - at <= REPAIRED_DAYS

    def shift(self, row: int, first: int, last: int) -> None:
        """Keeps from where to where it went, for the way back."""
        days = slice(first, last + 1)
        level = float(np.nanmedian(self.expected[row, days]))
        self.shifted[row] = (last, level, float(np.median(self.deviation[row, days])))

    def _is_monthly(self, row: int, day: int) -> bool:
        month_before = self._month_before(day)
        if self.days[day].day == 1 and (
            month_before < 0 or np.isnan(self.expected[row, month_before])
        ):
            return True
        around = range(month_before - 1, month_before + 2)
        return any(self._came(row, day, at, PERIODIC) for at in around)

    def _came(self, row: int, day: int, at: int, share: float) -> bool:
        """Whether a deviation to the same side was at least that share of today's."""
        if not 0 <= at < day:
            return False
        today = float(self.deviation[row, day])
        past = float(self.deviation[row, at])
        return past * today > 0 and abs(past) >= share * abs(today)

    def _month_before(self, day: int) -> int:
        """The column of the same day of the month before, or of that month's last."""
        today = self.days[day]
        ended = today.replace(day=1) - timedelta(days=1)
        same = ended.replace(day=min(today.day, ended.day))
        return day - (today - same).days
