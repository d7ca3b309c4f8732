"""The ensemble: what each member forecasts from one origin, blind to what came after.

Four of the library's models and plain medians. Each is cheap (together about 5 ms for
400 days), sees the series in its own way, and none is best for all: see
ensemble_weights.py. They work on days without gaps and spikes.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from insights.arrays import FloatArray, row_medians
from insights.forecasts.engine.holidays import find_holidays
from insights.forecasts.engine.monthly_charges import ONE_DAY, find_charges
from insights.forecasts.engine.series import (
    by_season_day,
    clip_spikes,
    fill_gaps,
    find_level_shift,
    moving_average,
    seasonal_profile,
    sigma,
)
from insights.forecasts.engine.young import find_growth

logger = logging.getLogger(__name__)

# A season is known when it was seen twice.
LEAST_SEASONS = 2
# Whether charges follow a season is read from so many of the last.
RECENT_SEASONS = 8
# Last year's level is compared over four weeks, smoothed over three.
YEAR_DAYS, LEVEL_SEASONS, SMOOTH_SEASONS = 365, 4, 3
# Older days cost time and change nothing: two years for models with a season, a year
# and a month for those that see the series without it.
LONG_DAYS, SHORT_DAYS = 728, 400
# The usual day of the season over eight seasons, and over 26 where the history is four
# times as long, so that the backtest has seen how such a slow mean does.
QUICK, SLOW = 8, 26
SLOW_HISTORY = 4 * SLOW
# The models refuse fewer days than they have parameters; two weeks are enough for all.
LEAST_DAYS = 14
# A walk shows in four weeks, of half a year at least; a trend moves one way.
TREND_SIGMAS = 2.0
WANDER_DAYS, WANDER_HISTORY, WANDER_RATIO = 28, 182, 0.55
# Differences of this share of the largest value come from rounding.
ROUNDING = 1e-9
# On odd series an optimum can be unstable: a path that leaves the largest value this
# many times behind is left out.
RUNAWAY = 10
# How fast TSB follows the chance and the size of a charge: its authors' usual 0.1.
TSB_SPEED = 0.1
# Holidays and growth may come so much more or less than they did (80%, 95%).
UNSURE_80, UNSURE_95 = 0.4, 0.9
GROWS = "Young: its growth is continued, and fades."


@dataclass(frozen=True)
class MemberForecasts:
    """The days after one origin, as each member forecasts them."""

    # Without the monthly charges; at least one.
    paths: Mapping[str, FloatArray]
    # How last year moved from its level of this time; None without a last year.
    year: FloatArray | None
    # What is due on fixed days, holidays below 0; and what the past does not tell of
    # the spread (80%, 95%).
    due: FloatArray
    due_80: FloatArray
    due_95: FloatArray
    # What was handled apart, and why a fallback was used: sentences.
    notes: tuple[str, ...]


def forecast_members(
    values: FloatArray, first: date, horizon: int, season: int
) -> MemberForecasts:
    """Forecast `horizon` days from the end of `values`, whose first is day `first`."""
    charges = find_charges(values, first, season)
    holidays = find_holidays(charges.rest, first, horizon, season)
    rest, note = relevant_part(holidays.rest, first, season)
    end = first + timedelta(days=len(values))
    ahead = np.datetime64(end, "D") + np.arange(horizon) * ONE_DAY
    due, due_80, due_95 = charges.due(ahead)
    if growth := find_growth(fill_gaps(rest, season), horizon, season):
        paths, year, fallback = {"growth": growth.path}, None, GROWS
    else:
        paths, year, fallback = member_paths(rest, end, horizon, season)
    unsure = np.hypot(holidays.due, growth.added if growth else 0.0)
    notes = [note, fallback]
    if holidays.due.any():
        notes.insert(0, "Holidays of last year are expected again.")
    if charges.found:
        days = ", ".join(map(str, charges.found))
        notes.insert(0, f"Charges on {days} of the month are forecast separately.")
    return MemberForecasts(
        paths,
        year,
        due + holidays.due,
        np.hypot(due_80, UNSURE_80 * unsure),
        np.hypot(due_95, UNSURE_95 * unsure),
        tuple(filter(None, notes)),
    )


def relevant_part(
    values: FloatArray, first: date, season: int
) -> tuple[FloatArray, str]:
    """Return the part of a history that still matters.

    A series that has been 0 for two seasons, and never before, is over.
    """
    nonzero = np.flatnonzero(np.nan_to_num(values))
    if not len(nonzero):
        return values, ""
    last = nonzero[-1]
    ended = np.count_nonzero(values[last:] == 0)
    pause = int(np.max(np.diff(nonzero), initial=1))
    if ended >= LEAST_SEASONS * season and ended > 2 * pause:
        day = first + timedelta(days=int(last))
        return values[last + 1 :], f"Zero since {day}: treated as ended."
    return values, ""


def member_paths(
    rest: FloatArray, end: date, horizon: int, season: int
) -> tuple[dict[str, FloatArray], FloatArray | None, str]:
    """Return the members' paths from `end` on, last year's movement, and notes."""
    known = rest[~np.isnan(rest)]
    if len(known) < LEAST_SEASONS * season:
        path = np.full(horizon, np.median(known))
        note = f"Only {len(known)} days have data: their median is used."
        return {"median": path}, None, note
    whole = fill_gaps(rest, season)
    if is_sparse(whole, season):
        note = "Most days are 0: the mean charge per day is used."
        return intermittent(whole, horizon), None, note
    days, move = find_level_shift(rest, season)
    if days:
        whole = fill_gaps(np.concatenate([rest[:-days] + move, rest[-days:]]), season)
    calm = clip_spikes(whole, season)
    notes = ["Constant on nearly every day."] if np.ptp(calm) == 0 else []
    if days:
        notes.append(f"Level shift on {end - timedelta(days=days)}.")
    if wanders(whole):
        last = {"last value": np.full(horizon, whole[-1])}
        year = last_year(calm, horizon, season)
        return last, year, "Wanders without a level: the last value is used."
    paths, without = forecast_each(calm, horizon, season)
    if without:
        notes.append(f"Without {', '.join(without)}: no stable fit.")
    return paths, last_year(calm, horizon, season), " ".join(notes)


def wanders(values: FloatArray) -> bool:
    """Whether four weeks move a series as far as 28 random steps of a day would.

    The variance ratio of Lo & MacKinlay 1988, "Stock market prices do not follow random
    walks", of medians, so that a single step makes no walk: 1 for a walk, 0.3 for what
    half returns within a week.
    """
    recent = values[-SHORT_DAYS:]
    if len(recent) < WANDER_HISTORY:
        return False
    day = sigma(np.diff(recent))
    moves = recent[WANDER_DAYS:] - recent[:-WANDER_DAYS]
    walk = sigma(moves)
    is_trend = abs(float(np.median(moves))) > TREND_SIGMAS * walk
    return not is_trend and day > 0 and (walk / day) ** 2 >= WANDER_RATIO * WANDER_DAYS


def is_sparse(values: FloatArray, season: int) -> bool:
    """Whether days are mostly 0, not by a season as of what runs on Mondays only."""
    if not 0 < np.count_nonzero(values) < len(values) / 2:
        return False
    recent = by_season_day(values[-RECENT_SEASONS * season :], season)
    charged = np.nan_to_num(recent) != 0
    expected = np.nan_to_num(row_medians(recent)) != 0
    return bool(charged[expected].sum() <= charged.sum() / 2)


def last_year(values: FloatArray, horizon: int, season: int) -> FloatArray | None:
    """Return how the level moved a year ago, from the four weeks before these days."""
    year = round(YEAR_DAYS / season) * season
    origin, before = len(values) - year, LEVEL_SEASONS * season
    if origin < before or not horizon:
        return None
    reach = SMOOTH_SEASONS * season // 2
    smooth = np.pad(
        moving_average(values[origin - before :], season), reach, mode="edge"
    )
    windows = np.lib.stride_tricks.sliding_window_view(smooth, 2 * reach + 1)
    path = row_medians(windows)[before : before + horizon]
    moved = path - values[origin - before : origin].mean()
    return np.pad(moved, (0, horizon - len(moved)), mode="edge")


def forecast_each(
    values: FloatArray, horizon: int, season: int
) -> tuple[dict[str, FloatArray], list[str]]:
    """Return each member's forecast of the next `horizon` days by its name.

    And the names of those that found none. The medians always find one.
    """
    found = {f"median of {QUICK} seasons": median_season(values, QUICK, season)}
    if len(values) >= SLOW_HISTORY * season:
        found[f"median of {SLOW} seasons"] = median_season(values, SLOW, season)
    paths = {name: np.resize(one, horizon) for name, one in found.items()}
    if len(values) < LEAST_DAYS or is_periodic(values, season):
        return paths, []
    paths |= model_paths(values, horizon, season)
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


def model_paths(values: FloatArray, horizon: int, season: int) -> dict[str, FloatArray]:
    """Forecast with a season, by day of it and following trends; and the level alone.

    For the level the season's shape is taken out, and added back.
    """
    # They take seconds to load: only what forecasts pays for it.
    from insights.forecasts.engine.smoothing_models import (
        AutoCES,
        AutoETS,
        SeasonalExponentialSmoothingOptimized,
        Theta,
    )

    recent, latest = values[-LONG_DAYS:], values[-SHORT_DAYS:]
    shape = seasonal_profile(latest, season)
    level = latest - shape[np.arange(-len(latest), 0) % season]
    back = np.resize(shape, horizon)
    per_day = SeasonalExponentialSmoothingOptimized(season)
    ces = AutoCES(season, model="S" if season > 1 else "N")
    return {
        "seasonal smoothing": path_or_nan(per_day, recent, horizon),
        "CES": path_or_nan(ces, recent, horizon),
        "ETS": path_or_nan(AutoETS(1, model="ANN"), level, horizon) + back,
        "Theta": path_or_nan(Theta(1), level, horizon) + back,
    }


def intermittent(values: FloatArray, horizon: int) -> dict[str, FloatArray]:
    """Forecast days that are mostly 0: the chance of a charge times its size each day.

    Teunter, Syntetos & Babai 2011, "Intermittent demand"; credits are counted apart.
    """
    from insights.forecasts.engine.smoothing_models import TSB

    model = TSB(TSB_SPEED, TSB_SPEED)
    total = np.zeros(horizon)
    for sign in (1, -1):
        charged = np.maximum(sign * values, 0)
        if charged.any():
            total += sign * model.forecast(charged, horizon)["mean"]
    return {"TSB": total}


def path_or_nan(model: Any, values: FloatArray, horizon: int) -> FloatArray:
    """Return NaN where the model finds no fit: the other members do without it."""
    try:
        path: FloatArray = model.forecast(values, horizon)["mean"]
        return path
    except Exception as error:  # it raises just that: "no model able to be fitted"
        logger.warning("%s finds no fit: %s", type(model).__name__, error)
        return np.full(horizon, np.nan)
