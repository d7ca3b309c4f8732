"""What the sustainability score of some accounts is computed from."""

import re
from collections.abc import Sequence

from django.db.models import Avg, Count, QuerySet

from carbon.breakdown import CarbonQuery
from carbon.engine.figures import grid_kg_per_kwh
from carbon.engine.score import Inputs, Score, score
from clouds.models import CloudAccount
from inventory.models import Bucket, Instance
from pricing.families import GRAVITON, SUCCESSORS
from providers.instance_types import AZURE, family_of

# S3's and Azure's tiers for what is seldom read.
COLD = re.compile(r"IA|Glacier|Archive|Cool|Cold|IntelligentTieringA")
# Of Azure's D and E series; an older one costs as much and uses more.
CURRENT_AZURE_VERSION = 5
VERSION = re.compile(r"_v(\d+)$")


def sustainability(query: CarbonQuery) -> Score:
    """Return the score of these accounts. Three queries."""
    running = Instance.objects.running().filter(account__in=query.accounts)
    # One row a type, however many machines there are.
    rows = (
        running.filter(vcpus__gt=0)
        .order_by()
        .values_list("instance_type", "vcpus", "recent_cpu__is_idle")
        .annotate(
            count=Count("pk"),
            measured=Count("recent_cpu__average_percent"),
            cpu=Avg("recent_cpu__average_percent"),
        )
    )
    idle: list[tuple[float, float]] = []
    busy: list[tuple[float, float]] = []
    current: list[tuple[float, float]] = []
    for instance_type, vcpus, is_idle, count, measured, cpu in rows:
        if is_idle is not None:
            idle.append((vcpus * count, float(is_idle)))
        if cpu is not None:
            busy.append((vcpus * measured, cpu))
        if (is_current := is_current_generation(instance_type)) is not None:
            current.append((vcpus * count, float(is_current)))
    return score(
        Inputs(
            idle_share=_mean(idle),
            utilization_percent=_mean(busy),
            grid_kg_per_kwh=_grid(query),
            current_share=_mean(current),
            cold_share=_cold_share(query.accounts),
        )
    )


def is_current_generation(instance_type: str) -> bool | None:
    """Return whether no newer generation of its family is known; None where the name
    tells no generation."""
    if azure := AZURE.fullmatch(instance_type):
        version = VERSION.search(azure["rest"])
        if azure["letters"][0] not in "DE" or not version:
            return None
        return int(version[1]) >= CURRENT_AZURE_VERSION
    family = family_of(instance_type)
    return family not in SUCCESSORS and family not in GRAVITON if family else None


def _mean(weighted: Sequence[tuple[float, float]]) -> float | None:
    """Return the mean of values by their weights; None without any."""
    weights = sum(weight for weight, _ in weighted)
    return (
        sum(weight * value for weight, value in weighted) / weights if weights else None
    )


def _grid(query: CarbonQuery) -> float | None:
    return _mean(
        [
            (kwh, factor)
            for region, kwh in query.kwh_per_region.items()
            if (factor := grid_kg_per_kwh(*region)) is not None
        ]
    )


def _cold_share(accounts: Sequence[CloudAccount]) -> float | None:
    buckets: QuerySet[Bucket] = Bucket.objects.present().filter(account__in=accounts)
    tiers = [
        (size, float(bool(COLD.search(tier))))
        for found in buckets.order_by().values_list("bytes_by_tier", flat=True)
        for tier, size in (found or {}).items()
    ]
    return _mean(tiers)
