"""The recent CPU of instances that run now, however many there are."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from inventory.models import Resource
from inventory.querysets import RUNNING
from metrics.querysets import MetricQuerySet


def of_running(recent: MetricQuerySet, states: Iterable[str]) -> MetricQuerySet:
    """Return those rows of RecentCpu whose instances run; `states` are all that
    instances are in.

    Those that do not run are fewer, and found by an index of states.
    """
    instances = Resource.objects.filter(kind=Resource.Kind.INSTANCE)
    its_own = instances.filter(pk=OuterRef("resource"))
    off = its_own.present().filter(state__in={*states} - {RUNNING})
    gone = its_own.filter(gone_since__isnull=False)
    return recent.filter(~Exists(off), ~Exists(gone))
