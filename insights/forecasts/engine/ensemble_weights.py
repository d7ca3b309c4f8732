"""The weight of each ensemble member, by how it did on the series' own past.

A combination beats choosing one model, on average and in the worst case (the M4
competition: Makridakis, Spiliotis & Assimakopoulos 2020), and weights by the inverse
of the squared error are steadier than a regression (Bates & Granger 1969). That is
squared once more here, so that what is clearly the best has most of it. Nothing is
fitted by hand: the library fits its models, the past weighs them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from insights.arrays import FloatArray
from insights.forecasts.engine.members import MemberForecasts
from insights.forecasts.engine.scores import mean_absolute_error

# How much of last year's movement is added is read from the folds on this grid, and
# pulled to a prior that counts as two folds.
SHARES = np.linspace(0, 1, 11)
PRIOR_SHARE, PRIOR_FOLDS = 0.4, 2
# An error of nearly nothing must not take all the weight by a rounding.
LEAST_ERROR = 1e-3


@dataclass(frozen=True)
class Fold:
    """An origin in the past, the members' forecasts from it, and the actual values."""

    origin: int
    members: MemberForecasts
    # NaN where a day is not known, or was not yet when the fold is looked back at.
    actual: FloatArray
    # The history before the origin.
    history: FloatArray
    # What MASE divides by, of that history.
    scale: float

    def as_of(self, origin: int) -> "Fold":
        """Return the fold as it was known at a later origin."""
        known = np.arange(len(self.actual)) < origin - self.origin
        actual = np.where(known, self.actual, np.nan)
        return replace(self, actual=actual)

    @property
    def is_known(self) -> bool:
        return bool((~np.isnan(self.actual)).any())

    def error_of(self, path: FloatArray) -> float:
        """Return the scaled error of days ahead that leave the charges out."""
        came = self.actual - self.members.due
        return mean_absolute_error(came, path) / (self.scale or 1.0)


@dataclass(frozen=True)
class EnsembleWeights:
    """What to take of each member, and of last year's movement."""

    weights: Mapping[str, float]
    year_share: float

    def path(self, members: MemberForecasts) -> FloatArray:
        """Combine the days ahead, charges included."""
        path = blend(members, self.weights) + members.due
        if members.year is not None:
            path = path + self.year_share * members.year
        return path

    def __str__(self) -> str:
        parts = [f"{share:.0%} {name}" for name, share in self.weights.items()]
        if self.year_share >= 0.005:
            parts.append(f"{self.year_share:.0%} of last year's movement")
        return ", ".join(parts)


def ensemble_weights(
    members: MemberForecasts, folds: Sequence[Fold]
) -> EnsembleWeights:
    """Weigh these members by the folds; equal shares without folds."""
    weights = member_weights(members, folds)
    share = fit_year_share(weights, folds) if members.year is not None else 0.0
    return EnsembleWeights(weights, share)


def member_weights(members: MemberForecasts, folds: Sequence[Fold]) -> dict[str, float]:
    """Weigh each member by the inverse of its mean error, to the fourth power.

    In a fold that a member could not yet take part in, it gets the others' mean.
    """
    errors = np.zeros(len(members.paths))
    for fold in folds:
        own = {name: fold.error_of(one) for name, one in fold.members.paths.items()}
        others = float(np.mean(list(own.values())))
        errors += [own.get(name, others) for name in members.paths]
    typical = errors.mean() or 1.0
    shares = 1 / (errors / typical + LEAST_ERROR) ** 4
    return dict(zip(members.paths, (shares / shares.sum()).tolist(), strict=True))


def fit_year_share(weights: Mapping[str, float], folds: Sequence[Fold]) -> float:
    """Return how much of last year's movement helped; 0 where no fold could try it."""
    errors, tried = np.zeros(len(SHARES)), 0
    for fold in folds:
        if (moved := fold.members.year) is None:
            continue
        path = blend(fold.members, weights)
        errors += [fold.error_of(path + share * moved) for share in SHARES]
        tried += 1
    if not tried:
        return 0.0
    best = float(SHARES[np.argmin(errors)])
    return (best * tried + PRIOR_SHARE * PRIOR_FOLDS) / (tried + PRIOR_FOLDS)


def blend(members: MemberForecasts, weights: Mapping[str, float]) -> FloatArray:
    """Return the weighted mean of the members that are there; else their mean."""
    shares = {name: weights.get(name, 0.0) for name in members.paths}
    total = sum(shares.values())
    if not total:
        shares, total = dict.fromkeys(shares, 1.0), float(len(shares))
    return np.sum([members.paths[n] * s / total for n, s in shares.items()], axis=0)
