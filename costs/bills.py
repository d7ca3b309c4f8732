"""Where a question about whole bills is answered: which days are stored, and how well.

Days alone are told by the counts of each day; whatever looks at single accounts, or at
some accounts only, is told by the totals themselves. Both give the same answers.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from costs.coverage import Span
from costs.history import HeldAccounts, HeldDays
from costs.kept import kept
from costs.models import BillDay, CostTotal
from costs.querysets import BillDayQuerySet, CostTotalQuerySet
from people.limits import Person, is_limited
from providers.windows import Window


@dataclass(frozen=True, slots=True)
class Bills:
    """Totals that may be filtered, and the counts of the same totals by day.

    `days` are None where they can't answer, as of a few accounts. `accounts` are the
    totals in memory, of any day, if they are. `user` is who sees them; what is nobody's
    is not kept.
    """

    totals: CostTotalQuerySet
    days: BillDayQuerySet | HeldDays | None = None
    user: Person | None = None
    accounts: HeldAccounts | None = None

    def of_accounts(self, **which: object) -> "Bills":
        """Only those of accounts that these lookups find."""
        return Bills(self.totals.filter(**which), user=self.user)

    def in_currency(self, currency: str) -> Self:
        accounts = self.accounts and self.accounts.in_currency(currency)
        bills = self._both(lambda bills: bills.in_currency(currency))
        return replace(bills, accounts=accounts)

    def in_window(self, window: Window) -> Self:
        return self._both(lambda bills: bills.in_window(window))

    def before(self, day: date) -> Self:
        return self._both(lambda bills: bills.before(day))

    def _both(self, narrowed: Any) -> Self:
        days = None if self.days is None else narrowed(self.days)
        return replace(self, totals=narrowed(self.totals), days=days, accounts=None)

    @property
    def _by_day(self) -> Any:
        """What answers a question about days alone."""
        return self.totals if self.days is None else self.days

    def currencies(self) -> list[str]:
        """As CostTotalQuerySet.currencies; so do all that follow."""
        return self._by_day.currencies()

    def newest_day_per_currency(self) -> dict[str, date]:
        return self._by_day.newest_day_per_currency()

    def stored_window(self) -> Window | None:
        return self._by_day.stored_window()

    def days_by_estimate(self) -> dict[date, bool]:
        return self._by_day.days_by_estimate()

    # Both look at each account's every day, so the cache keeps them.
    def spans(self, *windows: Window) -> list[Span]:
        if self.accounts is not None:
            return self.accounts.spans(*windows)

        def made() -> list[Span]:
            return self.totals.spans(*windows)

        return kept("spans", self.user, self.totals, windows, made)

    def count_unreconciled(self, window: Window) -> int:
        if self.accounts is not None:
            return self.accounts.count_unreconciled(window)

        def made() -> int:
            return self.totals.count_unreconciled(window)

        return kept("unreconciled", self.user, self.totals, (window,), made)


def bills_of(user: Person) -> Bills:
    """All that this user may see. Days count every account, so a limit needs totals."""
    totals = CostTotal.objects.counted().seen_by(user)
    days = None if is_limited(user) else BillDay.objects.all()
    return Bills(totals, days, user)
