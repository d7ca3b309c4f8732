"""What has begun lately, and grows: a week-on-week trend that fades.

In its first weeks a series has no season and no level that a model could find, and the
median of its days is where it was, not where it goes.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from insights.arrays import FloatArray

# So long a series is young.
YOUNG_SEASONS = 8
# Each of the last days of up to two seasons must differ from that of the season before
# to the same side, and by this share of the level: noise seldom does.
PAIRED_SEASONS, LEAST_PAIRS, LEAST_SHARE = 2, 3, 0.10
# Of the growth from season to season so much goes on in the next, until two seasons of
# it tell.
FADING, FADING_RANGE = 0.75, (0.5, 0.95)


def since_start(
    values: FloatArray, first: date, season: int
) -> tuple[FloatArray, date]:
    """Leave out the zeros before a series began, if it has a season since then.

    What paused half as long before has not begun there.
    """
    nonzero = np.flatnonzero(np.nan_to_num(values))
    if not len(nonzero):
        return values, first
    begin = int(nonzero[0])
    pause = int(np.max(np.diff(nonzero), initial=1))
    if begin <= 2 * pause or begin < season or len(values) - begin < season:
        return values, first
    return values[begin:], first + timedelta(days=begin)


@dataclass(frozen=True)
class Growth:
    """The days ahead of what grows or shrinks, and how much of each is growth."""

    path: FloatArray
    added: FloatArray


def find_growth(values: FloatArray, horizon: int, season: int) -> Growth | None:
    """Return that of a young series without gaps; None if it keeps its level."""
    moved = values[season:] - values[:-season]
    if len(moved) < LEAST_PAIRS or len(values) >= YOUNG_SEASONS * season:
        return None
    recent, last = moved[-PAIRED_SEASONS * season :], values[-season:]
    step = float(np.median(moved[-season:]))
    is_one_way = abs(np.sign(recent).sum()) == len(recent)
    if not is_one_way or abs(step) < LEAST_SHARE * abs(last.mean()):
        return None
    fading, seasons = (
        fading_of(moved, season),
        np.arange(horizon, dtype=np.float64) // season + 1,
    )
    added: FloatArray = step * (1 - fading**seasons) / (1 - fading)
    return Growth(np.resize(last, horizon) + added, added)


def fading_of(moved: FloatArray, season: int) -> float:
    """Return which part of a season's growth is left in the next: the later half of
    what it `moved` against the earlier half."""
    half = len(moved) // 2
    if half < season:
        return FADING
    early, late = float(np.median(moved[:half])), float(np.median(moved[-half:]))
    if early * late <= 0:
        return FADING
    fading = (late / early) ** (season / half)
    return float(np.clip(fading, *FADING_RANGE))
