"""Forecasts with backtest of 1,000 series of 400 days. Goal: 60 s, 500 MB.

python -m benchmarks.forecasts [--rounds 3]

Beside a floor, seasonal naive with the same folds, and a peer, one fit of the library's
damped ETS of each series without any backtest. Each runs in a process of its own. What
counts is the processor's time, for other programs may run on the machine.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import in_child, report_child, save, spread

SERIES, DAYS, HORIZON, SEASON, FOLDS = 1_000, 400, 90, 7, 4
GOAL_SECONDS, GOAL_MB = 60, 500
PARTS = ("floor", "peer", "ours")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    if chosen.part:
        report_child(WORK[chosen.part])
        return
    rounds = [
        {part: in_child("benchmarks.forecasts", part, os.environ) for part in PARTS}
        for _ in range(chosen.rounds)
    ]
    for part in PARTS:
        cpu = [done[part]["cpu_seconds"] for done in rounds]
        peak = max(done[part]["peak_mb"] for done in rounds)
        wall = statistics.median(done[part]["seconds"] for done in rounds)
        print(
            f"{part:6} {spread(cpu, 's')}   {wall:.1f} s on the clock   {peak:.0f} MB"
        )
    for other in ("floor", "peer"):
        ratios = [d["ours"]["cpu_seconds"] / d[other]["cpu_seconds"] for d in rounds]
        print(f"ours / {other}: {spread(ratios, 'times')}")
    print(f"Goal: {GOAL_SECONDS} s and {GOAL_MB} MB for {SERIES} series.")
    save("forecasts", {"rounds": rounds})


def ours() -> dict[str, Any]:
    from insights.forecasts.engine.forecast import forecast_many
    from insights.forecasts.engine.forecast_records import DailySeries, Forecast

    series = {
        number: DailySeries(date(2025, 1, 1), values.tolist())
        for number, values in enumerate(bills())
    }
    timed = Timed()
    made = forecast_many(series, HORIZON, season=SEASON, folds=FOLDS)
    assert all(isinstance(one, Forecast) and one.accuracy for one in made.values())
    return timed.figures()


def peer() -> dict[str, Any]:
    from insights.forecasts.engine.smoothing_models import AutoETS

    every = bills()
    timed = Timed()
    for values in every:
        AutoETS(SEASON, model="AAA", damped=True).forecast(values, HORIZON)
    return timed.figures()


def floor() -> dict[str, Any]:
    from insights.forecasts.engine.scores import (
        mean_absolute_error,
        season_scale,
        seasonal_naive,
    )

    every = bills()
    timed = Timed()
    for values in every:
        for fold in range(FOLDS):
            history = values[: DAYS - HORIZON - fold * HORIZON // 2]
            actual = values[len(history) :][:HORIZON]
            path = seasonal_naive(history, HORIZON, SEASON)
            assert mean_absolute_error(actual, path) / season_scale(history, SEASON) > 0
        seasonal_naive(values, HORIZON, SEASON)
    return timed.figures()


class Timed:
    """The clock and the processor's time since it was made."""

    def __init__(self) -> None:
        self.clock, self.cpu = time.perf_counter(), time.process_time()

    def figures(self) -> dict[str, Any]:
        return {
            "seconds": time.perf_counter() - self.clock,
            "cpu_seconds": time.process_time() - self.cpu,
        }


def bills() -> list[NDArray[np.float64]]:
    """Invented services: a week, growth, noise, some with tax, some that step up."""
    random = np.random.default_rng(7)
    day = np.arange(DAYS)
    week = np.array([1.0, 1.02, 1.03, 1.01, 1.0, 0.7, 0.65])[day % SEASON]
    found = []
    for number in range(SERIES):
        level = random.lognormal(3, 2) * np.exp(random.normal(0, 0.001) * day)
        values = level * week * random.lognormal(0, 0.05, DAYS)
        if number % 3 == 0:
            values[day % 30 == 0] += level.mean()
        if number % 5 == 0:
            values[random.integers(100, DAYS) :] *= 1.5
        found.append(values)
    return found


WORK: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "floor": floor,
    "peer": peer,
    "ours": ours,
}

if __name__ == "__main__":
    main()
