"""Forecasts of days that have come, by a method that was not shown them."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from insights.forecasting.forecast import NotForecastable, forecast, known_part
from insights.forecasting.records import Accuracy, DailySeries, Refusal
from insights.forecasting.scores import (
    coverage,
    last_season,
    mean_error,
    season_scale,
    smape,
)


def held_out(
    series: Mapping[str, DailySeries], horizon: int, season: int, folds: int
) -> dict[str, Accuracy | Refusal]:
    """How good the forecast of each series' last `horizon` days would have been.

    Those days are cut off before anything is chosen, weighed or scaled.
    """
    found: dict[str, Accuracy | Refusal] = {}
    for name, one in series.items():
        try:
            found[name] = of_one(one, horizon, season, folds)
        except NotForecastable as error:
            found[name] = Refusal(str(error), error.day)
    return found


def of_one(series: DailySeries, horizon: int, season: int, folds: int) -> Accuracy:
    values, first = known_part(series)
    if len(values) <= horizon:
        raise NotForecastable(
            f"It has {len(values)} days, too few to hold out the last {horizon}."
        )
    history, actual = values[:-horizon], values[-horizon:]
    seen = DailySeries(first, history.tolist())
    told = forecast(seen, horizon, season, folds, monthly=True)
    # Days missing before the cut are forecast too; they are not scored.
    after = (first + timedelta(days=len(history)) - told.start).days
    mean, low_80, high_80, low_95, high_95 = (
        np.array(path[after:])
        for path in (told.mean, told.low_80, told.high_80, told.low_95, told.high_95)
    )
    scale = season_scale(history, season)
    naive = mean_error(actual, last_season(history, horizon, season))
    return Accuracy(
        mase=mean_error(actual, mean) / scale if scale else None,
        naive_mase=naive / scale if scale else None,
        smape=smape(actual, mean),
        coverage_80=coverage(actual, low_80, high_80),
        coverage_95=coverage(actual, low_95, high_95),
        folds=1,
        horizon=horizon,
        model=told.model,
    )
