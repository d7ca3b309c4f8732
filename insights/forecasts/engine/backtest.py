"""The method on a series' own past: rolling origins, each blind to what came after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from insights.arrays import FloatArray
from insights.forecasts.engine.ensemble_weights import Fold, ensemble_weights
from insights.forecasts.engine.forecast_records import Accuracy
from insights.forecasts.engine.intervals import conformal_band
from insights.forecasts.engine.members import LEAST_SEASONS, forecast_members
from insights.forecasts.engine.scores import scores_of, season_scale

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
    """Return the means over the trials that have the figure; None without any."""
    if not trials:
        return None
    scores = [trial_scores(trials, place, season) for place in range(len(trials))]
    means: dict[str, Any] = {}
    for name in scores[0]:
        values = [one[name] for one in scores if one[name] is not None]
        means[name] = float(np.mean(values)) if values else None
    return Accuracy(
        **means, folds=len(trials), horizon=len(trials[0].path), model=model
    )


def trial_scores(trials: Sequence[Trial], place: int, season: int) -> dict[str, Any]:
    """Return the scores of one trial.

    Its interval comes from the errors of the other trials (cross-conformal, Vovk 2015):
    those before it alone would be one to three, too few to judge four by.
    """
    fold, path = trials[place].fold, trials[place].path
    others = [trial.errors for at, trial in enumerate(trials) if at != place]
    band = conformal_band(others, len(path))
    band = band.widened(fold.members.due_80, fold.members.due_95)
    return scores_of(
        fold.history,
        fold.actual,
        path,
        (path + band.low_80, path + band.high_80),
        (path + band.low_95, path + band.high_95),
        season,
    )
