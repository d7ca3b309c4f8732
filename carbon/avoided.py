"""How much of its emissions of the last month a change of a resource avoids."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Avg

from carbon.engine.estimate import HOURS_PER_DAY, ResourceDay, estimate
from carbon.engine.sizes import size_by_name
from carbon.facts import FIGURES_OF
from carbon.models import ResourceEmission
from clouds.registry import CloudKind
from core.windows import DAYS_PER_MONTH, last_complete_days
from inventory.models import Resource
from metrics.models import CpuMetric

OBSERVED_DAYS = 30


class RecentUse(NamedTuple):
    """A resource's emissions of a month, by its last days, and its mean CPU."""

    kg: float
    cpu_percent: float | None


def recent_emissions(keys: Collection[int], now: datetime) -> Mapping[int, RecentUse]:
    """Return those whose emissions of some of these days are known. Two queries."""
    window = last_complete_days(OBSERVED_DAYS, now)
    known = ResourceEmission.objects.filter(resource__in=keys, unknown="")
    means = known.in_window(window).order_by().values_list("resource")
    found = means.annotate(Avg("operational_kg"), Avg("embodied_kg"))
    measured = CpuMetric.objects.filter(resource__in=keys).in_window(window)
    per_resource = measured.order_by().values_list("resource")
    cpu = dict(per_resource.annotate(Avg("average_percent")))
    days = float(DAYS_PER_MONTH)
    return {
        key: RecentUse((operational + (embodied or 0.0)) * days, cpu.get(key))
        for key, operational, embodied in found
    }


def resized_share(
    resource: Resource, old_type: str, new_type: str, cpu_percent: float | None
) -> float | None:
    """Return which share of a machine's emissions another type for the same work
    avoids; below 0 it adds some. None where figures of one of them lack."""
    old, new = size_by_name(old_type), size_by_name(new_type)
    if old is None or new is None or cpu_percent is None:
        return None
    same_work = min(100.0, cpu_percent * old.vcpus / new.vcpus)
    before = _daily_kg(resource, old_type, cpu_percent)
    after = _daily_kg(resource, new_type, same_work)
    return 1 - after / before if before and after is not None else None


def _daily_kg(resource: Resource, instance_type: str, percent: float) -> float | None:
    """Return what its electricity emits in a day: of newer servers nothing tells what
    it took to make them."""
    day = ResourceDay(
        cloud=FIGURES_OF[CloudKind(resource.account.provider)],
        region=resource.region,
        instance_type=instance_type,
        cpu_percent=percent,
        hours=HOURS_PER_DAY,
    )
    return estimate(day).operational_kg
