"""Forecasts many daily series at once, each with its accuracy on its own past."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from insights.forecasting.combining import recipe
from insights.forecasting.intervals import Band, band, guessed
from insights.forecasting.outlook import Outlook, look_ahead
from insights.forecasting.past import Trial, look_back, measured
from insights.forecasting.records import DailySeries, Forecast, Refusal
from insights.forecasting.series import Array

K = TypeVar("K")

# Beyond it no sum of money is meant, and squares would overflow.
LARGEST = 1e100


class NotForecastable(ValueError):
    """A series that no forecast can be made of; names the day where it is one."""

    def __init__(self, reason: str, day: date | None = None) -> None:
        super().__init__(reason)
        self.day = day


def forecast_many(
    series: Mapping[K, DailySeries],
    horizon: int,
    *,
    season: int = 7,
    folds: int = 4,
    monthly: bool = True,
) -> dict[K, Forecast | Refusal]:
    """A forecast or a refusal per series, in the order given.

    `horizon` days after each series' end are forecast (see Forecast); `season` is the
    length of the season in days; `folds` is how many origins the backtest tries, at
    least two; `monthly` finds what is charged on a fixed day of the month (tax, fees)
    and forecasts it apart. Raises ValueError for a horizon or season below 1.
    """
    if horizon < 1 or season < 1 or folds < 2:
        raise ValueError("horizon and season must be at least 1, and folds at least 2.")
    found: dict[K, Forecast | Refusal] = {}
    for key, one in series.items():
        try:
            found[key] = forecast(one, horizon, season, folds, monthly=monthly)
        except NotForecastable as error:
            found[key] = Refusal(str(error), error.day)
    return found


def forecast(
    series: DailySeries, horizon: int, season: int, folds: int, *, monthly: bool
) -> Forecast:
    """One series' forecast, as forecast_many; raises NotForecastable."""
    values, first = known_part(series)
    end = first + timedelta(days=len(values))
    ahead = horizon + (series.end - end).days
    unit = unit_of(values)
    scaled = values / unit
    outlook = look_ahead(scaled, first, ahead, season, monthly=monthly)
    trials = look_back(scaled, first, horizon, season, folds, monthly=monthly)
    chosen = recipe(outlook, [trial.fold for trial in trials])
    bounds = (
        band([trial.errors for trial in trials], ahead)
        if trials
        else guessed(scaled, ahead)
    ).widened(outlook.due_80, outlook.due_95)
    paths = within(scaled, chosen.path(outlook), bounds)
    mean, low_80, high_80, low_95, high_95 = (
        tuple((path * unit).tolist()) for path in paths
    )
    return Forecast(
        start=end,
        mean=mean,
        low_80=low_80,
        high_80=high_80,
        low_95=low_95,
        high_95=high_95,
        model=str(chosen),
        note=" ".join(notes(outlook, trials, ahead)),
        accuracy=measured(trials, season, str(chosen)),
    )


def known_part(series: DailySeries) -> tuple[Array, date]:
    """From the first to the last known day, NaN between where a day is missing."""
    values = np.array(
        [math.nan if one is None else one for one in series.values], dtype=np.float64
    )
    wrong = np.flatnonzero(np.abs(values) > LARGEST)
    if len(wrong):
        day = series.start + timedelta(days=int(wrong[0]))
        raise NotForecastable(
            f"The value of {day} is {values[wrong[0]]}, which is no amount: correct it "
            "or leave the day out.",
            day,
        )
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        raise NotForecastable("No day is known, so there is nothing to go by.")
    first = series.start + timedelta(days=int(known[0]))
    return values[known[0] : known[-1] + 1], first


def unit_of(values: Array) -> float:
    """A power of two about as large as the largest value.

    In such units a series of billions and one of thousandths are the same to every
    model, to the last bit.
    """
    return 2.0 ** math.frexp(float(np.nanmax(np.abs(values))))[1]


def within(values: Array, path: Array, bounds: Band) -> list[Array]:
    """The path and its bounds in order, not below 0 where no value ever was.

    Nor above it, for a series of credits.
    """
    floor = 0.0 if np.nanmin(values) >= 0 else -math.inf
    ceiling = 0.0 if np.nanmax(values) <= 0 < -np.nanmin(values) else math.inf
    offsets = (0.0, bounds.low_80, bounds.high_80, bounds.low_95, bounds.high_95)
    return [np.clip(path + offset, floor, ceiling) for offset in offsets]


def notes(outlook: Outlook, trials: list[Trial], ahead: int) -> list[str]:
    """What a reader must know: what is apart, what fell back, what nobody tried."""
    said = list(outlook.notes)
    if not trials:
        said.append("Too short to try on its own past: the interval is a wide guess.")
    elif (days := len(trials[0].path)) < ahead:
        said.append(f"The past could try {days} of the {ahead} days ahead.")
    return said
