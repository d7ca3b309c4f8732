"""The method on a series' own past: rolling origins, each blind to what came after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from insights.arrays import FloatArray
from insights.forecasts.engine.ensemble_weights import Fold, ensemble_weights
from insights.forecasts.engine.forecast_records import Accuracy
from insights.forecasts.engine.intervals import conformal_band
from insights.forecasts.engine.members import LEAST_SEASONS, forecast_members
from insights.forecasts.engine.scores import (
    coverage,
    mean_absolute_error,
    season_scale,
    seasonal_naive,
    smape,
)

# Each fold learns from at least a third of the history, or these many days of it, and
# looks ahead over a third at most.
THIRD, ENOUGH_DAYS = 3, 120


@dataclass(frozen=True)
class Trial:
    """A fold, and what the method forecast then."""

    fold: Fold
    path: FloatArray

    @property
    def errors(self) -> FloatArray:
        return self.fold.actual - self.path


def backtest(
    values: FloatArray, first: date, horizon: int, season: int, folds: int
) -> list[Trial]:
    """Forecast from each origin, newest first; [] if too short for two origins."""
    ahead = min(horizon, len(values) // THIRD)
    found: list[Fold] = []
    for origin in origins(len(values), ahead, season, folds):
        history = values[:origin]
        fold = Fold(
            origin=origin,
            members=forecast_members(history, first, ahead, season),
            actual=values[origin : origin + ahead],
            history=history,
            scale=season_scale(history, season),
        )
        if fold.is_known:
            found.append(fold)
    return run_trials(found) if len(found) > 1 else []


def origins(days: int, ahead: int, season: int, folds: int) -> list[int]:
    """Return the days at which a fold begins, the newest first, evenly apart."""
    newest = days - ahead
    least = max(LEAST_SEASONS * season, min(days // THIRD, ENOUGH_DAYS))
    apart = min(ahead, (newest - least) // (folds - 1))
    if apart < 1:
        return []
    return [newest - apart * fold for fold in range(folds)]


def run_trials(folds: Sequence[Fold]) -> list[Trial]:
    """Forecast each fold with the weights that the folds before it gave."""
    trials = []
    for place, fold in enumerate(folds):
        before = [earlier.as_of(fold.origin) for earlier in folds[place + 1 :]]
        known = [earlier for earlier in before if earlier.is_known]
        path = ensemble_weights(fold.members, known).path(fold.members)
        trials.append(Trial(fold, path))
    return trials


def mean_accuracy(trials: Sequence[Trial], season: int, model: str) -> Accuracy | None:
    """Return the means over the trials; None without any."""
    if not trials:
        return None
    folds = [trial.fold for trial in trials]
    own = [mean_absolute_error(trial.fold.actual, trial.path) for trial in trials]
    naive = [naive_error(fold, season) for fold in folds]
    covered = [coverages(trials, place) for place in range(len(trials))]
    return Accuracy(
        mase=mean_scaled(own, folds),
        naive_mase=mean_scaled(naive, folds),
        smape=float(np.mean([smape(one.fold.actual, one.path) for one in trials])),
        coverage_80=float(np.mean([of_80 for of_80, _ in covered])),
        coverage_95=float(np.mean([of_95 for _, of_95 in covered])),
        folds=len(trials),
        horizon=len(trials[0].path),
        model=model,
    )


def coverages(trials: Sequence[Trial], place: int) -> tuple[float, float]:
    """Return the shares of a trial's days inside its 80% and its 95% interval.

    The interval comes from the errors of the other trials (cross-conformal, Vovk 2015):
    those before it alone would be one to three, too few to judge four by.
    """
    trial = trials[place]
    others = [one.errors for one in trials if one is not trial]
    found = conformal_band(others, len(trial.path))
    then = found.widened(trial.fold.members.due_80, trial.fold.members.due_95)
    actual, path = trial.fold.actual, trial.path
    return (
        coverage(actual, path + then.low_80, path + then.high_80),
        coverage(actual, path + then.low_95, path + then.high_95),
    )


def naive_error(fold: Fold, season: int) -> float:
    path = seasonal_naive(fold.history, len(fold.actual), season)
    return mean_absolute_error(fold.actual, path)


def mean_scaled(errors: Sequence[float], folds: Sequence[Fold]) -> float | None:
    """Return the mean of each fold's scaled error, over those that have a scale."""
    pairs = zip(errors, folds, strict=True)
    ratios = [error / fold.scale for error, fold in pairs if fold.scale]
    return float(np.mean(ratios)) if ratios else None
