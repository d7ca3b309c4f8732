"""How good a forecast was, once the days have come. NaN is a day not known."""

from typing import Any

import numpy as np

from insights.arrays import FloatArray


def scores_of(
    history: FloatArray,
    actual: FloatArray,
    mean: FloatArray,
    band_80: tuple[FloatArray, FloatArray],
    band_95: tuple[FloatArray, FloatArray],
    season: int,
) -> dict[str, Any]:
    """Return the figures of Accuracy, of one forecast after that history."""
    scale = season_scale(history, season)
    naive = seasonal_naive(history, len(actual), season)
    return {
        "mase": mean_absolute_error(actual, mean) / scale if scale else None,
        "naive_mase": mean_absolute_error(actual, naive) / scale if scale else None,
        "smape": smape(actual, mean),
        "coverage_80": coverage(actual, *band_80),
        "coverage_95": coverage(actual, *band_95),
    }


def mean_absolute_error(actual: FloatArray, path: FloatArray) -> float:
    return float(np.nanmean(np.abs(actual - path[: len(actual)])))


def season_scale(history: FloatArray, season: int) -> float:
    """Return the mean absolute difference from the season before, MASE's divisor.

    Hyndman & Koehler 2006, "Another look at measures of forecast accuracy". 0 where
    the history repeats itself exactly or no two such days are known.
    """
    steps = np.abs(history[season:] - history[:-season])
    return float(np.nanmean(steps)) if (~np.isnan(steps)).any() else 0.0


def smape(actual: FloatArray, path: FloatArray) -> float:
    """Return 0 to 200 percent, symmetric; a day where both are 0 is no error."""
    size = np.abs(actual) + np.abs(path)
    shares = np.abs(actual - path) / np.where(size == 0, 1, size)
    return float(200 * np.nanmean(shares))


def coverage(actual: FloatArray, low: FloatArray, high: FloatArray) -> float:
    """Return the share of the known days that fell inside, bounds included."""
    known = ~np.isnan(actual)
    inside = (low <= actual) & (actual <= high)
    return float(inside[known].mean())


def seasonal_naive(history: FloatArray, horizon: int, season: int) -> FloatArray:
    """Forecast each day as it last was known one or more seasons before."""
    ahead = np.full(season, np.nan)
    for phase in range(season):
        days = history[len(history) - season + phase :: -season]
        known = days[~np.isnan(days)]
        ahead[phase] = known[0] if len(known) else np.nanmedian(history)
    return np.resize(ahead, horizon)
