"""A daily series as an array: gaps, spikes, the season's shape, a shift of its level.

All arrays are one float per day, oldest first, NaN where a day is not known. `season`
is a length in days.
"""

import numpy as np

from insights.arrays import SIGMA_OF_MAD, FloatArray, row_medians

# A day is compared with the same day of the season up to four seasons before and after:
# enough for a median, few enough to follow a level that moves.
NEIGHBOURS = 4
# Beyond three robust standard deviations a day is a spike, and is pulled back to there.
SPIKE_SIGMAS = 3.0
# The season's shape is read from half a year, so that last year's shape is forgotten.
PROFILE_SEASONS = 26
# A level shift: medians take it for a run of spikes until half of what they see has it,
# which is weeks. One that is as clear as this is believed after a season.
# The days that may have moved are held to the eight seasons before them; a move that is
# older than four is the level by itself.
RECENT_SEASONS, SEASONS_BEFORE = 4, 8
# A shorter run of odd days may be over tomorrow.
SHIFT_LEAST_DAYS = 7
# All of them are so many robust standard deviations away, and such a share of the
# level: holidays mostly are less, a new cluster or a log left on is not.
SHIFT_SIGMAS, SHIFT_LEAST_SHARE = 6.0, 0.20


def fill_gaps(values: FloatArray, season: int) -> FloatArray:
    """Fill missing days from the same days of near seasons, else from those around."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    whole = np.where(missing, seasonal_medians(values, season), values)
    missing = np.isnan(whole)
    known = np.flatnonzero(~missing)
    whole[missing] = np.interp(np.flatnonzero(missing), known, whole[known])
    return whole


def clip_spikes(values: FloatArray, season: int) -> FloatArray:
    """Pull spikes and drops back, so that one odd day does not bend a model."""
    expected = seasonal_medians(values, season)
    rest = values - expected
    reach = SPIKE_SIGMAS * sigma(rest)
    return expected + np.clip(rest, -reach, reach) if reach > 0 else values


def sigma(rest: FloatArray) -> float:
    """Return the standard deviation without spikes; 0 where most days are equal."""
    return float(SIGMA_OF_MAD * np.nanmedian(np.abs(rest - np.nanmedian(rest))))


def seasonal_medians(values: FloatArray, season: int) -> FloatArray:
    """Return each day's median over the same days of the near seasons and itself."""
    reach = NEIGHBOURS * season
    padded = np.pad(values, reach, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return row_medians(windows[:, ::season])


def seasonal_profile(values: FloatArray, season: int) -> FloatArray:
    """Return what each day of the season adds to the level; the next day first."""
    recent = values[-PROFILE_SEASONS * season :]
    above = recent - moving_average(recent, season)
    shape = row_medians(by_season_day(above, season))
    return shape - shape.mean()


def moving_average(values: FloatArray, season: int) -> FloatArray:
    """Return the mean over the season around each day, of fewer days at both ends."""
    ones = np.ones(season)
    shares = np.convolve(np.ones(len(values)), ones, mode="same")
    return np.convolve(values, ones, mode="same")[: len(values)] / shares[: len(values)]


def by_season_day(values: FloatArray, season: int) -> FloatArray:
    """Return a row for each day of the season, the next day first; NaN-padded."""
    seasons = -(-len(values) // season)
    padding = seasons * season - len(values)
    padded = np.pad(values, (padding, 0), constant_values=np.nan)
    return padded.reshape(seasons, season).T


def find_level_shift(values: FloatArray, season: int) -> tuple[int, float]:
    """Return for how many days until the end the level has been another, and the gap.

    0 days where it has not. NaN is a day not known.
    """
    recent, before = RECENT_SEASONS * season, SEASONS_BEFORE * season
    base = values[-recent - before : -recent]
    if len(base) < before or np.isnan(base).all():
        return 0, 0.0
    expected = row_medians(by_season_day(base, season))
    spread = sigma(base - np.resize(expected, before))
    level = float(np.nanmedian(np.abs(expected)))
    away = values[-recent:] - np.resize(expected, recent)
    known = away[~np.isnan(away)]
    reach = max(SHIFT_SIGMAS * spread, SHIFT_LEAST_SHARE * level)
    if not len(known) or not level or not reach > 0:
        return 0, 0.0
    stays = (away * np.sign(known[-1]) > reach) | np.isnan(away)
    days = recent if stays.all() else int(np.argmin(stays[::-1]))
    if not max(season, SHIFT_LEAST_DAYS) <= days < recent:
        return 0, 0.0
    seasons = away[-(days - days % season) :]
    if np.isnan(seasons).sum() > len(seasons) / 2:
        return 0, 0.0
    return days, float(np.nanmean(seasons))
