"""All stored days of a question in memory, from which any window is cut.

What is held answers as the database does: HeldRows as CostRows, HeldDays as BillDay.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Self

from providers.records import UNALLOCATED
from providers.windows import Window, first_of_month


@dataclass(frozen=True, slots=True)
class History:
    """Every stored day: (currency, key, amount) of each key, and whether the bill of a
    currency still estimates the day."""

    amounts: Mapping[date, Sequence[tuple[str, str, Decimal]]]
    estimates: Mapping[date, Mapping[str, bool]]

    def __len__(self) -> int:
        return sum(map(len, self.amounts.values()))


@dataclass(frozen=True, slots=True)
class HeldRows:
    """A window of a history that answers as CostRows does, about one column."""

    history: History
    window: Window | None = None

    def in_window(self, window: Window) -> Self:
        return replace(self, window=window)

    def per_day(
        self, metric: str
    ) -> Iterator[tuple[str, date, Decimal, Decimal | None]]:
        for day, found in self._days():
            amounts: dict[str, Decimal] = defaultdict(Decimal)
            unallocated: dict[str, Decimal] = {}
            for currency, key, amount in found:
                amounts[currency] += amount
                if key == UNALLOCATED:
                    unallocated[currency] = amount
            for currency in sorted(amounts):
                yield currency, day, amounts[currency], unallocated.get(currency)

    def largest_keys(self, column: str, metric: str, limit: int) -> list[str]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for _, found in self._days():
            for _, key, amount in found:
                sums[key] += amount
        return sorted(sums, key=lambda key: (-sums[key], key))[:limit]

    def series(
        self,
        column: str | None,
        metric: str,
        granularity: str,
        keys: Sequence[str] | None = None,
    ) -> Iterator[tuple[str, str | None, date, Decimal]]:
        """An amount may come in parts, which the trend adds."""
        for day, found in self._days():
            moment = day if granularity == "daily" else first_of_month(day)
            for currency, key, amount in found:
                is_own = keys is None or key in keys
                yield currency, key if is_own else None, moment, amount

    def _days(self) -> Iterator[tuple[date, Sequence[tuple[str, str, Decimal]]]]:
        days = self.window.days() if self.window else sorted(self.history.amounts)
        return ((day, self.history.amounts.get(day, ())) for day in days)


@dataclass(frozen=True, slots=True)
class HeldDays:
    """The stored days of a history, which answer as BillDay does."""

    history: History
    window: Window | None = None
    currency: str | None = None

    def in_window(self, window: Window) -> Self:
        return replace(self, window=window)

    def in_currency(self, currency: str) -> Self:
        return replace(self, currency=currency)

    def days_by_estimate(self) -> dict[date, bool]:
        held, wanted = self.history.estimates, self.currency
        found = {}
        for day in self.window.days() if self.window else sorted(held):
            bills = held.get(day, {})
            of_day = [bills[one] for one in bills if wanted in (None, one)]
            if of_day:
                found[day] = any(of_day)
        return found
