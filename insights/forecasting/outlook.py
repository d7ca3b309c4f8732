"""What each member sees ahead from one origin, knowing nothing of what comes after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from insights.forecasting.charges import ONE_DAY, Charges, find_charges, told
from insights.forecasting.members import members, sparse
from insights.forecasting.series import (
    Array,
    by_phase,
    calmed,
    filled,
    level,
    row_medians,
)
from insights.forecasting.shifts import moved_days

# A season is known when it was seen twice.
LEAST_SEASONS = 2
# Whether charges follow a season is read from so many of the last.
RECENT_SEASONS = 8
# Last year's level is compared over four weeks, smoothed over three.
YEAR_DAYS, LEVEL_SEASONS, SMOOTH_SEASONS = 365, 4, 3


@dataclass(frozen=True)
class Outlook:
    """The days after one origin, as each member sees them."""

    # Without the charges; at least one.
    paths: Mapping[str, Array]
    # How last year moved from its level of this time; None without a last year.
    year: Array | None
    # What is due on fixed days, and its spread (80 %, 95 %).
    due: Array
    due_80: Array
    due_95: Array
    # What was handled apart, and why a fallback was used: sentences.
    notes: tuple[str, ...]


def look_ahead(
    values: Array, first: date, horizon: int, season: int, *, monthly: bool
) -> Outlook:
    """From the end of `values` (the first one on day `first`), `horizon` days on."""
    charges = find_charges(values, first, season) if monthly else Charges((), values)
    rest, note = relevant(charges.rest, first, season)
    end = first + timedelta(days=len(values))
    ahead = np.datetime64(end, "D") + np.arange(horizon) * ONE_DAY
    due, due_80, due_95 = charges.due(ahead)
    paths, year, fallback = seen(rest, end, horizon, season)
    notes = [note, fallback]
    if charges.found:
        notes.insert(0, f"Charges of {told(charges.found)} of the month apart.")
    return Outlook(paths, year, due, due_80, due_95, tuple(filter(None, notes)))


def relevant(values: Array, first: date, season: int) -> tuple[Array, str]:
    """The part of a history that still tells: not the time before its first cost.

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
        return values[last + 1 :], f"Nothing since {day}: taken as over."
    started = values[begin:]
    if begin > 2 * pause and begin >= season and len(started) >= LEAST_SEASONS * season:
        return started, f"Began on {first + timedelta(days=int(begin))}."
    return values, ""


def seen(
    rest: Array, end: date, horizon: int, season: int
) -> tuple[dict[str, Array], Array | None, str]:
    """The members' paths from `end` on, last year's movement, and what to know."""
    known = rest[~np.isnan(rest)]
    if len(known) < LEAST_SEASONS * season:
        path = np.full(horizon, np.median(known))
        note = f"Too few known days ({len(known)}): their median."
        return {"median": path}, None, note
    whole = filled(rest, season)
    if is_sparse(whole, season):
        return sparse(whole, horizon), None, "Most days are 0: the mean charge a day."
    days, move = moved_days(rest, season)
    if days:
        whole = filled(np.concatenate([rest[:-days] + move, rest[-days:]]), season)
    calm = calmed(whole, season)
    notes = ["Unchanged on nearly every day."] if np.ptp(calm) == 0 else []
    if days:
        notes.append(f"Another level since {end - timedelta(days=days)}.")
    paths, without = members(calm, horizon, season)
    if without:
        notes.append(f"Without {', '.join(without)}: no stable fit.")
    return paths, last_year(calm, horizon, season), " ".join(notes)


def is_sparse(values: Array, season: int) -> bool:
    """Mostly 0, and not by a season: a machine that runs on Mondays is not sparse."""
    if not 0 < np.count_nonzero(values) < len(values) / 2:
        return False
    recent = by_phase(values[-RECENT_SEASONS * season :], season)
    charged = np.nan_to_num(recent) != 0
    expected = np.nan_to_num(row_medians(recent)) != 0
    return bool(charged[expected].sum() <= charged.sum() / 2)


def last_year(values: Array, horizon: int, season: int) -> Array | None:
    """How the level moved in these days a year ago, from the four weeks before them."""
    year = round(YEAR_DAYS / season) * season
    origin, before = len(values) - year, LEVEL_SEASONS * season
    if origin < before or not horizon:
        return None
    reach = SMOOTH_SEASONS * season // 2
    smooth = np.pad(level(values[origin - before :], season), reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(smooth, 2 * reach + 1)
    path = row_medians(windows)[before : before + horizon]
    moved = path - values[origin - before : origin].mean()
    return np.pad(moved, (0, horizon - len(moved)), mode="edge")
