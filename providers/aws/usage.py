"""Daily use of databases, balancers, NAT gateways and volumes from CloudWatch."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from core.windows import Window, utc_day
from providers.aws.client import AwsClients, AwsOptions
from providers.aws.metric_data import (
    Days,
    Figure,
    Query,
    fetch_by_region,
    fetch_figures,
)
from providers.base import Progress
from providers.metric_records import (
    CpuRecord,
    MetricName,
    RegionMetrics,
    ResourceRef,
    UsageRecord,
)

PRICE = (
    "$0.01 per 1,000 metrics and sync, five a database, two or three a load balancer "
    "or NAT gateway (AWS_USAGE_METRICS)"
)
VOLUME_PRICE = ", four a volume whose speed is paid (AWS_VOLUME_METRICS)"
GIB = 2**30
CPU, FREE = "CPUUtilization", "FreeStorageSpace"


class Source(NamedTuple):
    """What CloudWatch has of one kind of resource."""

    namespace: str
    dimension: str
    figures: Sequence[Figure]
    is_zero_untold: bool = False
    """Whether a day without requests has no points."""


LOAD = [(CPU, "Average"), (CPU, "Maximum")]
CONNECTED = [("DatabaseConnections", "Average"), ("DatabaseConnections", "Maximum")]
DATABASE = Source("AWS/RDS", "DBInstanceIdentifier", [*LOAD, *CONNECTED])
# RDS answers for these too, but their metrics lie elsewhere.
OTHER_ENGINES = {
    "docdb": DATABASE._replace(namespace="AWS/DocDB"),
    "neptune": DATABASE._replace(namespace="AWS/Neptune", figures=LOAD),
}
NAT_GATEWAY = Source(
    "AWS/NATGateway",
    "NatGatewayId",
    [
        *(("BytesOutToDestination", "Sum"), ("BytesInFromDestination", "Sum")),
        ("ActiveConnectionCount", "Maximum"),
    ],
)
# Its points are a minute's. Where they are five minutes', its speed is taken for more.
VOLUME = Source(
    "AWS/EBS",
    "VolumeId",
    [
        *(("VolumeReadOps", "Maximum"), ("VolumeWriteOps", "Maximum")),
        *(("VolumeReadBytes", "Maximum"), ("VolumeWriteBytes", "Maximum")),
    ],
)
POINT_SECONDS = 60
LEAST_BYTES_PER_OPERATION = 512
FLOWS = [
    ("ProcessedBytes", "Sum"),
    *(("ActiveFlowCount", "Average"), ("ActiveFlowCount", "Maximum")),
]
# By the word that an ARN has for it.
LOAD_BALANCERS = {
    "app": Source(
        "AWS/ApplicationELB",
        "LoadBalancer",
        [("RequestCount", "Sum"), ("ProcessedBytes", "Sum")],
        is_zero_untold=True,
    ),
    "net": Source("AWS/NetworkELB", "LoadBalancer", FLOWS, is_zero_untold=True),
    "gwy": Source("AWS/GatewayELB", "LoadBalancer", FLOWS, is_zero_untold=True),
    "": Source(
        "AWS/ELB",
        "LoadBalancerName",
        [("RequestCount", "Sum"), ("EstimatedProcessedBytes", "Sum")],
        is_zero_untold=True,
    ),
}
METRICS = {
    "DatabaseConnections": MetricName.CONNECTIONS,
    "ActiveConnectionCount": MetricName.ACTIVE_CONNECTIONS,
    "ActiveFlowCount": MetricName.ACTIVE_CONNECTIONS,
    "RequestCount": MetricName.REQUESTS,
    "ProcessedBytes": MetricName.PROCESSED_BYTES,
    "EstimatedProcessedBytes": MetricName.PROCESSED_BYTES,
    # A NAT gateway is billed for both directions.
    "BytesOutToDestination": MetricName.PROCESSED_BYTES,
    "BytesInFromDestination": MetricName.PROCESSED_BYTES,
    # Both are highest in the same minute at most.
    "VolumeReadOps": MetricName.OPERATIONS_PER_SECOND,
    "VolumeWriteOps": MetricName.OPERATIONS_PER_SECOND,
    "VolumeReadBytes": MetricName.THROUGHPUT_BYTES,
    "VolumeWriteBytes": MetricName.THROUGHPUT_BYTES,
}
PER_SECOND = (MetricName.OPERATIONS_PER_SECOND, MetricName.THROUGHPUT_BYTES)
FIELDS = {"Average": "average", "Maximum": "maximum", "Sum": "total"}


def fetch_usage(
    clients: AwsClients,
    window: Window,
    resources: Mapping[str, Sequence[ResourceRef]],
    progress: Progress,
) -> Iterator[RegionMetrics]:
    """Return the figures of each region's resources, as fetch_by_region does."""

    def read(region: str) -> Iterator[RegionMetrics]:
        refs = {
            one.resource_id: one
            for one in resources[region]
            if one.kind != "volume" or clients.options.volume_metrics
        }
        queries = (query for ref in refs.values() for query in _queries(ref))
        for found in fetch_figures(clients, window, region, queries):
            yield _part(region, window, refs, found)

    return fetch_by_region(clients, resources, read, progress)


def price(options: AwsOptions) -> str:
    """Return what reading it costs."""
    return PRICE + (VOLUME_PRICE if options.volume_metrics else "")


def source_of(ref: ResourceRef) -> Source | None:
    """Return what CloudWatch has of it; None where that is nothing."""
    if ref.kind == "database":
        source = OTHER_ENGINES.get(ref.engine, DATABASE)
        # The storage of a cluster grows by itself, and is not its members'.
        free = [(FREE, "Minimum")] if ref.storage_gib else []
        return source._replace(figures=[*source.figures, *free])
    if ref.kind == "load-balancer":
        family, slash, _ = _name(ref).partition("/")
        return LOAD_BALANCERS.get(family if slash else "")
    return {"nat-gateway": NAT_GATEWAY, "volume": VOLUME}.get(ref.kind)


def _name(ref: ResourceRef) -> str:
    """Return what the dimension calls it: the end of its ARN, or its id."""
    name = ref.resource_id.rpartition(":")[2]
    return name.removeprefix("loadbalancer/")


def _queries(ref: ResourceRef) -> Iterator[Query]:
    if source := source_of(ref):
        dimensions = [(source.dimension, _name(ref))]
        for figure in source.figures:
            yield Query(ref.resource_id, source.namespace, dimensions, figure)


def _part(
    region: str,
    window: Window,
    refs: Mapping[str, ResourceRef],
    found: Mapping[str, Days],
) -> RegionMetrics:
    cpu: list[CpuRecord] = []
    usage: list[UsageRecord] = []
    for resource_id, days in found.items():
        ref = refs[resource_id]
        source = source_of(ref)
        if source is None:
            continue
        for day in sorted({*days, *_untold_days(ref, source, window)}):
            values = days.get(day, {})
            average, maximum = (values.get(figure) for figure in LOAD)
            if (average, maximum) != (None, None):
                cpu.append(CpuRecord(resource_id, day, average, maximum, None, None))
            usage += _usage(ref, source, day, values)
    return RegionMetrics(region, cpu, usage=usage)


def _untold_days(ref: ResourceRef, source: Source, window: Window) -> Sequence[date]:
    """Return the days of which having no points says that nothing was counted."""
    if not source.is_zero_untold or ref.created_at is None:
        return []
    first = max(window.start, utc_day(ref.created_at))
    gone = utc_day(ref.gone_since) if ref.gone_since else window.end
    return [day for day in window.days() if first <= day < gone]


def _usage(
    ref: ResourceRef, source: Source, day: date, values: Mapping[Figure, float]
) -> Iterator[UsageRecord]:
    absent = 0.0 if source.is_zero_untold else None
    fields: dict[MetricName, dict[str, float | None]] = defaultdict(dict)
    for metric, statistic in source.figures:
        if name := METRICS.get(metric):
            value = values.get((metric, statistic), absent)
            others = fields[name].get(FIELDS[statistic], 0.0)
            if value is None or others is None:
                fields[name][FIELDS[statistic]] = None
            else:
                fields[name][FIELDS[statistic]] = others + value
    if (free := values.get((FREE, "Minimum"))) is not None and ref.storage_gib:
        # One that has grown since seems fuller than it was.
        used = max(0.0, ref.storage_gib * GIB - free)
        fields[MetricName.STORAGE_USED_BYTES]["maximum"] = used
    _to_seconds(fields)
    for name, given in fields.items():
        if any(value is not None for value in given.values()):
            yield UsageRecord(ref.resource_id, day, name, **given)


def _to_seconds(fields: Mapping[MetricName, dict[str, float | None]]) -> None:
    """Turn the highest point of a volume into what a second has of it.

    Of instances that are not of the Nitro system the highest is one operation's bytes,
    which are then too few for as many operations, and unknown.
    https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html
    """
    operations, size = (fields.get(name, {}) for name in PER_SECOND)
    most, most_bytes = operations.get("maximum"), size.get("maximum")
    if (
        most
        and most_bytes is not None
        and most_bytes < most * LEAST_BYTES_PER_OPERATION
    ):
        size["maximum"] = None
    for of_name in (operations, size):
        if (highest := of_name.get("maximum")) is not None:
            of_name["maximum"] = highest / POINT_SECONDS
