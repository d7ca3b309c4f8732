"""Questions about energy and emissions."""

from typing import Self

from clouds.access import AccountScopedQuerySet
from core.windows import Window


class DayQuerySet(AccountScopedQuerySet):
    def in_window(self, window: Window) -> Self:
        return self.filter(day__gte=window.start, day__lt=window.end)


class EmissionQuerySet(DayQuerySet):
    account_path = "resource__account"
