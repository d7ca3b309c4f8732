"""How much the company's databases, balancers, gateways, accounts and disks do."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from core.windows import Window, utc_day
from providers.demo.shapes import growth, noise, season
from providers.metric_records import (
    CpuRecord,
    MetricName,
    RegionMetrics,
    ResourceRef,
    UsageRecord,
)

KIB, GIB = 1024, 1024**3
GROWTH_PER_YEAR = 0.3
WEEKEND = 0.6
# What nobody uses is named so, as it is among the machines.
UNUSED = ("old", "legacy", "staging", "test", "kiosk", "poc")

Use = Callable[[ResourceRef, date, float], Iterator[UsageRecord]]


def use_of(
    region: str, refs: Iterable[ResourceRef], window: Window, anchor: date
) -> RegionMetrics:
    """Return each resource's days while it was there."""
    cpu: list[CpuRecord] = []
    usage: list[UsageRecord] = []
    for ref in refs:
        for day in window.days():
            if not _existed(ref, day):
                continue
            busy = _busy(ref, day)
            grown = growth(GROWTH_PER_YEAR, (day - anchor).days)
            if ref.kind == "database":
                cpu.append(_cpu(ref, day, busy))
            if ref.kind in USES:
                usage += USES[ref.kind](ref, day, grown * busy)
    return RegionMetrics(region, cpu, usage=usage)


def _existed(ref: ResourceRef, day: date) -> bool:
    born = ref.created_at is None or utc_day(ref.created_at) <= day
    return born and (ref.gone_since is None or day < utc_day(ref.gone_since))


def _busy(ref: ResourceRef, day: date) -> float:
    if any(word in ref.resource_id for word in UNUSED):
        return 0.0
    week = 1.0 if day.weekday() < 5 else WEEKEND
    own = noise(0.6, "use", ref.resource_id) * noise(0.1, "use", ref.resource_id, day)
    return week * season(day) * own


def _cpu(ref: ResourceRef, day: date, busy: float) -> CpuRecord:
    average = 1.5 + 18 * busy
    maximum = min(99.0, average * 2.6 * noise(0.1, "peak", ref.resource_id, day))
    return CpuRecord(ref.resource_id, day, average, maximum, None, None)


def _database(ref: ResourceRef, day: date, busy: float) -> Iterator[UsageRecord]:
    clients = round(35 * busy, 2)
    yield UsageRecord(
        *(ref.resource_id, day, MetricName.CONNECTIONS),
        clients,
        float(int(clients * 3)),
    )
    if ref.storage_gib:
        share = min(0.95, 0.45 * noise(0.5, "full", ref.resource_id))
        yield UsageRecord(
            *(ref.resource_id, day, MetricName.STORAGE_USED_BYTES),
            maximum=float(int(ref.storage_gib * GIB * share)),
        )


def _balancer(ref: ResourceRef, day: date, busy: float) -> Iterator[UsageRecord]:
    yield _counted(ref, day, MetricName.PROCESSED_BYTES, 40 * GIB * busy)
    if "/app/" in ref.resource_id:
        yield _counted(ref, day, MetricName.REQUESTS, 2_400_000 * busy)
    elif not _is_of_azure(ref):
        yield _active(ref, day, busy)


def _gateway(ref: ResourceRef, day: date, busy: float) -> Iterator[UsageRecord]:
    yield _counted(ref, day, MetricName.PROCESSED_BYTES, 25 * GIB * busy)
    if not _is_of_azure(ref):
        yield _active(ref, day, busy)


def _bucket(ref: ResourceRef, day: date, busy: float) -> Iterator[UsageRecord]:
    """S3 does not tell."""
    if _is_of_azure(ref):
        yield _counted(ref, day, MetricName.TRANSACTIONS, 150_000 * busy)


def _volume(ref: ResourceRef, day: date, busy: float) -> Iterator[UsageRecord]:
    operations = round(420 * busy, 1)
    for metric, highest in (
        (MetricName.OPERATIONS_PER_SECOND, operations),
        (MetricName.THROUGHPUT_BYTES, operations * 24 * KIB),
    ):
        yield UsageRecord(ref.resource_id, day, metric, maximum=highest)


def _is_of_azure(ref: ResourceRef) -> bool:
    return ref.resource_id.startswith("/subscriptions/")


def _counted(
    ref: ResourceRef, day: date, metric: MetricName, total: float
) -> UsageRecord:
    return UsageRecord(ref.resource_id, day, metric, total=float(int(total)))


def _active(ref: ResourceRef, day: date, busy: float) -> UsageRecord:
    most = float(int(900 * busy))
    return UsageRecord(
        ref.resource_id, day, MetricName.ACTIVE_CONNECTIONS, maximum=most
    )


USES: Mapping[str, Use] = {
    "database": _database,
    "load-balancer": _balancer,
    "nat-gateway": _gateway,
    "bucket": _bucket,
    "volume": _volume,
}
