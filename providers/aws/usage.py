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
VOLUME_PRICE = ", six a volume whose speed is paid for (AWS_VOLUME_METRICS)"
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
READ_BYTES, WRITTEN_BYTES = "VolumeReadBytes", "VolumeWriteBytes"
# Its points are a minute's. Where they are five minutes', its speed is taken for more.
VOLUME = Source(
    "AWS/EBS",
    "VolumeId",
    [
        *(("VolumeReadOps", "Maximum"), ("VolumeWriteOps", "Maximum")),
        *((READ_BYTES, "Maximum"), (WRITTEN_BYTES, "Maximum")),
        *((READ_BYTES, "SampleCount"), (WRITTEN_BYTES, "SampleCount")),
    ],
)
POINT_SECONDS, POINTS_A_DAY = 60, 1440
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
    READ_BYTES: MetricName.THROUGHPUT_BYTES,
    WRITTEN_BYTES: MetricName.THROUGHPUT_BYTES,
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
        name, field = METRICS.get(metric), FIELDS.get(statistic)
        if name and field:
            value = values.get((metric, statistic), absent)
            others = fields[name].get(field, 0.0)
            if value is None or others is None:
                fields[name][field] = None
            else:
                fields[name][field] = others + value
    if (free := values.get((FREE, "Minimum"))) is not None and ref.storage_gib:
        # One that has grown since seems fuller than it was.
        used = max(0.0, ref.storage_gib * GIB - free)
        fields[MetricName.STORAGE_USED_BYTES]["maximum"] = used
    if source is VOLUME:
        _to_seconds(fields, values)
    for name, given in fields.items():
        if any(value is not None for value in given.values()):
            yield UsageRecord(ref.resource_id, day, name, **given)


def _to_seconds(
    fields: Mapping[MetricName, dict[str, float | None]], values: Mapping[Figure, float]
) -> None:
    """Turn the highest minute of a volume into what a second of it has.

    Only instances of the Nitro system have a point a minute. Others have one for each
    operation, and of a volume that several share each instance has its own: no highest
    point is then what the volume did in a minute, and its speed is unknown.
    https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html
    """
    figures = ((metric, "SampleCount") for metric in (READ_BYTES, WRITTEN_BYTES))
    is_by_minute = all(values.get(one, 0) <= POINTS_A_DAY for one in figures)
    for name in PER_SECOND:
        highest = fields[name]["maximum"] if is_by_minute else None
        speed = None if highest is None else highest / POINT_SECONDS
        fields[name]["maximum"] = speed
