"""The forecasts that are combined: four of the library's models and plain medians.

Each is cheap (together about 5 ms for 400 days), sees the series in its own way, and
none is best for all: see ensemble_weights.py. They work on days without gaps and
spikes.
"""

import logging
from typing import Any, Protocol

import numpy as np

from insights.arrays import FloatArray
from insights.forecasts.engine.series import (
    by_season_day,
    repeat_season,
    seasonal_profile,
)

logger = logging.getLogger(__name__)

# Older days cost time and change nothing: two years for models with a season, a year
# and a month for those that see the series without it.
LONG_DAYS, SHORT_DAYS = 728, 400
# The usual day of the season over eight seasons, and over 26 where the history is four
# times as long, so that the backtest has seen how such a slow mean does.
QUICK, SLOW = 8, 26
SLOW_HISTORY = 4 * SLOW
# The models refuse fewer days than they have parameters; two weeks are enough for all.
LEAST_DAYS = 14
# Differences of this share of the largest value come from rounding.
ROUNDING = 1e-9
# On odd series an optimum can be unstable: a path that leaves the largest value this
# many times behind is left out.
RUNAWAY = 10
# How fast TSB follows the chance and the size of a charge: its authors' usual 0.1.
TSB_SPEED = 0.1


class Model(Protocol):
    """What is used of the library's models."""

    def forecast(self, y: FloatArray, h: int) -> dict[str, Any]: ...


def forecast_each(
    values: FloatArray, horizon: int, season: int
) -> tuple[dict[str, FloatArray], list[str]]:
    """Return each member's forecast of the next `horizon` days by its name.

    And the names of those that found none. The medians always find one.
    """
    found = {f"median of {QUICK} seasons": median_season(values, QUICK, season)}
    if len(values) >= SLOW_HISTORY * season:
        found[f"median of {SLOW} seasons"] = median_season(values, SLOW, season)
    paths = {name: repeat_season(one, horizon) for name, one in found.items()}
    if len(values) < LEAST_DAYS or is_periodic(values, season):
        return paths, []
    paths |= seasonal(values[-LONG_DAYS:], horizon, season)
    paths |= deseasonalized(values[-SHORT_DAYS:], horizon, season)
    bound = RUNAWAY * float(np.abs(values).max())
    sane = {name: path for name, path in paths.items() if np.abs(path).max() <= bound}
    return sane, [name for name in paths if name not in sane]


def is_periodic(values: FloatArray, season: int) -> bool:
    """Whether every season is the one before again: the models find nothing to fit."""
    steps = np.abs(values[season:] - values[:-season])
    return float(steps.max(initial=0)) <= ROUNDING * float(np.abs(values).max())


def median_season(values: FloatArray, seasons: int, season: int) -> FloatArray:
    """Return each day of the season over the last few, the next day first."""
    whole = min(seasons, len(values) // season)
    recent: FloatArray = np.median(
        by_season_day(values[-whole * season :], season), axis=1
    )
    return recent


def seasonal(values: FloatArray, horizon: int, season: int) -> dict[str, FloatArray]:
    """Forecast with a season: a level per day of it, and one that follows trends."""
    # It takes seconds to load: only what forecasts pays for it.
    from statsforecast.models import AutoCES, SeasonalExponentialSmoothingOptimized

    per_day = SeasonalExponentialSmoothingOptimized(season)
    complex_smoothing = AutoCES(season, model="S" if season > 1 else "N")
    return {
        "seasonal smoothing": path_or_nan(per_day, values, horizon),
        "CES": path_or_nan(complex_smoothing, values, horizon),
    }


def deseasonalized(
    values: FloatArray, horizon: int, season: int
) -> dict[str, FloatArray]:
    """Forecast the level alone: the season's shape is taken out and added back."""
    from statsforecast.models import AutoETS, Theta

    shape = seasonal_profile(values, season)
    rest = values - shape[np.arange(-len(values), 0) % season]
    back = repeat_season(shape, horizon)
    return {
        "ETS": path_or_nan(AutoETS(1, model="ANN"), rest, horizon) + back,
        "Theta": path_or_nan(Theta(1), rest, horizon) + back,
    }


def intermittent(values: FloatArray, horizon: int) -> dict[str, FloatArray]:
    """Forecast days that are mostly 0: the chance of a charge times its size each day.

    Teunter, Syntetos & Babai 2011, "Intermittent demand"; credits are counted apart.
    """
    from statsforecast.models import TSB

    model = TSB(TSB_SPEED, TSB_SPEED)
    total = np.zeros(horizon)
    for sign in (1, -1):
        charged = np.maximum(sign * values, 0)
        if charged.any():
            total += sign * path_of(model, charged, horizon)
    return {"TSB": total}


def path_or_nan(model: Model, values: FloatArray, horizon: int) -> FloatArray:
    """Return NaN where the model finds no fit: the other members do without it."""
    try:
        return path_of(model, values, horizon)
    except Exception as error:  # it raises just that: "no model able to be fitted"
        logger.warning("%s finds no fit: %s", type(model).__name__, error)
        return np.full(horizon, np.nan)


def path_of(model: Model, values: FloatArray, horizon: int) -> FloatArray:
    path: FloatArray = model.forecast(values, horizon)["mean"]
    return path
