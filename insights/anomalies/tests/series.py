"""Series that tests draw: a level with a weekday's shape and a little seeded noise."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from insights.anomalies.engine.anomaly_records import Finding, Measure, Series
from insights.anomalies.engine.daily import find_anomalies

FIRST_DAY = date(2026, 1, 5)  # a Monday
OFFICE = (1.1, 1.1, 1.1, 1.1, 1.0, 0.6, 0.6)
STEADY = (1.0,) * 7


def drawn(
    level: float = 100.0,
    days: int = 200,
    week: Sequence[float] = STEADY,
    noise: float = 0.03,
    seed: int = 1,
) -> list[float | None]:
    """Daily values from a Monday on."""
    chance = np.random.default_rng(seed)
    shape = np.array([week[day % 7] for day in range(days)])
    return list(level * shape * np.exp(noise * chance.standard_normal(days)))


def found_in(
    values: Sequence[float | None],
    first_day: date = FIRST_DAY,
    measure: Measure = Measure.COST,
) -> list[Finding]:
    return find_anomalies([Series("one", first_day, values, measure=measure)])


def add(values: Sequence[float | None], more: dict[int, float]) -> list[float | None]:
    """The values with that much more on these days (columns)."""
    return [
        None if value is None else value + more.get(at, 0.0)
        for at, value in enumerate(values)
    ]
