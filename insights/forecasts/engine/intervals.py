"""Prediction intervals from the errors of the same forecasts in the past.

Split conformal prediction (Vovk, Gammerman & Shafer 2005; for forecasts Stankeviciute,
Alaa & van der Schaar 2021): the errors of forecasts made in the past, from origins the
forecast did not see beyond, are the errors to expect. No error is assumed normal, nor
its size constant with the distance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from insights.arrays import FloatArray

# Without a past to try, a forecast of few days may be off by these many standard
# deviations, and by these shares of the usual day (80%, 95%).
GUESSED_SIGMAS, GUESSED_SHARES = (1.5, 3.0), (0.5, 1.0)
# Errors grow with the distance; by how much is read from the errors of the farther
# half against the nearer, and pulled to "not at all" by as much as two folds weigh.
PRIOR_FOLDS = 2
MOST_GROWTH = 2.5


@dataclass(frozen=True)
class Band:
    """What to add to a forecast for its bounds: one value a day each."""

    low_80: FloatArray
    high_80: FloatArray
    low_95: FloatArray
    high_95: FloatArray

    def widened(self, narrow: FloatArray, wide: FloatArray) -> "Band":
        """Add what an independent part of each day may be off (80%, 95%)."""
        return Band(
            low_80=-np.hypot(self.low_80, narrow),
            high_80=np.hypot(self.high_80, narrow),
            low_95=-np.hypot(self.low_95, wide),
            high_95=np.hypot(self.high_95, wide),
        )


def conformal_band(errors: Sequence[FloatArray], horizon: int) -> Band:
    """Return bounds for `horizon` days from each fold's errors (actual minus forecast).

    For 80% each side is midway between its own quantile, which follows a lean to one
    side, and the one that both sides share, which is steadier. In the tails of 95%
    there are too few errors to tell the sides apart.
    """
    growth = error_growth(errors, horizon)
    steady = np.concatenate([one / growth[: len(one)] for one in errors])
    steady = steady[~np.isnan(steady)]
    shared, wide = np.quantile(np.abs(steady), [0.8, 0.95])
    low = (min(np.quantile(steady, 0.1), 0.0) - shared) / 2
    high = (max(np.quantile(steady, 0.9), 0.0) + shared) / 2
    return Band(
        low_80=low * growth,
        high_80=high * growth,
        low_95=min(low, -wide) * growth,
        high_95=max(high, wide) * growth,
    )


def error_growth(errors: Sequence[FloatArray], horizon: int) -> FloatArray:
    """Return how errors grow with the days ahead, 1 on average over those tried.

    A straight line over those; beyond them as a random walk, by the square root.
    """
    tried = len(errors[0])
    line = np.linspace(1, slope_of(errors), tried) if tried > 1 else np.ones(1)
    line /= line.mean()
    beyond = np.sqrt(np.arange(tried + 1, horizon + 1) / tried)
    return np.concatenate([line, line[-1] * beyond])[:horizon]


def slope_of(errors: Sequence[FloatArray]) -> float:
    """Return how many times the first day's error the last day's is, at least 1."""
    half = len(errors[0]) // 2
    near = mean_size([one[:half] for one in errors])
    far = mean_size([one[half:] for one in errors])
    if not near or not far:
        return 1.0
    ratio = (far / near) ** (len(errors) / (len(errors) + PRIOR_FOLDS))
    ratio = min(max(ratio, 1.0), MOST_GROWTH)
    # Means over the halves of a line from 1 to s are 1 + (s-1)/4 and 1 + 3 (s-1)/4.
    return 1 + 4 * (ratio - 1) / (3 - ratio)


def mean_size(errors: Sequence[FloatArray]) -> float:
    """Return how large the known errors are on average; 0 where none is known."""
    sizes = np.abs(np.concatenate(errors))
    known = sizes[~np.isnan(sizes)]
    return float(known.mean()) if len(known) else 0.0


def guessed_band(values: FloatArray, horizon: int) -> Band:
    """Return wide bounds for a series that is too short to have errors of its own."""
    spread, size = float(np.nanstd(values)), float(np.nanmedian(np.abs(values)))
    narrow, wide = (
        np.full(horizon, max(sigmas * spread, share * size))
        for sigmas, share in zip(GUESSED_SIGMAS, GUESSED_SHARES, strict=True)
    )
    return Band(-narrow, narrow, -wide, wide)
