"""Anomalous days of many series, each day judged by the days before it.

A day is anomalous when it is far (limits.py) from what was expected, large enough to
matter, and not recurring. An anomaly goes on while days stay away on the same side;
after a week it is the new normal, and the return from there is not an anomaly again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from insights.anomalies.engine.anomaly_records import Kind
from insights.anomalies.engine.baseline import Baseline
from insights.anomalies.engine.limits import Limits
from insights.anomalies.engine.recurring import RecurringDeviations
from insights.arrays import BoolArray, FloatArray, known_or_zero

# Days of an anomaly may be this much nearer to what was expected than is usual in it.
GOES_ON = 0.5
# An anomaly that comes back after so many days never ended.
PAUSE_DAYS = 2


@dataclass(frozen=True)
class Materiality:
    """From where on a deviation matters, in the unit of the series: up and down.

    Shares are of what was expected; `steadiest` is the least spread, in the
    unit of the series and as a share of what was expected.
    """

    up: float
    up_share: float
    down: float
    down_share: float
    steadiest: float
    steadiest_share: float
    # Of a rise that lasts.
    lasting_share: float = 0.0

    def material(self, deviation: FloatArray, expected: FloatArray) -> BoolArray:
        usual = np.abs(expected)
        up = np.maximum(self.up, self.up_share * usual)
        down = np.maximum(self.down, self.down_share * usual)
        return np.abs(deviation) >= np.where(deviation > 0, up, down)

    def least_spread(self, expected: FloatArray) -> FloatArray:
        return np.maximum(self.steadiest, self.steadiest_share * np.abs(expected))


@dataclass
class Alarm:
    """One anomaly of one row; days are columns. `last` moves while it goes on.

    One that is not reported goes back to what was normal before. `kind` and `figures`
    (what was expected and how far off it was, each day) are those of the test that
    found it, where that was not the daily one.
    """

    row: int
    direction: int
    first: int
    seen: int
    last: int
    is_reported: bool = True
    lasted: bool = False
    is_over: bool = False
    kind: Kind | None = None
    figures: FloatArray | None = None

    @property
    def is_gradual(self) -> bool:
        """Whether weeks showed it, and no single day."""
        return self.kind in (Kind.SHIFT, Kind.GROWTH)


class Detector:
    """Many series of the same days. `judge` is called once a day, in order."""

    def __init__(
        self, rows: int, days: Sequence[date], materiality: Materiality, limits: Limits
    ) -> None:
        self.days, self.materiality, self.limits = days, materiality, limits
        self.expected = np.full((rows, len(days)), np.nan)
        self.spread = np.zeros((rows, len(days)))
        self.deviation = np.zeros((rows, len(days)))
        self.alarms: list[Alarm] = []
        self.open: dict[int, Alarm] = {}
        self.latest: dict[tuple[int, int], Alarm] = {}
        self.recurring = RecurringDeviations(days, self.expected, self.deviation)

    def judge(
        self,
        day: int,
        values: FloatArray,
        expected: FloatArray,
        baseline: Baseline,
        estimated: BoolArray,
    ) -> tuple[BoolArray, BoolArray]:
        """Return which series are anomalous that day, and which only recur.

        `values` may hold NaN: nothing is said of those. What is estimated may still
        grow, so it is never too low.
        """
        usual = known_or_zero(expected)
        least, typical = self.materiality.least_spread(usual), baseline.typical(day)
        deviation = known_or_zero(values - expected)
        self.expected[:, day], self.deviation[:, day] = expected, deviation
        self.spread[:, day] = np.maximum(baseline.spread(day, typical), least)
        matters = self.materiality.material(deviation, usual)
        matters &= (deviation > 0) | ~estimated
        limit = self.limits.far * np.maximum(typical, least)
        unusual = matters & (np.abs(deviation) >= limit)
        recurring = self._where(unusual, day, self.recurring.is_monthly)
        far = matters & ~recurring & self._is_far(day, baseline)
        far &= ~self._where(far, day, self.recurring.is_frequent)
        self._continue(day, ~np.isnan(values))
        for row in np.flatnonzero(far).tolist():
            if row not in self.open:
                self._open(row, day)
        anomalous = np.zeros(len(far), dtype=bool)
        anomalous[[row for row, alarm in self.open.items() if alarm.last == day]] = True
        return anomalous, recurring & ~anomalous

    def close_lasting(self, day: int) -> list[Alarm]:
        """Close the anomalies that have lasted: today they become the new normal."""
        lasting = [
            alarm
            for alarm in self.open.values()
            if day - alarm.first + 1 >= self.limits.lasting_days
        ]
        for alarm in lasting:
            alarm.lasted = alarm.is_over = True
            del self.open[alarm.row]
            self.recurring.record_shift(alarm.row, day, *self.move_of(alarm))
        return lasting

    def begin(self, row: int, first: int, day: int, gap: float, now: float) -> Alarm:
        """Begin an alarm of a lasting change; unreported where it is a way back."""
        direction = 1 if gap > 0 else -1
        is_return = self.recurring.is_return(row, day, now, gap)
        alarm = Alarm(row, direction, first, day, first - 1, is_reported=not is_return)
        alarm.figures = np.zeros((2, 0))
        self.alarms.append(alarm)
        self.latest[row, direction] = alarm
        return alarm

    def extend(
        self, alarm: Alarm, kind: Kind, day: int, expected: FloatArray, now: FloatArray
    ) -> None:
        """Let an alarm last to that day, with what its further days are."""
        more = np.array([expected, known_or_zero(now - expected)])
        alarm.figures = np.concatenate([self.figures(alarm), more], axis=1)
        alarm.last, alarm.kind = day, kind
        alarm.lasted = alarm.is_over = True

    def figures(self, alarm: Alarm) -> FloatArray:
        """Return what was expected on each of its days, and how far off it was."""
        if alarm.figures is not None:
            return alarm.figures
        days = slice(alarm.first, alarm.last + 1)
        expected = known_or_zero(self.expected[alarm.row, days])
        return np.array([expected, self.deviation[alarm.row, days]])

    def move_of(self, alarm: Alarm) -> tuple[float, float]:
        """Return its usual level, and how far its days are from there."""
        expected, deviation = self.figures(alarm)
        return float(np.median(expected)), float(np.median(deviation))

    def _where(
        self, rows: BoolArray, day: int, recurs: Callable[[int, int], bool]
    ) -> BoolArray:
        """Return those of the rows that recur, and are not in an anomaly."""
        found = np.zeros(len(rows), dtype=bool)
        for row in np.flatnonzero(rows).tolist():
            found[row] = not self._resumable(row, day) and recurs(row, day)
        return found

    def _resumable(self, row: int, day: int) -> Alarm | None:
        """Return the anomaly that goes on, or would if that day were anomalous."""
        direction = 1 if self.deviation[row, day] > 0 else -1
        alarm = self.latest.get((row, direction))
        if alarm and not alarm.lasted and day - alarm.last <= PAUSE_DAYS + 1:
            return alarm
        return None

    def _is_far(self, day: int, baseline: Baseline) -> BoolArray:
        """Return what is far today, or rather far both today and yesterday."""
        limits, days = self.limits, baseline.known_days
        far = np.where(days < limits.mature_days, limits.far_when_young, limits.far)
        score, before = self._score(day), self._score(day - 1)
        nearer = np.minimum(np.abs(score), np.abs(before))
        twice = (nearer >= limits.far_twice) & (score * before > 0)
        twice &= days >= limits.mature_days
        found: BoolArray = (days >= limits.young_days) & (
            twice | (np.abs(score) >= far)
        )
        return found

    def _score(self, day: int) -> FloatArray:
        if day < 0:
            return np.zeros(len(self.spread))
        spread = self.spread[:, day]
        return np.divide(
            self.deviation[:, day], spread, out=np.zeros(len(spread)), where=spread > 0
        )

    def _continue(self, day: int, known: BoolArray) -> None:
        """Move open anomalies on to that day, or close them. Unknown days wait."""
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
        alarm = self._resumable(row, day)
        if alarm:
            alarm.last, alarm.is_over = day, False
        else:
            alarm = self._new(row, day)
            self.alarms.append(alarm)
        self.open[row] = self.latest[row, alarm.direction] = alarm

    def _new(self, row: int, day: int) -> Alarm:
        """Begin it the day before if it took two days to be sure."""
        direction = 1 if self.deviation[row, day] > 0 else -1
        before = float(self._score(day - 1)[row]) * direction
        first = day - 1 if before >= self.limits.far_twice else day
        gap, now = float(self.deviation[row, day]), float(self.expected[row, day])
        is_reported = not self.recurring.is_return(row, day, now + gap, gap)
        return Alarm(row, direction, first, seen=day, last=day, is_reported=is_reported)
