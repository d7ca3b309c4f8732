"""Two periods that are compared: what each costs, and which of their days are alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from core.money import QUANTUM, ZERO
from core.windows import Window
from costs.explain.records import Daily

# Fewer days tell no weekend from a working day.
WEEK = 7


@dataclass(frozen=True)
class Periods:
    """A period and the one that it is compared with; they may overlap."""

    window: Window
    previous: Window

    @property
    def lengths(self) -> tuple[int, int]:
        return len(self.window), len(self.previous)

    @cached_property
    def days(self) -> list[date]:
        """The days of either, in order."""
        return sorted({*self.window.days(), *self.previous.days()})

    @cached_property
    def firsts(self) -> list[date]:
        return [day for day in self.days if day.day == 1]

    @cached_property
    def not_firsts(self) -> list[date]:
        return [day for day in self.days if day.day != 1]

    @cached_property
    def alike(self) -> list[list[date]]:
        """The days of either, as they are alike."""
        return alike(self.days)

    @cached_property
    def _expectations(self) -> list[tuple[list[date], int]]:
        """Days of the previous period that are alike, and how many such days the
        window has."""
        groups = alike([*self.previous.days()])
        if len(groups) == 1:
            return [(groups[0], len(self.window))]
        of_weekends = sum(map(is_weekend, self.window.days()))
        counts = (len(self.window) - of_weekends, of_weekends)
        return list(zip(groups, counts, strict=True))

    def sums(self, series: Daily) -> tuple[Decimal, Decimal]:
        """Return what a series costs in each period."""
        (start, end), (first, last) = (
            (one.start, one.end) for one in (self.window, self.previous)
        )
        now = before = ZERO
        for day, amount in series.items():
            if start <= day < end:
                now += amount
            if first <= day < last:
                before += amount
        return now, before

    def first_use(self, series: Daily) -> date | None:
        """Return the window's first day that costs something."""
        start, end = self.window.start, self.window.end
        days = (day for day, one in series.items() if one and start <= day < end)
        return min(days, default=None)

    def last_use_before(self, series: Daily) -> date | None:
        """Return the previous period's last day that costs something."""
        start, end = self.previous.start, self.previous.end
        days = (day for day, one in series.items() if one and start <= day < end)
        return max(days, default=None)

    def expected(self, series: Daily) -> Decimal:
        """Return what the window would cost if each of its working days and each day of
        its weekends cost as in the previous period."""
        expected = ZERO
        for days, count in self._expectations:
            cost = sum((series.get(day, ZERO) for day in days), ZERO)
            expected += cost * count / len(days)
        return expected.quantize(QUANTUM)


def alike(days: Sequence[date]) -> list[list[date]]:
    """Divide a week or more into working days and weekends."""
    if len(days) < WEEK:
        return [list(days)]
    return [
        [day for day in days if is_weekend(day) == of_weekends]
        for of_weekends in (False, True)
    ]


def is_weekend(day: date) -> bool:
    return day.weekday() >= 5
