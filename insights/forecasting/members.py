"""The forecasts that are combined: four of the library's models and plain medians.

Each is cheap (together about 5 ms for 400 days), sees the series in its own way, and
none is best for all: see combining.py. They work on filled and calmed days.
"""

import logging
from typing import Any, Protocol

import numpy as np

from insights.forecasting.series import Array, by_phase, profile, repeated

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

    def forecast(self, y: Array, h: int) -> dict[str, Any]: ...


def members(
    values: Array, horizon: int, season: int
) -> tuple[dict[str, Array], list[str]]:
    """Each member's forecast of the next `horizon` days, by its name for people.

    And the names of those that found none. The medians always find one.
    """
    found = {f"median of {QUICK} seasons": median_season(values, QUICK, season)}
    if len(values) >= SLOW_HISTORY * season:
        found[f"median of {SLOW} seasons"] = median_season(values, SLOW, season)
    paths = {name: repeated(one, horizon) for name, one in found.items()}
    if len(values) < LEAST_DAYS or repeats(values, season):
        return paths, []
    paths |= seasonal(values[-LONG_DAYS:], horizon, season)
    paths |= plain(values[-SHORT_DAYS:], horizon, season)
    bound = RUNAWAY * float(np.abs(values).max())
    sane = {name: path for name, path in paths.items() if np.abs(path).max() <= bound}
    return sane, [name for name in paths if name not in sane]


def repeats(values: Array, season: int) -> bool:
    """Whether every season is the one before again: the models find nothing to fit."""
    steps = np.abs(values[season:] - values[:-season])
    return float(steps.max(initial=0)) <= ROUNDING * float(np.abs(values).max())


def median_season(values: Array, seasons: int, season: int) -> Array:
    """The usual value of each day of the season over the last few, next day first."""
    whole = min(seasons, len(values) // season)
    recent: Array = np.median(by_phase(values[-whole * season :], season), axis=1)
    return recent


def seasonal(values: Array, horizon: int, season: int) -> dict[str, Array]:
    """Models with a season: a level per day of it, and one that follows trends too."""
    # It takes seconds to load: only what forecasts pays for it.
    from statsforecast.models import AutoCES, SeasonalExponentialSmoothingOptimized

    per_day = SeasonalExponentialSmoothingOptimized(season)
    complex_smoothing = AutoCES(season, model="S" if season > 1 else "N")
    return {
        "seasonal smoothing": path_if_any(per_day, values, horizon),
        "CES": path_if_any(complex_smoothing, values, horizon),
    }


def plain(values: Array, horizon: int, season: int) -> dict[str, Array]:
    """Models of the level alone: the season's shape is taken out and added back."""
    from statsforecast.models import AutoETS, Theta

    shape = profile(values, season)
    rest = values - shape[np.arange(-len(values), 0) % season]
    back = repeated(shape, horizon)
    return {
        "ETS": path_if_any(AutoETS(1, model="ANN"), rest, horizon) + back,
        "Theta": path_if_any(Theta(1), rest, horizon) + back,
    }


def sparse(values: Array, horizon: int) -> dict[str, Array]:
    """For days that are mostly 0: the chance of a charge times its size, every day.

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


def path_if_any(model: Model, values: Array, horizon: int) -> Array:
    """NaN where the model finds no fit: the other members forecast without it."""
    try:
        return path_of(model, values, horizon)
    except Exception as error:  # it raises just that: "no model able to be fitted"
        logger.warning("%s finds no fit: %s", type(model).__name__, error)
        return np.full(horizon, np.nan)


def path_of(model: Model, values: Array, horizon: int) -> Array:
    path: Array = model.forecast(values, horizon)["mean"]
    return path
