"""Anomalies of 1,000 series of 400 days, beside a floor in the same run.

python -m benchmarks.anomalies [--rounds 3]

The floor is what any judge of daily values by the eight weeks before must do: read
every value and sort each window of 56. Goals: 10 s and 500 MB on two cores. A year of
a bill with as many parts, and all their sums, is measured too.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from datetime import date

import numpy as np

from benchmarks.measure import in_child, report_child, save, spread
from insights.anomalies.engine.accuracy import measure
from insights.anomalies.engine.anomaly_records import Series
from insights.anomalies.engine.daily import find_anomalies
from insights.anomalies.engine.incidents import find_incidents
from insights.bill_records import Bill, Scope

SERIES, DAYS, WINDOW = 1000, 400, 56
FIRST_DAY = date(2025, 1, 1)
GOAL_SECONDS, GOAL_MB = 10, 500
MODULE = "benchmarks.anomalies"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("part", nargs="?", choices=PARTS)
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args()
    if options.part:
        report_child(PARTS[options.part])
        return
    runs = {
        part: [in_child(MODULE, part, os.environ) for _ in range(options.rounds)]
        for part in PARTS
    }
    floor = min(run["seconds"] for run in runs["floor"])
    for part, figures in runs.items():
        seconds = [run["seconds"] for run in figures]
        peak = max(run["peak_mb"] for run in figures)
        print(
            f"{part:10} {spread(seconds, 's')}, {min(seconds) / floor:.1f} floors, "
            f"{peak:.0f} MB, found {figures[0]['found']}"
        )
    worst = max(run["seconds"] for run in runs["series"])
    print(f"series: {worst / GOAL_SECONDS:.2f} of the goal's {GOAL_SECONDS} s")
    save("anomalies", runs)
    sys.exit(worst > GOAL_SECONDS)


def drawn() -> np.ndarray:
    """A level, a week, noise, and one incident in every tenth."""
    chance = np.random.default_rng(1)
    week = 1 + 0.2 * chance.standard_normal((SERIES, 7))
    level = 10 ** chance.uniform(1, 3, (SERIES, 1))
    noise = np.exp(0.05 * chance.standard_normal((SERIES, DAYS)))
    values = level * np.abs(week)[:, np.arange(DAYS) % 7] * noise
    values[::10, 300:303] *= 4
    return values


def series() -> list[Series]:
    return [
        Series(str(at), FIRST_DAY, values) for at, values in enumerate(drawn().tolist())
    ]


def of_series() -> Mapping[str, int]:
    return {"found": len(find_anomalies(series()))}


def of_a_bill() -> Mapping[str, int]:
    parts = {
        Scope(str(at % 10), f"service {at // 50}", f"region {at // 10 % 5}"): values
        for at, values in enumerate(drawn().tolist())
    }
    return {"found": len(find_incidents(Bill("USD", FIRST_DAY, parts)))}


def of_accuracy() -> Mapping[str, int]:
    accuracies = measure(series()).values()
    return {"found": sum(one.recall == 1 for one in accuracies)}


def of_the_floor() -> Mapping[str, int]:
    values = np.array([one.values for one in series()], dtype=float)
    medians = [
        np.sort(values[:, day - WINDOW : day], axis=1)[:, WINDOW // 2]
        for day in range(WINDOW, DAYS)
    ]
    return {"found": len(medians)}


PARTS: dict[str, Callable[[], Mapping[str, int]]] = {
    "floor": of_the_floor,
    "series": of_series,
    "bill": of_a_bill,
    "accuracy": of_accuracy,
}

if __name__ == "__main__":
    main()
