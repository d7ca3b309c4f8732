"""Changes that last, which no single day shows: a new level, and slow growth.

Beside the daily test, whose expected value follows a new level within four days, each
day's last week is held to the five weeks before it, and nine weeks to each other. What
was reported is taken out of the days since, so that it is not reported twice.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from insights.anomalies.engine.anomaly_records import Kind
from insights.anomalies.engine.baseline import WEEK, Baseline
from insights.anomalies.engine.detector import Alarm, Detector
from insights.arrays import SIGMA_OF_MAD, BoolArray, FloatArray, row_medians

WEEKS_BEFORE, GROWTH_WEEKS = 5, 9
SHIFT_DAYS, WINDOW_DAYS = WEEK * (WEEKS_BEFORE + 1), WEEK * GROWTH_WEEKS
# The days of a week that must be known, and not anomalous by themselves.
USUAL_DAYS = 5
# A week's gap (the mean of its five middle days, less medians of five weeks) deviates
# by this share of what a day does, as drawing normal noise shows.
GAP_SIGMA = 0.45
# Noise that clings and seasons move weeks further: a change is larger by this factor
# than the largest gap of half a year.
STRAY_DAYS, STRAY_FACTOR = 182, 1.3
# Of the 36 pairs of nine weeks so many grew, as by chance hardly ever.
GROWN_PAIRS = 31
EARLIER, LATER = np.triu_indices(GROWTH_WEEKS, 1)
# A level that changed by more than this factor has another noise: it starts again.
SAME_NOISE = 2.0
# The first day of a new level is among so many latest.
LATEST_DAYS = 14
# A change that begins so soon after the last day of one to the same side is the same;
# within weeks it goes on, as creeping costs do.
SAME_DAYS, GOES_ON_DAYS = 3, 28

Rows = NDArray[np.intp]


class Move(NamedTuple):
    """A reported change of a row's level: all days from `first` on have it."""

    row: int
    first: int
    gap: float


class LastingChanges:
    """Lasting changes of the series (rows) of a detector. `judge` is called daily."""

    def __init__(self, detector: Detector) -> None:
        self.detector = detector
        self.moves: list[Move] = []
        shape = detector.deviation.shape
        self.gaps = {kind: np.full(shape, np.nan) for kind in (Kind.SHIFT, Kind.GROWTH)}
        # From where on a row has its present noise.
        self.begins = np.zeros(shape[0], dtype=int)

    def judge(
        self,
        day: int,
        window: FloatArray,
        baseline: Baseline,
        estimated: BoolArray,
        levels: FloatArray | None = None,
    ) -> FloatArray:
        """Open the alarms of a day; `window` has the nine weeks to it (nine_weeks), and
        `levels` what is known of the days before them too.

        What is estimated may still grow, so it is never too low. Return the window
        without the changes that were reported.
        """
        levels = window if levels is None else levels
        calm = self._without_moves(day, window)
        recent = baseline.ordinary[:, max(0, day + 1 - WEEK) : day + 1]
        usual = np.sum(~np.isnan(recent), axis=1) >= USUAL_DAYS
        usual[list(self.detector.open)] = False
        known = (day + 1 - self.begins >= WINDOW_DAYS) & ~np.isnan(calm).any(axis=1)
        for test in TESTS[: 2 if day % WEEK == 0 else 1]:
            rows = np.flatnonzero(known & usual)
            gaps, usual_week = test.gaps(calm[rows])
            gaps = np.where(estimated[rows], np.maximum(gaps, 0.0), gaps)
            changed = self._changed(test, day, rows, gaps, usual_week, calm, baseline)
            for at in changed:
                row = int(rows[at])
                self._report(test, day, row, levels[row], calm[row], usual_week[at])
                usual[row] = False
        return self._without_moves(day, window)

    def record(self, row: int, first: int, day: int, before: float, gap: float) -> None:
        """Take a reported change out of the days from `first` on."""
        self.moves.append(Move(row, first, gap))
        for gaps in self.gaps.values():
            gaps[row, first : day + 1] = np.nan
        ratio = (before + gap) / before if before else np.inf
        if not 1 / SAME_NOISE < ratio < SAME_NOISE:
            self.begins[row] = day + 1

    def _without_moves(self, day: int, window: FloatArray) -> FloatArray:
        start = day + 1 - WINDOW_DAYS
        self.moves = [move for move in self.moves if move.first > start]
        calm = window.copy()
        for row, first, gap in self.moves:
            calm[row, first - start :] -= gap
        return calm

    def _changed(
        self,
        test: "Test",
        day: int,
        rows: Rows,
        gaps: FloatArray,
        usual_week: FloatArray,
        calm: FloatArray,
        baseline: Baseline,
    ) -> list[int]:
        """Return which gaps matter, and are larger than noise and earlier ones."""
        materiality, limits = self.detector.materiality, self.detector.limits
        before, earlier = usual_week.mean(axis=1), self.gaps[test.kind]
        earlier[rows, day] = gaps
        share = limits.least_growth_share
        if test.kind is Kind.SHIFT:
            share = materiality.lasting_share
        up = (gaps >= materiality.up) & (gaps >= share * np.abs(before))
        down = (gaps < 0) & materiality.material(gaps, before)
        some = np.flatnonzero(up | down)
        if not len(some):
            return []
        which, days = rows[some], slice(max(0, day - STRAY_DAYS), max(0, day - WEEK))
        strayed = np.nan_to_num(np.abs(earlier[which, days])).max(axis=1, initial=0.0)
        noise = np.maximum(day_noise(calm[which]), baseline.typical(day)[which])
        noise = np.maximum(noise, materiality.least_spread(before[some]))
        least = limits.far_lasting * GAP_SIGMA * noise
        least = np.maximum(least, STRAY_FACTOR * strayed)
        changed: list[int] = some[np.abs(gaps[some]) >= least].tolist()
        return changed

    def _report(
        self,
        test: "Test",
        day: int,
        row: int,
        levels: FloatArray,
        calm: FloatArray,
        usual_week: FloatArray,
    ) -> None:
        """Open an alarm, or go on with the one that it belongs to, which may have
        ended before the window began."""
        whole = np.resize(usual_week, WINDOW_DAYS)
        away = calm - whole
        kind, is_shift = test.kind, test.kind is Kind.SHIFT
        days = begun(away[-LATEST_DAYS:]) if is_shift else WINDOW_DAYS - WEEK
        first, gap = day + 1 - days, float(np.median(away[-min(days, WEEK) :]))
        alarm = self._earlier(row, first, gap)
        if alarm is None:
            alarm = self.detector.begin(row, first, day, gap, float(levels[-1]))
            expected = levels[-days:] - away[-days:]
        else:
            if alarm.lasted and day - alarm.first > LATEST_DAYS:
                kind = Kind.GROWTH
            days = day - alarm.last
            expected = np.full(days, self.detector.move_of(alarm)[0])
        self.detector.extend(alarm, kind, day, expected, newest(levels, days))
        move = self.detector.move_of(alarm)
        self.detector.recurring.record_shift(row, day, *move)
        self.record(row, first, day, float(usual_week.mean()), gap)

    def _earlier(self, row: int, first: int, gap: float) -> Alarm | None:
        """Return the alarm to the same side that this change goes on with."""
        alarm = self.detector.latest.get((row, 1 if gap > 0 else -1))
        if alarm is None:
            return None
        reach = GOES_ON_DAYS if alarm.lasted else SAME_DAYS
        return alarm if first - alarm.last <= reach else None


def nine_weeks(levels: FloatArray, day: int) -> FloatArray:
    """Return the columns of nine weeks to that day, NaN where none are."""
    window = np.full((len(levels), WINDOW_DAYS), np.nan)
    columns = levels[:, max(0, day + 1 - WINDOW_DAYS) : day + 1]
    window[:, WINDOW_DAYS - columns.shape[1] :] = columns
    return window


def newest(levels: FloatArray, days: int) -> FloatArray:
    """Return the levels of so many last days, NaN where there are none."""
    before = np.full(max(0, days - len(levels)), np.nan)
    return np.concatenate([before, levels[max(0, len(levels) - days) :]])


def week_gaps(window: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return each row's gap between its last week and what was usual in the five weeks
    before, and that usual week."""
    usual_week = np.median(weeks_before(window), axis=1)
    away = np.sort(window[:, -WEEK:] - usual_week, axis=1)
    return away[:, 1:-1].mean(axis=1), usual_week


def growth_gaps(window: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the same of the last of nine weeks and the first; no gap without growth
    from week to week."""
    days = window.reshape(-1, GROWTH_WEEKS, WEEK)
    weeks = np.median(days, axis=2)
    pairs = np.sum(weeks[:, LATER] > weeks[:, EARLIER], axis=1)
    gaps = weeks[:, -1] - weeks[:, 0]
    return np.where(pairs >= GROWN_PAIRS, gaps, 0.0), days[:, 0]


def day_noise(window: FloatArray) -> FloatArray:
    """Return the standard deviation of a day in the five weeks before the last."""
    before = weeks_before(window)
    rest = before - np.median(before, axis=1, keepdims=True)
    return SIGMA_OF_MAD * row_medians(np.abs(rest).reshape(len(window), -1))


def weeks_before(window: FloatArray) -> FloatArray:
    return window[:, -SHIFT_DAYS:-WEEK].reshape(-1, WEEKS_BEFORE, WEEK)


class Test(NamedTuple):
    """A kind of change, and the gaps that show it."""

    kind: Kind
    gaps: Callable[[FloatArray], tuple[FloatArray, FloatArray]]


# Growth is looked for once a week: it takes weeks.
TESTS = (
    Test(Kind.SHIFT, week_gaps),
    Test(Kind.GROWTH, growth_gaps),
)


def begun(away: FloatArray) -> int:
    """Return for how many of the last days a series has been away: where the sum of
    those days is the largest beside what noise would make of so many."""
    days = np.arange(1, len(away) + 1)
    sums = np.abs(np.cumsum(away[::-1])) / np.sqrt(days)
    return int(np.argmax(sums)) + 1
