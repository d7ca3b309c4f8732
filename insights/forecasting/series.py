"""A daily series as an array: gaps filled, spikes taken off, its season taken out.

All arrays are one float per day, oldest first, NaN where a day is not known. `season`
is a length in days.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A day is compared with the same day of the season up to four seasons before and after:
# enough for a median, few enough to follow a level that moves.
NEIGHBOURS = 4
# Beyond three robust standard deviations a day is a spike, and is pulled back to there.
SPIKE_SIGMAS = 3.0
# The standard deviation of a normal sample, from its median absolute deviation.
SIGMA_OF_MAD = 1.4826
# The season's shape is read from half a year, so that last year's shape is forgotten.
PROFILE_SEASONS = 26


def filled(values: Array, season: int) -> Array:
    """Missing days from the same days of near seasons, else from the days around."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    whole = np.where(missing, usual(values, season), values)
    missing = np.isnan(whole)
    known = np.flatnonzero(~missing)
    whole[missing] = np.interp(np.flatnonzero(missing), known, whole[known])
    return whole


def calmed(values: Array, season: int) -> Array:
    """Spikes and holes pulled back, so that one odd day does not bend a model."""
    expected = usual(values, season)
    rest = values - expected
    reach = SPIKE_SIGMAS * sigma(rest)
    return expected + np.clip(rest, -reach, reach) if reach > 0 else values


def sigma(rest: Array) -> float:
    """A standard deviation that spikes do not move; 0 where most days are equal."""
    return float(SIGMA_OF_MAD * np.nanmedian(np.abs(rest - np.nanmedian(rest))))


def usual(values: Array, season: int) -> Array:
    """Each day's median over the same days of the near seasons, itself included."""
    reach = NEIGHBOURS * season
    padded = np.pad(values, reach, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return row_medians(windows[:, ::season])


def row_medians(rows: Array) -> Array:
    """The median of each row's known values; NaN for a row without any.

    As np.nanmedian, which is ten times as slow on many short rows.
    """
    ordered = np.sort(rows, axis=1)
    counts = np.sum(~np.isnan(rows), axis=1)
    each = np.arange(len(rows))
    low = ordered[each, np.maximum(counts - 1, 0) // 2]
    high = ordered[each, np.minimum(counts // 2, rows.shape[1] - 1)]
    return np.where(counts > 0, (low + high) / 2, np.nan)


def profile(values: Array, season: int) -> Array:
    """What each day of the season adds to the level; [0] is that of the next day."""
    recent = values[-PROFILE_SEASONS * season :]
    above = recent - level(recent, season)
    shape = row_medians(by_phase(above, season))
    return shape - shape.mean()


def level(values: Array, season: int) -> Array:
    """The mean over the season around each day, of fewer days at both ends."""
    ones = np.ones(season)
    shares = np.convolve(np.ones(len(values)), ones, mode="same")
    return np.convolve(values, ones, mode="same")[: len(values)] / shares[: len(values)]


def by_phase(values: Array, season: int) -> Array:
    """A row for each day of the season, the next day's first; NaN before the start."""
    seasons = -(-len(values) // season)
    padding = seasons * season - len(values)
    padded = np.pad(values, (padding, 0), constant_values=np.nan)
    return padded.reshape(seasons, season).T


def repeated(one_season: Array, horizon: int) -> Array:
    """A season said again until the horizon is full."""
    return np.resize(one_season, horizon)
