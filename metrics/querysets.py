"""Queries over utilization."""

from collections.abc import Iterable
from typing import Self

from django.db.models import Exists, OuterRef

from clouds.access import DayQuerySet
from inventory.models import Resource
from inventory.querysets import RUNNING


class MetricQuerySet(DayQuerySet):
    account_path = "resource__account"

    def of_kinds(self, *kinds: str) -> Self:
        """Return those of such resources, such as Resource.Kind.INSTANCE."""
        return self.filter(resource__kind__in=kinds)


class RecentCpuQuerySet(MetricQuerySet):
    def of_running(self, states: Iterable[str]) -> Self:
        """Return those of instances that run now, of which some have these states.

        Those that do not run are fewer, and found by an index of states.
        """
        instances = Resource.objects.filter(kind=Resource.Kind.INSTANCE)
        its_own = instances.filter(pk=OuterRef("resource"))
        off = its_own.present().filter(state__in={*states} - {RUNNING})
        gone = its_own.filter(gone_since__isnull=False)
        return self.filter(~Exists(off), ~Exists(gone))
