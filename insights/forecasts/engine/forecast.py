"""Forecasts many daily series at once, each with its accuracy on its own past."""

import math
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from insights.arrays import FloatArray, InvalidValue, float_array
from insights.forecasts.engine.backtest import Trial, backtest, mean_accuracy
from insights.forecasts.engine.ensemble_weights import ensemble_weights
from insights.forecasts.engine.forecast_records import (
    PATHS,
    Accuracy,
    DailySeries,
    Forecast,
    NoForecast,
)
from insights.forecasts.engine.intervals import Band, conformal_band, guessed_band
from insights.forecasts.engine.members import MemberForecasts, forecast_members
from insights.forecasts.engine.scores import scores_of
from insights.forecasts.engine.young import since_start

K = TypeVar("K")
Result = TypeVar("Result")


def forecast_many(
    series: Mapping[K, DailySeries], horizon: int, *, season: int = 7, folds: int = 4
) -> dict[K, Forecast | NoForecast]:
    """Forecast each series or refuse it, in the order given.

    `horizon` days after each series' end are forecast (see Forecast); `season` is the
    length of the season in days; `folds` is how many origins the backtest tries, at
    least two. What is charged on a fixed day of the month (tax, fees) is forecast
    apart. Raises ValueError for a horizon or season below 1.
    """
    if horizon < 1 or season < 1 or folds < 2:
        raise ValueError("horizon and season must be at least 1, and folds at least 2.")
    return each_or_refusal(series, lambda one: forecast(one, horizon, season, folds))


def each_or_refusal(
    series: Mapping[K, DailySeries], result_of: Callable[[DailySeries], Result]
) -> dict[K, Result | NoForecast]:
    found: dict[K, Result | NoForecast] = {}
    for key, one in series.items():
        try:
            found[key] = result_of(one)
        except NoForecast as refusal:
            found[key] = refusal.with_traceback(None)
    return found


def forecast(series: DailySeries, horizon: int, season: int, folds: int) -> Forecast:
    """Forecast one series, as forecast_many does. Raises NoForecast."""
    history, begin = known_days(series)
    values, first = since_start(history, begin, season)
    begun = [f"Started on {first}."] if first > begin else []
    end = first + timedelta(days=len(values))
    ahead = horizon + (series.end - end).days
    unit = unit_of(values)
    scaled = values / unit
    members = forecast_members(scaled, first, ahead, season)
    trials = backtest(scaled, first, horizon, season, folds)
    chosen = ensemble_weights(members, [trial.fold for trial in trials])
    bounds = (
        conformal_band([trial.errors for trial in trials], ahead)
        if trials
        else guessed_band(scaled, ahead)
    ).widened(members.due_80, members.due_95)
    paths = within(scaled, chosen.path(members), bounds)
    mean, low_80, high_80, low_95, high_95 = (
        tuple((path * unit).tolist()) for path in paths
    )
    return Forecast(
        end,
        mean,
        low_80,
        high_80,
        low_95,
        high_95,
        model=str(chosen),
        note=" ".join([*begun, *notes(members, trials, ahead)]),
        accuracy=mean_accuracy(trials, season, str(chosen)),
    )


def known_days(series: DailySeries) -> tuple[FloatArray, date]:
    """Return the first to the last known day, NaN where one between is missing."""
    try:
        values = float_array(series.values)
    except InvalidValue as error:
        day = series.start + timedelta(days=error.index)
        raise NoForecast(
            f"The value of {day} is {error.size}, which is no amount: correct it or "
            "leave the day out.",
            day,
        ) from None
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        raise NoForecast("No day is known, so there is nothing to go by.")
    first = series.start + timedelta(days=int(known[0]))
    return values[known[0] : known[-1] + 1], first


def unit_of(values: FloatArray) -> float:
    """Return a power of two about as large as the largest value.

    In such units a series of billions and one of thousandths are the same to every
    model, to the last bit.
    """
    return 2.0 ** math.frexp(float(np.nanmax(np.abs(values))))[1]


def within(values: FloatArray, path: FloatArray, bounds: Band) -> list[FloatArray]:
    """Return the path and its bounds, not below 0 where no value ever was.

    Nor above it, for a series of credits.
    """
    floor = 0.0 if np.nanmin(values) >= 0 else -math.inf
    ceiling = 0.0 if np.nanmax(values) <= 0 < -np.nanmin(values) else math.inf
    offsets = (0.0, bounds.low_80, bounds.high_80, bounds.low_95, bounds.high_95)
    return [np.clip(path + offset, floor, ceiling) for offset in offsets]


def notes(members: MemberForecasts, trials: list[Trial], ahead: int) -> list[str]:
    """Say what was forecast apart, what fell back, and what the past could not try."""
    said = list(members.notes)
    if not trials:
        said.append("Too short for a backtest: the interval is a wide guess.")
    elif (days := len(trials[0].path)) < ahead:
        said.append(f"The backtest covers {days} of the {ahead} days ahead.")
    return said


def measure_held_out(
    series: Mapping[str, DailySeries], horizon: int, season: int, folds: int
) -> dict[str, Accuracy | NoForecast]:
    """Measure how good the forecast of each series' last days would have been.

    Those days are cut off before anything is chosen, weighed or scaled.
    """
    return each_or_refusal(
        series, lambda one: held_out_accuracy(one, horizon, season, folds)
    )


def held_out_accuracy(
    series: DailySeries, horizon: int, season: int, folds: int
) -> Accuracy:
    values, first = known_days(series)
    if len(values) <= horizon:
        raise NoForecast(
            f"It has {len(values)} days, too few to hold out the last {horizon}."
        )
    history, actual = values[:-horizon], values[-horizon:]
    seen = DailySeries(first, history.tolist())
    made = forecast(seen, horizon, season, folds)
    # Days missing before the cut are forecast too; they are not scored.
    after = (first + timedelta(days=len(history)) - made.start).days
    mean, low_80, high_80, low_95, high_95 = (
        np.array(getattr(made, path)[after:]) for path in PATHS
    )
    scores = scores_of(
        history, actual, mean, (low_80, high_80), (low_95, high_95), season
    )
    return Accuracy(**scores, folds=1, horizon=horizon, model=made.model)
