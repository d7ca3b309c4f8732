"""Daily use of databases, balancers, gateways, accounts and disks from Azure Monitor.

A question has every metric of up to 50 resources of one type.
https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import partial

from core.windows import Window, utc_day
from providers.azure.client import AzureClient, understood
from providers.azure.metric_batches import (
    CALLS_AHEAD,
    DAILY,
    HOURLY,
    Datum,
    Figures,
    batches,
    daily_question,
    fetch_days,
    parts_of,
)
from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from providers.metric_records import (
    CpuRecord,
    MemoryRecord,
    MetricName,
    RegionMetrics,
    ResourceRef,
    UsageRecord,
)
from providers.side_by_side import side_by_side

LEVELS, TOTAL = ("average", "maximum"), ("total",)
# Of disks and probes Azure has nothing but averages of a minute.
AVERAGE = ("average",)
# What was deleted since it was listed has no metrics.
GONE = "ResourceNotFound"


class Share(Enum):
    """What is stored as a machine's CPU and memory are."""

    CPU = "cpu"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Source:
    """What Azure Monitor has of one type of resource."""

    namespace: str
    metrics: Mapping[str, Share | MetricName]
    untold_zero: MetricName | None = None
    """What a day has none of where Azure has no data of it."""
    interval: str = DAILY
    """Of hours, the average of the highest one is the day's maximum."""

    @property
    def figures(self) -> Mapping[str, Sequence[str]]:
        return {
            metric: TOTAL
            if meaning in COUNTED
            else AVERAGE
            if meaning in AVERAGED
            else LEVELS
            for metric, meaning in self.metrics.items()
        }


COUNTED = {MetricName.PROCESSED_BYTES, MetricName.REQUESTS, MetricName.TRANSACTIONS}
AVERAGED = {
    *(MetricName.OPERATIONS_PER_SECOND, MetricName.THROUGHPUT_BYTES),
    *(MetricName.HEALTHY_PERCENT, MetricName.HEALTHY_TARGETS),
}
FLEXIBLE: Mapping[str, Share | MetricName] = {
    "cpu_percent": Share.CPU,
    "memory_percent": Share.MEMORY,
    "active_connections": MetricName.CONNECTIONS,
    "storage_used": MetricName.STORAGE_USED_BYTES,
}
SOURCES = {
    one.namespace.lower(): one
    for one in (
        Source(
            "Microsoft.Sql/servers/databases",
            {
                "cpu_percent": Share.CPU,
                "sessions_count": MetricName.CONNECTIONS,
                "storage": MetricName.STORAGE_USED_BYTES,
            },
        ),
        Source("Microsoft.DBforPostgreSQL/flexibleServers", FLEXIBLE),
        Source("Microsoft.DBforMySQL/flexibleServers", FLEXIBLE),
        Source(
            "Microsoft.Network/loadBalancers",
            {
                "ByteCount": MetricName.PROCESSED_BYTES,
                "DipAvailability": MetricName.HEALTHY_PERCENT,
            },
        ),
        Source(
            "Microsoft.Network/applicationGateways",
            {
                "HealthyHostCount": MetricName.HEALTHY_TARGETS,
                "TotalRequests": MetricName.REQUESTS,
                "BytesReceived": MetricName.PROCESSED_BYTES,
                "BytesSent": MetricName.PROCESSED_BYTES,
            },
        ),
        Source(
            "Microsoft.Network/natGateways",
            {"ByteCount": MetricName.PROCESSED_BYTES},
        ),
        Source(
            "Microsoft.Storage/storageAccounts",
            {"Transactions": MetricName.TRANSACTIONS},
            # https://learn.microsoft.com/azure/storage/blobs/monitor-blob-storage
            untold_zero=MetricName.TRANSACTIONS,
        ),
        Source(
            "Microsoft.Compute/disks",
            {
                "Composite Disk Read Operations/sec": MetricName.OPERATIONS_PER_SECOND,
                "Composite Disk Write Operations/sec": MetricName.OPERATIONS_PER_SECOND,
                "Composite Disk Read Bytes/sec": MetricName.THROUGHPUT_BYTES,
                "Composite Disk Write Bytes/sec": MetricName.THROUGHPUT_BYTES,
            },
            interval=HOURLY,
        ),
    )
}


def fetch_usage(
    client: AzureClient,
    window: Window,
    resources: Mapping[str, Sequence[ResourceRef]],
    progress: Progress,
) -> Iterator[RegionMetrics]:
    """Return each region's figures, a part per call; regions are read side by side.

    What is gone has no metrics any more, and is not asked for. A region that fails
    yields its error last: what came before it is right.
    """
    jobs = [
        partial(_read_region, client, window, region, refs)
        for region, refs in sorted(resources.items())
    ]
    parts = side_by_side(jobs, client.options.region_workers, CALLS_AHEAD)
    for number, part in enumerate(parts, start=1):
        progress(f"{part.region}: call {number}")
        yield part


def _read_region(
    client: AzureClient, window: Window, region: str, refs: Iterable[ResourceRef]
) -> Iterator[RegionMetrics]:
    failures: list[ProviderError] = []
    wanted = (
        one for one in refs if one.kind != "volume" or client.options.disk_metrics
    )
    for source, batch in _batches(wanted):
        try:
            yield from _read_batch(client, window, region, source, batch, failures)
        except ProviderError as error:
            failures.append(error)
            if error.kind != ErrorKind.INVALID:
                break  # which is of one type's question; all else is of the region
    if failures:
        yield RegionMetrics(region, error=failures[0])


def _read_batch(
    client: AzureClient,
    window: Window,
    region: str,
    source: Source,
    refs: Mapping[str, ResourceRef],
    failures: list[ProviderError],
) -> Iterator[RegionMetrics]:
    """Raise ProviderError; a metric of one resource that was refused is noted."""
    ids = list(refs)
    for days in parts_of(window, source.interval):
        question = daily_question(
            *(client, "Use", days, region, source.namespace, ids, source.figures),
            interval=source.interval,
        )
        found, refused = fetch_days(client, question, ids)
        failures += [one for one in refused if GONE not in str(one)]
        with understood(question):
            part = normalize_part(region, source, days, refs, found)
        yield part


def _batches(
    refs: Iterable[ResourceRef],
) -> Iterator[tuple[Source, Mapping[str, ResourceRef]]]:
    """Return as many of a type as a question takes, by id, of types with metrics."""
    found: dict[str, dict[str, ResourceRef]] = defaultdict(dict)
    for ref in refs:
        if ref.gone_since is None:
            found[type_of(ref.resource_id)][ref.resource_id] = ref
    for name, source in SOURCES.items():
        for ids in batches(list(found[name])):
            yield source, {one: found[name][one] for one in ids}


def type_of(resource_id: str) -> str:
    """Return "microsoft.sql/servers/databases" of a database of Azure SQL."""
    parts = resource_id.rpartition("/providers/")[2].split("/")
    return "/".join([parts[0], *parts[1::2]])


def normalize_part(
    region: str,
    source: Source,
    days: Window,
    refs: Mapping[str, ResourceRef],
    found: Mapping[str, Figures],
) -> RegionMetrics:
    """The records of some resources; what is not known is in none of them."""
    part = RegionMetrics(region, cpu := [], memory=(memory := []), usage=(usage := []))
    for resource_id, figures in found.items():
        for day in days.days():
            of_day = {name: days[day] for name, days in figures.items() if day in days}
            meanings = _meanings(source, of_day, refs[resource_id].created_at, day)
            for meaning, given in meanings.items():
                average, maximum = given.get("average"), given.get("maximum")
                if meaning is Share.CPU:
                    cpu.append(
                        CpuRecord(resource_id, day, average, maximum, None, None)
                    )
                elif meaning is Share.MEMORY:
                    memory.append(MemoryRecord(resource_id, day, average, maximum))
                else:
                    usage.append(UsageRecord(resource_id, day, meaning, **given))
    return part


def _meanings(
    source: Source, values: Mapping[str, Datum], created_at: datetime | None, day: date
) -> Mapping[Share | MetricName, Mapping[str, float]]:
    """Return what the figures of a day mean; two of one meaning are added."""
    found: dict[Share | MetricName, dict[str, float]] = defaultdict(dict)
    for metric, datum in values.items():
        for aggregation in source.figures[metric]:
            if (value := datum.get(aggregation)) is not None:
                given = found[source.metrics[metric]]
                if source.interval == HOURLY:
                    aggregation = "maximum"
                given[aggregation] = given.get(aggregation, 0.0) + value
    if source.interval == HOURLY:
        # Of its reads without its writes a disk would seem less used than it is.
        for metric, meaning in source.metrics.items():
            if values.get(metric, {}).get("average") is None:
                found.pop(meaning, None)
    was_there = created_at is not None and utc_day(created_at) < day
    if source.untold_zero and was_there:
        found.setdefault(source.untold_zero, {"total": 0.0})
    return found
