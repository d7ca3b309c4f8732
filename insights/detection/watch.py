"""Which days are anomalous: a walk over many series, each day judged by those before.

A day is told when it is far (limits.py) from what was expected, large enough to matter,
and new. An anomaly goes on while days stay away on the same side; after a week it is
the new normal, and the way back from there is not an anomaly again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from insights.detection.baseline import Baseline
from insights.detection.known import Known
from insights.detection.limits import Limits
from insights.detection.tails import Numbers

Flags = NDArray[np.bool_]

# Days of an anomaly may be this much nearer to what was expected than is usual in it.
GOES_ON = 0.5
# An anomaly that comes back after so many days never ended.
PAUSE_DAYS = 2


@dataclass(frozen=True)
class Lines:
    """From where on a deviation matters, in the unit of the series: up and down.

    `share` lines are of what was expected; `steadiest` is the least spread, in the
    unit of the series and as a share of what was expected.
    """

    up: float
    up_share: float
    down: float
    down_share: float
    steadiest: float
    steadiest_share: float

    def material(self, deviation: Numbers, expected: Numbers) -> Flags:
        usual = np.abs(expected)
        up = np.maximum(self.up, self.up_share * usual)
        down = np.maximum(self.down, self.down_share * usual)
        return np.abs(deviation) >= np.where(deviation > 0, up, down)

    def least_spread(self, expected: Numbers) -> Numbers:
        return np.maximum(self.steadiest, self.steadiest_share * np.abs(expected))


@dataclass
class Alarm:
    """One anomaly of one row, as days of the walk. `last` moves while it goes on.

    One that is not told goes back to what was normal before.
    """

    row: int
    direction: int
    first: int
    seen: int
    last: int
    is_told: bool = True
    lasted: bool = False
    is_over: bool = False


class Watch:
    """Many series of the same days. `judge` is called once a day, in order."""

    def __init__(
        self, rows: int, days: Sequence[date], lines: Lines, limits: Limits
    ) -> None:
        self.days, self.lines, self.limits = days, lines, limits
        self.expected = np.full((rows, len(days)), np.nan)
        self.spread = np.zeros((rows, len(days)))
        self.deviation = np.zeros((rows, len(days)))
        self.alarms: list[Alarm] = []
        self.open: dict[int, Alarm] = {}
        self.latest: dict[tuple[int, int], Alarm] = {}
        self.known = Known(days, self.expected, self.deviation)

    def judge(
        self,
        day: int,
        values: Numbers,
        expected: Numbers,
        memory: Baseline,
        estimated: Flags,
    ) -> tuple[Flags, Flags]:
        """Which series are anomalous that day, and which are odd but no news.

        `values` may hold NaN: nothing is known of those, and nothing said. What is
        estimated may still grow, so it is never too low.
        """
        least = self.lines.least_spread(np.nan_to_num(expected))
        deviation = np.nan_to_num(values - expected)
        self.expected[:, day], self.deviation[:, day] = expected, deviation
        self.spread[:, day] = np.maximum(memory.spread(day), least)
        matters = self.lines.material(deviation, np.nan_to_num(expected))
        matters &= (deviation > 0) | ~estimated
        typical = np.maximum(memory.typical(day), least)
        unusual = matters & (np.abs(deviation) >= self.limits.far * typical)
        odd = self._where(unusual, day, self.known.is_monthly)
        far = matters & ~odd & self._is_far(day, memory)
        far &= ~self._where(far, day, self.known.is_frequent)
        self._continue(day, ~np.isnan(values))
        for row in np.flatnonzero(far).tolist():
            if row not in self.open:
                self._open(row, day)
        anomalous = np.zeros(len(far), dtype=bool)
        anomalous[[row for row, alarm in self.open.items() if alarm.last == day]] = True
        return anomalous, odd & ~anomalous

    def mature(self, day: int) -> list[Alarm]:
        """The anomalies that have lasted: today they become the new normal."""
        lasting = [
            alarm
            for alarm in self.open.values()
            if day - alarm.first + 1 >= self.limits.lasting_days
        ]
        for alarm in lasting:
            alarm.lasted = alarm.is_over = True
            del self.open[alarm.row]
            self.known.shift(alarm.row, alarm.first, day)
        return lasting

    def _where(
        self, rows: Flags, day: int, is_known: Callable[[int, int], bool]
    ) -> Flags:
        """Those of the rows that are known like that, and are not in an anomaly."""
        found = np.zeros(len(rows), dtype=bool)
        for row in np.flatnonzero(rows).tolist():
            found[row] = not self._paused(row, day) and is_known(row, day)
        return found

    def _paused(self, row: int, day: int) -> Alarm | None:
        """The anomaly that goes on, or would go on if that day were anomalous."""
        direction = 1 if self.deviation[row, day] > 0 else -1
        alarm = self.latest.get((row, direction))
        if alarm and not alarm.lasted and day - alarm.last <= PAUSE_DAYS + 1:
            return alarm
        return None

    def _is_far(self, day: int, memory: Baseline) -> Flags:
        """Far today, or rather far today and yesterday, for series that are known."""
        limits, days = self.limits, memory.known_days
        far = np.where(days < limits.mature_days, limits.far_when_young, limits.far)
        score, before = self._score(day), self._score(day - 1)
        nearer = np.minimum(np.abs(score), np.abs(before))
        twice = (nearer >= limits.far_twice) & (score * before > 0)
        twice &= days >= limits.mature_days
        found: Flags = (days >= limits.young_days) & (twice | (np.abs(score) >= far))
        return found

    def _score(self, day: int) -> Numbers:
        if day < 0:
            return np.zeros(len(self.spread))
        spread = self.spread[:, day]
        return np.divide(
            self.deviation[:, day], spread, out=np.zeros(len(spread)), where=spread > 0
        )

    def _continue(self, day: int, known: Flags) -> None:
        """Moves open anomalies on to that day, or closes them. Unknown days wait."""
        for row, alarm in list(self.open.items()):
            so_far = self.deviation[row, alarm.first : day] * alarm.direction
            today = self.deviation[row, day] * alarm.direction
            if not known[row]:
                continue
            if today >= GOES_ON * float(np.median(so_far[so_far > 0])):
                alarm.last = day
            else:
                alarm.is_over = True
                del self.open[row]

    def _open(self, row: int, day: int) -> None:
        alarm = self._paused(row, day)
        if alarm:
            alarm.last, alarm.is_over = day, False
        else:
            alarm = self._new(row, day)
            self.alarms.append(alarm)
        self.open[row] = self.latest[row, alarm.direction] = alarm

    def _new(self, row: int, day: int) -> Alarm:
        """It began the day before if it took two days to be sure."""
        direction = 1 if self.deviation[row, day] > 0 else -1
        before = float(self._score(day - 1)[row]) * direction
        first = day - 1 if before >= self.limits.far_twice else day
        is_told = not self.known.is_repair(row, day)
        return Alarm(row, direction, first, seen=day, last=day, is_told=is_told)
