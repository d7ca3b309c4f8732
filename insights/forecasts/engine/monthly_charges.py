"""Charges on a fixed day of the month: tax, support, fees.

A weekly season cannot hold them, and one of them bends every model for weeks. They are
found, taken off before the forecast, and added back on the days when they are due.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from insights.arrays import FloatArray
from insights.forecasts.engine.series import seasonal_medians, sigma

Days = NDArray[np.datetime64]
ONE_DAY = np.timedelta64(1, "D")

# Days 1 to 28 are in every month; the last one is called 0, the day before the first.
DAYS_OF_MONTH = range(29)
LAST_DAY = 0
# Three months make a habit; of the last six, one may have been left out.
LEAST_MONTHS, MONTHS, LEFT_OUT = 3, 6, 1
# A charge stands out: by this many robust standard deviations, and by a twentieth of
# a usual day, so that no cent counts on a bill that never varies.
SIGMAS, LEAST_SHARE = 4.0, 0.05
# The next amount is the median of the last three.
AMOUNT_MONTHS = 3


@dataclass(frozen=True)
class Charge:
    """A day of the month, and what came on it above a usual day, oldest first."""

    day_of_month: int
    amounts: tuple[float, ...]

    @property
    def amount(self) -> float:
        return float(np.median(self.amounts[-AMOUNT_MONTHS:]))

    @property
    def spread(self) -> tuple[float, float]:
        """Return how far amounts lie from the next one: 80% of them, and the most."""
        away = np.abs(np.array(self.amounts) - self.amount)
        return float(np.quantile(away, 0.8)), float(away.max())

    def __str__(self) -> str:
        return f"day {self.day_of_month}" if self.day_of_month else "the last day"


@dataclass(frozen=True)
class Charges:
    """All monthly charges of a history, and the history without them."""

    found: tuple[Charge, ...]
    rest: FloatArray

    def due(self, days: Days) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return what is due on each of these days, and its spread (80%, 95%)."""
        amounts, narrow, wide = np.zeros((3, len(days)))
        for charge in self.found:
            on = falls_on(days, charge.day_of_month)
            amounts[on] += charge.amount
            narrow[on] += charge.spread[0]
            wide[on] += charge.spread[1]
        return amounts, narrow, wide


def find_charges(values: FloatArray, first: date, season: int) -> Charges:
    """Find those of a history that starts on `first`; NaN is a day not known."""
    days = np.datetime64(first, "D") + np.arange(len(values)) * ONE_DAY
    expected = seasonal_medians(values, season)
    above = values - expected
    reach = max(SIGMAS * sigma(above), LEAST_SHARE * float(np.nanmedian(abs(expected))))
    found, rest = [], values.copy()
    for day_of_month in DAYS_OF_MONTH:
        on = falls_on(days, day_of_month) & ~np.isnan(above)
        amounts = above[on][-MONTHS:]
        if is_habit(amounts, reach):
            found.append(Charge(day_of_month, tuple(amounts.tolist())))
            rest[on] = expected[on]
    return Charges(tuple(found), rest)


def falls_on(days: Days, day_of_month: int) -> NDArray[np.bool_]:
    """Return which of the days are that day of their month."""
    if day_of_month == LAST_DAY:
        return falls_on(days + ONE_DAY, 1)
    of_month = (days - days.astype("datetime64[M]")) / ONE_DAY
    return np.asarray(of_month == day_of_month - 1)


def is_habit(amounts: FloatArray, reach: float) -> bool:
    """Whether it came nearly every month, the last two among them, on one side."""
    if len(amounts) < LEAST_MONTHS:
        return False
    came = amounts * np.sign(np.median(amounts)) > reach
    missed = len(came) - int(came.sum())
    return bool(came[-2:].all()) and missed <= (LEFT_OUT if len(came) == MONTHS else 0)
