"""All stored days of a question in memory, from which any window is cut.

What is held answers as the database does: HeldRows as CostRows, HeldDays as BillDay,
HeldAccounts as CostTotal.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Self

from costs.coverage import Span
from providers.records import UNALLOCATED
from providers.windows import Window, first_of_month


class AccountDays(NamedTuple):
    """The days of an account that are stored in one currency, in order."""

    account: int
    is_enabled: bool
    currency: str
    days: Sequence[date]


@dataclass(frozen=True, slots=True)
class History:
    """Every stored day: (currency, key, amount) of each key, and whether the bill of a
    currency still estimates the day.

    `accounts` are in the order of their keys, and `unreconciled` has a (currency, day)
    for each account's day whose rows do not sum to its total; both where held.
    """

    amounts: Mapping[date, Sequence[tuple[str, str, Decimal]]]
    estimates: Mapping[date, Mapping[str, bool]]
    accounts: Sequence[AccountDays] | None = None
    unreconciled: Sequence[tuple[str, date]] = ()

    def __len__(self) -> int:
        """How much it is: about so many times 250 bytes."""
        sums = sum(map(len, self.amounts.values()))
        days = sum(len(account.days) for account in self.accounts or ())
        # A day takes as much as two sums.
        return 2 * len(self.estimates) + sums + days + len(self.unreconciled)


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
        own = None if keys is None else set(keys)
        for day, found in self._days():
            moment = day if granularity == "daily" else first_of_month(day)
            for currency, key, amount in found:
                is_own = own is None or key in own
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


@dataclass(frozen=True, slots=True)
class HeldAccounts:
    """The days of each account of a history, which answer as CostTotal does."""

    history: History
    currency: str | None = None

    def in_currency(self, currency: str) -> Self:
        return replace(self, currency=currency)

    def spans(self, *windows: Window) -> list[Span]:
        wanted = [
            one
            for one in self.history.accounts or ()
            if self.currency in (None, one.currency)
        ]
        found = []
        for _, parts in groupby(wanted, attrgetter("account")):
            first, *others = parts
            days = first.days
            if others:
                days = sorted({*days}.union(*(one.days for one in others)))
            counts = tuple(_count(days, window) for window in windows)
            found.append(Span(first.is_enabled, days[0], days[-1], counts))
        return found

    def count_unreconciled(self, window: Window) -> int:
        return sum(
            day in window and self.currency in (None, currency)
            for currency, day in self.history.unreconciled
        )


def _count(days: Sequence[date], window: Window) -> int:
    return bisect_left(days, window.end) - bisect_left(days, window.start)
