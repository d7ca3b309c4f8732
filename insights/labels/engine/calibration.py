"""From which deviation on an alarm is worth telling, learned from judged alarms.

An alarm's deviation is how far it lies from what was expected, in widths of the
expected range: 1 is its bound. Only what is learned from enough alarms, still reports
nearly all that were right, and raises the precision on alarms that it was not learned
from, is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Fewer say little of the next ones: with 20 the standard error of a share is 0.1.
LEAST_JUDGED = 20
# Of each verdict, else there is nothing to tell apart.
LEAST_OF_EACH = 5
# Of what was right, by weight: to miss costs more than to look in vain.
LEAST_RECALL = 0.95
FOLDS = 5
LEAST_GAIN = 0.02


@dataclass(frozen=True, slots=True)
class Judged:
    """One alarm: its deviation, the verdict, and how sure that is (0 to 1)."""

    deviation: float
    is_right: bool
    quality: float = 1.0


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was learned; without a `least_deviation` everything is reported."""

    judged: int
    precision_before: float | None
    precision_after: float | None
    recall: float | None
    least_deviation: float | None


def calibrate(judged: Sequence[Judged]) -> Calibrated:
    """Return the threshold, and the precision before and after on alarms that it was
    not learned from."""
    rights = sum(one.is_right for one in judged)
    before = precision(judged)
    if len(judged) < LEAST_JUDGED or min(rights, len(judged) - rights) < LEAST_OF_EACH:
        return Calibrated(len(judged), before, None, None, None)
    ordered = sorted(judged, key=lambda one: (one.deviation, one.is_right))
    passed = [one for fold in range(FOLDS) for one in _passed(ordered, fold)]
    after, recall = precision(passed), _recall(passed, judged)
    if before is None or after is None or after < before + LEAST_GAIN:
        return Calibrated(len(judged), before, before, 1.0, None)
    return Calibrated(len(judged), before, after, recall, threshold(judged))


def precision(judged: Sequence[Judged]) -> float | None:
    """Return the share that was right, by weight; None of none."""
    weight = sum(one.quality for one in judged)
    right = sum(one.quality for one in judged if one.is_right)
    return right / weight if weight else None


def threshold(judged: Sequence[Judged]) -> float:
    """Return the deviation above which precision is best; 0 keeps everything."""
    best, found = precision(judged) or 0.0, 0.0
    for least in sorted({one.deviation for one in judged}):
        above = [one for one in judged if one.deviation >= least]
        if _recall(above, judged) < LEAST_RECALL:
            break  # a higher one keeps still less
        if (share := precision(above)) is not None and share > best:
            best, found = share, least
    return found


def _passed(ordered: Sequence[Judged], fold: int) -> list[Judged]:
    """Return what of one fold passes the threshold that the others give."""
    others = [one for at, one in enumerate(ordered) if at % FOLDS != fold]
    least = threshold(others)
    return [one for one in ordered[fold::FOLDS] if one.deviation >= least]


def _recall(some: Sequence[Judged], judged: Sequence[Judged]) -> float:
    right = sum(one.quality for one in judged if one.is_right)
    return sum(one.quality for one in some if one.is_right) / right if right else 1.0
