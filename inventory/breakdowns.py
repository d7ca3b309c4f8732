"""How much there is of each sort, for the head of a page of one kind."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Sum

from inventory.kinds import Kind
from inventory.models import Resource
from inventory.querysets import ResourceQuerySet

GIB = 1024**3
UNNAMED = "unknown"
# What a kind is divided by, and the sizes in GiB that are summed; others by state.
DIVIDED_BY = {
    Kind.VOLUME: ("volume_type", "size_gib"),
    Kind.SNAPSHOT: ("storage_tier", "size_gib"),
    Kind.DATABASE: ("engine", "storage_gib"),
    Kind.NAT_GATEWAY: ("gateway_type", None),
    Kind.LOAD_BALANCER: ("balancer_type", None),
}


@dataclass(frozen=True, slots=True)
class Part:
    label: str
    size_bytes: int | None
    count: int
    share_percent: float
    """Of the largest part."""


def breakdown(
    kind: Kind, resources: ResourceQuerySet, states: Mapping[str, int]
) -> list[Part]:
    """Return the parts of those that are present, the largest first. `states` is how
    many of them are in each."""
    # Those that are gone are few, and found without the others.
    gone = Resource.objects.filter(kind=kind, gone_since__isnull=False)
    present = resources.exclude(pk__in=gone.values("pk")).order_by()
    if kind == Kind.BUCKET:
        return _parts(*_tiers(present.values_list("bytes_by_tier", flat=True)))
    if kind not in DIVIDED_BY:
        return _parts({}, states)
    column, size = DIVIDED_BY[kind]
    rows = present.values_list(column).annotate(count=Count("*"))
    if size is None:
        return _parts({}, dict(rows))
    found = list(rows.annotate(size=Sum(size)))
    sizes = {label: gib * GIB for label, _, gib in found if gib is not None}
    return _parts(sizes, {label: count for label, count, _ in found})


def _tiers(
    buckets: Iterable[Mapping[str, int] | None],
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return the bytes of each tier, and how many buckets have some there."""
    sizes, counts = Counter[str](), Counter[str]()
    for tiers in buckets:
        sizes.update(tiers or {})
        counts.update((tiers or {}).keys())
    return sizes, counts


def _parts(sizes: Mapping[str, int], counts: Mapping[str, int]) -> list[Part]:
    weights = sizes or counts
    most = max(weights.values(), default=0) or 1
    parts = [
        Part(
            label or UNNAMED,
            sizes.get(label),
            counts[label],
            weights.get(label, 0) / most * 100,
        )
        for label in counts
    ]
    return sorted(parts, key=lambda part: (-part.share_percent, part.label))
