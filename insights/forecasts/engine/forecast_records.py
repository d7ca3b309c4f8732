"""What goes into a forecast and what comes out: plain Python, cheap to import.

`insights.forecasts.engine.forecast` computes them and loads the statistics libraries,
so only workers and commands import it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# The days of a forecast: what is expected, and its intervals.
PATHS = ("mean", "low_80", "high_80", "low_95", "high_95")


@dataclass(frozen=True)
class DailySeries:
    """One number a day, consecutive UTC days from `start`, in any one unit.

    None or NaN is a day nobody knows (a gap, or an estimated day that the caller leaves
    out); 0 is a day without cost. Missing days at the end are forecast too.
    """

    start: date
    values: Sequence[float | None]

    @property
    def end(self) -> date:
        return self.start + timedelta(days=len(self.values))


@dataclass(frozen=True)
class Accuracy:
    """The accuracy of the method on this series' own past, from several origins.

    Each fold is forecast with what was known at its origin, the weights of the models
    included. Its interval comes from the errors of the other folds.
    """

    # Mean absolute error / that of the one-season-ago forecast inside the history
    # before the origin (Hyndman & Koehler 2006). Below 1 is better than that. None
    # where that history repeats itself exactly, so that there is no scale.
    mase: float | None
    # Seasonal naive (the last season again) on the same folds, in the same scale.
    naive_mase: float | None
    # 0 to 200 percent: mean of 200 |y - f| / (|y| + |f|), 0 where both are 0.
    smape: float
    # Shares (0 to 1) of the days that fell inside the 80% and 95% intervals.
    coverage_80: float
    coverage_95: float
    # How many origins were tried, and how many days ahead from each.
    folds: int
    horizon: int
    # What the figures are of, as in Forecast.model.
    model: str


@dataclass(frozen=True)
class Forecast:
    """What the days from `start` on will be, in the unit of the series.

    The five tuples are equally long: one value per day, from the day after the last
    known one (days missing at the series' end included) to `horizon` days after the
    series' end. low_95 <= low_80 <= mean <= high_80 <= high_95 on every day.
    """

    start: date
    mean: tuple[float, ...]
    low_80: tuple[float, ...]
    high_80: tuple[float, ...]
    low_95: tuple[float, ...]
    high_95: tuple[float, ...]
    # The models that were combined and their weights, or the fallback: for people.
    model: str
    # Why a fallback was used, what was handled apart or left out; empty if nothing.
    note: str
    # None where the history is too short to try the method on its own past.
    accuracy: Accuracy | None

    @property
    def end(self) -> date:
        return self.start + timedelta(days=len(self.mean))


class NoForecast(ValueError):
    """No forecast, and in one sentence why: an infinite value, or no known day."""

    def __init__(self, reason: str, day: date | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        # The day that is wrong, where it is one day.
        self.day = day
