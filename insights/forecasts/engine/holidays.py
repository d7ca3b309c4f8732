"""Holidays: runs of low days of last year, which are expected on the same dates.

A weekly season cannot hold them. They are taken out of the history, so that they bend
no model, and what they lack of a usual day is due again, at the level of now.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from insights.arrays import BoolArray, FloatArray, row_medians
from insights.forecasts.engine.monthly_charges import ONE_DAY
from insights.forecasts.engine.series import (
    by_season_day,
    fill_gaps,
    seasonal_medians,
    sigma,
)

# A few days in a row, each this low and on average so low, are no chance, and this
# share below the usual is no noise.
LEAST_RUN, LEAST_SIGMAS, MEAN_SIGMAS, LEAST_SHARE = 3, 2.0, 3.0, 0.10
WEEKEND = 2
# The level of now is that of the latest eight seasons.
LEVEL_SEASONS = 8


@dataclass(frozen=True)
class Holidays:
    """The history, its holidays unknown, and what days ahead lack, never above 0."""

    rest: FloatArray
    due: FloatArray


def find_holidays(
    values: FloatArray, first: date, horizon: int, season: int
) -> Holidays:
    """Find those that come again in a history from `first` on, or in days ahead."""
    known, due = len(values), np.zeros(horizon)
    then = year_before(first, known + horizon)
    again = (then >= 0) & (then < known)
    expected = seasonal_medians(values, season)
    if not again.any() or not np.nanmedian(expected) > 0:
        return Holidays(values, due)
    again[again] = low_runs(values, expected)[then[again]]
    rest = values.copy()
    rest[then[again]] = rest[again[:known]] = np.nan
    ahead = np.flatnonzero(again[known:])
    if len(ahead):
        recent = fill_gaps(rest, season)[-LEVEL_SEASONS * season :]
        usual = np.resize(row_medians(by_season_day(recent, season)), horizon)
        for day, before in zip(ahead, then[known + ahead], strict=True):
            around = expected[max(0, before - season) : before + season + 1]
            level = float(np.nanmean(around))
            if level > 0:  # else credits came while nothing was charged
                left = max(values[before], 0.0) / level * usual.mean()
                due[day] = min(left - usual[day], 0.0)
    return Holidays(rest, due)


def year_before(first: date, days: int) -> NDArray[np.int64]:
    """Return for each day since `first` which one is the same date a year before."""
    dates = np.datetime64(first, "D") + np.arange(days) * ONE_DAY
    months = dates.astype("datetime64[M]")
    before = (months - 12).astype("datetime64[D]") + (dates - months)
    found: NDArray[np.int64] = ((before - dates[0]) / ONE_DAY).astype(np.int64)
    return found


def low_runs(values: FloatArray, expected: FloatArray) -> BoolArray:
    """Return which days are in a run of days far below what is expected.

    A weekend between two runs belongs to them: next year it is on other dates.
    """
    away = values - expected
    spread = sigma(away)
    reach = np.maximum(LEAST_SIGMAS * spread, LEAST_SHARE * np.abs(expected))
    low = np.nan_to_num(away) < -reach
    edges = np.flatnonzero(np.diff(np.concatenate([[False], low, [False]])))
    found = np.zeros_like(low)
    last = -len(low)
    for start, end in edges.reshape(-1, 2).tolist():
        is_deep = -away[start:end].mean() >= MEAN_SIGMAS * spread
        if is_deep and end - start >= LEAST_RUN:
            found[last if start - last <= WEEKEND else start : end] = True
            last = end
    return found & ~np.isnan(values)
