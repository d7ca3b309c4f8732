"""Each member's forecast from one origin, blind to what came after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from insights.arrays import FloatArray, row_medians
from insights.forecasts.engine.ensemble_members import forecast_each, intermittent
from insights.forecasts.engine.monthly_charges import (
    ONE_DAY,
    Charges,
    day_names,
    find_charges,
)
from insights.forecasts.engine.series import (
    by_season_day,
    clip_spikes,
    fill_gaps,
    find_level_shift,
    moving_average,
)

# A season is known when it was seen twice.
LEAST_SEASONS = 2
# Whether charges follow a season is read from so many of the last.
RECENT_SEASONS = 8
# Last year's level is compared over four weeks, smoothed over three.
YEAR_DAYS, LEVEL_SEASONS, SMOOTH_SEASONS = 365, 4, 3


@dataclass(frozen=True)
class MemberForecasts:
    """The days after one origin, as each member forecasts them."""

    # Without the monthly charges; at least one.
    paths: Mapping[str, FloatArray]
    # How last year moved from its level of this time; None without a last year.
    year: FloatArray | None
    # What is due on fixed days, and its spread (80%, 95%).
    due: FloatArray
    due_80: FloatArray
    due_95: FloatArray
    # What was handled apart, and why a fallback was used: sentences.
    notes: tuple[str, ...]


def forecast_members(
    values: FloatArray, first: date, horizon: int, season: int, *, monthly: bool
) -> MemberForecasts:
    """Forecast `horizon` days from the end of `values`, whose first is day `first`."""
    charges = find_charges(values, first, season) if monthly else Charges((), values)
    rest, note = relevant_part(charges.rest, first, season)
    end = first + timedelta(days=len(values))
    ahead = np.datetime64(end, "D") + np.arange(horizon) * ONE_DAY
    due, due_80, due_95 = charges.due(ahead)
    paths, year, fallback = member_paths(rest, end, horizon, season)
    notes = [note, fallback]
    if charges.found:
        days = day_names(charges.found)
        notes.insert(0, f"Charges on {days} of the month are forecast separately.")
    return MemberForecasts(paths, year, due, due_80, due_95, tuple(filter(None, notes)))


def relevant_part(
    values: FloatArray, first: date, season: int
) -> tuple[FloatArray, str]:
    """Return the part of a history that still matters: not the time before any cost.

    A series that has been 0 for two seasons, and never before, is over.
    """
    nonzero = np.flatnonzero(np.nan_to_num(values))
    if not len(nonzero):
        return values, ""
    begin, last = nonzero[0], nonzero[-1]
    ended = np.count_nonzero(values[last:] == 0)
    pause = int(np.max(np.diff(nonzero), initial=1))
    if ended >= LEAST_SEASONS * season and ended > 2 * pause:
        day = first + timedelta(days=int(last))
        return values[last + 1 :], f"Zero since {day}: treated as ended."
    started = values[begin:]
    if begin > 2 * pause and begin >= season and len(started) >= LEAST_SEASONS * season:
        return started, f"Started on {first + timedelta(days=int(begin))}."
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
    paths, without = forecast_each(calm, horizon, season)
    if without:
        notes.append(f"Without {', '.join(without)}: no stable fit.")
    return paths, last_year(calm, horizon, season), " ".join(notes)


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
