"""How often an answer was found in the cache, by kind of answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from monitoring.prometheus.count_files import settled_counts

LOOKUPS = "cloudintel_cache_lookups_total"


@dataclass(frozen=True, slots=True)
class CacheRate:
    """Since this machine's counters began."""

    kind: str
    hits: int
    misses: int

    @property
    def hit_percent(self) -> float:
        return 100 * self.hits / (self.hits + self.misses)


def cache_rates() -> Sequence[CacheRate]:
    """Return them of all processes of this machine, what is asked most first."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(settings.COUNTS_DIR))
    counts: dict[str, dict[str, int]] = {}
    # No file is folded into another while they are read.
    with settled_counts(settings.COUNTS_DIR):
        found = list(registry.collect())
    for metric in found:
        for sample in metric.samples:
            if sample.name == LOOKUPS:
                of_kind = counts.setdefault(sample.labels.get("kind", "other"), {})
                of_kind[sample.labels["outcome"]] = int(sample.value)
    rates = [
        CacheRate(kind, one.get("hit", 0), one.get("miss", 0))
        for kind, one in counts.items()
        if any(one.values())
    ]
    return sorted(rates, key=lambda one: (-one.hits - one.misses, one.kind))
