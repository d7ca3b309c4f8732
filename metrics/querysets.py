"""Queries over utilization."""

from typing import Self

from clouds.access import AccountScopedQuerySet
from core.windows import Window


class MetricQuerySet(AccountScopedQuerySet):
    account_path = "resource__account"

    def in_window(self, window: Window) -> Self:
        return self.filter(day__gte=window.start, day__lt=window.end)
