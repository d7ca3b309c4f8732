"""Queries over utilization."""

from typing import Self

from clouds.access import AccountScopedQuerySet
from core.windows import Window


class MetricQuerySet(AccountScopedQuerySet):
    account_path = "resource__account"

    def of_kinds(self, *kinds: str) -> Self:
        """Return those of such resources, such as Resource.Kind.INSTANCE."""
        return self.filter(resource__kind__in=kinds)

    def in_window(self, window: Window) -> Self:
        return self.filter(day__gte=window.start, day__lt=window.end)
