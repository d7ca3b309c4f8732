"""Queries over utilization."""

from typing import Self

from clouds.access import DayQuerySet


class MetricQuerySet(DayQuerySet):
    account_path = "resource__account"

    def of_kinds(self, *kinds: str) -> Self:
        """Return those of such resources, such as Resource.Kind.INSTANCE."""
        return self.filter(resource__kind__in=kinds)
