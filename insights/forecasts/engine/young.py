"""What has begun lately, and grows: a trend that fades, by as much as its days tell.

In its first weeks a series has no season and no level that a model could find, and the
median of its days is where it was, not where it goes. How fast its growth fades a few
noisy days hardly tell: each of several fadings is fitted, and their paths are averaged
by how well each fits and how likely it is beforehand (Bayesian model averaging).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from insights.arrays import FloatArray

# So long a series is young; before two seasons, its days follow each other.
YOUNG_SEASONS, PAIRED_AFTER_SEASONS = 8, 2
# Each of the last days of up to two seasons must differ from that of the season before
# to the same side, and by this share of the level: noise seldom does.
PAIRED_SEASONS, LEAST_PAIRS, LEAST_SHARE = 2, 3, 0.10
# Before that nearly each day differs from nearly each other to the same side, and by
# more in a season: a week has a weekend too.
LEAST_ALIKE, EARLY_SHARE = 0.6, 0.25
# Of the growth from season to season so much goes on in the next: beforehand likely
# around three quarters, and anything possible from a stop to no end.
FADINGS = np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])
LIKELY = np.exp(-0.5 * ((FADINGS - 0.75) / 0.25) ** 2)
# What is known of fading in the last four seasons; before that it was another one.
FITTED_SEASONS = 4
# A perfect fit is no certainty.
LEAST_MISFIT = 1e-9


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
    if not max(season, LEAST_PAIRS) <= len(values) < YOUNG_SEASONS * season:
        return None
    if len(values) < PAIRED_AFTER_SEASONS * season and _grows_daily(values, season):
        return _daily_growth(values, horizon, season)
    moved = values[season:] - values[:-season]
    last = values[-season:]
    if not _grows_by_season(moved, last, season):
        return None
    added = _season_growth(moved[-FITTED_SEASONS * season :], horizon, season)
    return Growth(np.resize(last, horizon) + added, added)


def _grows_by_season(moved: FloatArray, last: FloatArray, season: int) -> bool:
    if len(moved) < LEAST_PAIRS:
        return False
    recent = moved[-PAIRED_SEASONS * season :]
    is_one_way = abs(np.sign(recent).sum()) == len(recent)
    step = float(np.median(moved[-season:]))
    return bool(is_one_way and abs(step) >= LEAST_SHARE * abs(last.mean()))


def _grows_daily(values: FloatArray, season: int) -> bool:
    """Return whether days differ from earlier ones to one side, by Kendall's tau, and
    by enough, by the slope of Theil and Sen."""
    earlier, later = np.triu_indices(len(values), 1)
    more = values[later] - values[earlier]
    slope = float(np.median(more / (later - earlier)))
    is_one_way = abs(np.sign(more).sum()) >= LEAST_ALIKE * len(more)
    return bool(is_one_way and abs(slope) * season >= EARLY_SHARE * abs(values.mean()))


def _daily_growth(values: FloatArray, horizon: int, season: int) -> Growth:
    """Continue a level that is approached, a part of the way left each day."""
    days, ahead = np.arange(len(values)), np.arange(horizon) + len(values)
    misfits, paths = list[float](), list[FloatArray]()
    for fading in FADINGS ** (1 / season):
        terms = np.column_stack([np.ones(len(days)), fading**days])
        (level, rest), *_ = np.linalg.lstsq(terms, values, rcond=None)
        misfits.append(float(np.sum((values - terms @ [level, rest]) ** 2)))
        paths.append(level + rest * fading**ahead)
    path = _averaged(paths, misfits, len(values) - 2)
    return Growth(path, path - values[-1])


def _season_growth(moved: FloatArray, horizon: int, season: int) -> FloatArray:
    """Return what seasons ahead add to the last one, by what days `moved` since the
    season before."""
    at = np.arange(len(moved)) / season
    seasons = np.arange(horizon) // season + 1
    last = (np.arange(horizon) % season + len(moved) - season) / season
    misfits, paths = list[float](), list[FloatArray]()
    for fading in FADINGS:
        shape = fading**at
        step = float(shape @ moved / (shape @ shape))
        misfits.append(float(np.sum((moved - step * shape) ** 2)))
        more = fading * (1 - fading**seasons) / (1 - fading)
        paths.append(step * fading**last * more)
    return _averaged(paths, misfits, len(moved) - 1)


def _averaged(
    paths: list[FloatArray], misfits: list[float], freedom: int
) -> FloatArray:
    """Average the paths of all fadings by how likely each is, noise being unknown."""
    misfit = np.maximum(misfits, LEAST_MISFIT * max(max(misfits), LEAST_MISFIT))
    weights = LIKELY * (misfit / misfit.min()) ** (-freedom / 2)
    path: FloatArray = np.average(paths, axis=0, weights=weights)
    return path
