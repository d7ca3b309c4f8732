"""Daily CPU, network and memory of instances from CloudWatch."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from core.windows import ONE_DAY, Window, utc_day
from providers.aws.agent_memory import (
    Measured,
    fetch_measured,
    memory_on,
    memory_queries,
)
from providers.aws.client import AwsClients, AwsOptions
from providers.aws.metric_data import (
    Days,
    Figure,
    Query,
    fetch_by_region,
    fetch_figures,
)
from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from providers.metric_records import (
    CpuRecord,
    MemoryRecord,
    NetworkRecord,
    RegionMetrics,
)

# Hourly points, of which a day is made, are kept for so long.
DAYS_KEPT = 455

CPU, RECEIVED, SENT = "CPUUtilization", "NetworkIn", "NetworkOut"


def metric_window(now: datetime) -> Window:
    """Return the complete days for which CloudWatch keeps points."""
    today = utc_day(now)
    return Window(today - ONE_DAY * DAYS_KEPT, today)


def figures(options: AwsOptions) -> list[Figure]:
    """Return what is requested per instance; each is billed."""
    network = [(RECEIVED, "Sum"), (SENT, "Sum")] if options.network_metrics else []
    return [*((CPU, statistic) for statistic in options.cpu_statistics), *network]


def price(options: AwsOptions) -> str:
    """Return what reading it costs."""
    return (
        f"$0.01 per 1,000 metrics and sync, {len(figures(options))} an instance "
        "(AWS_CPU_STATISTICS, AWS_NETWORK_METRICS)"
    )


def fetch_metrics(
    clients: AwsClients,
    window: Window,
    instance_ids: Mapping[str, Sequence[str]],
    progress: Progress,
) -> Iterator[RegionMetrics]:
    """Return the figures of each region's instances, as fetch_by_region does."""

    def read(region: str) -> Iterator[RegionMetrics]:
        measured, denied = _measured(clients, region)
        queries = (
            query
            for instance_id in instance_ids[region]
            for query in _queries(clients.options, instance_id, measured)
        )
        for found in fetch_figures(clients, window, region, queries):
            yield _part(region, found)
        if denied:
            yield RegionMetrics(region, warning=denied)

    return fetch_by_region(clients, instance_ids, read, progress)


def try_metrics(clients: AwsClients, window: Window, region: str) -> None:
    """Ask for one figure of an instance that does not exist. Raise ProviderError."""
    query = instance_query("i-00000000000000000", (CPU, "Average"))
    list(fetch_figures(clients, window, region, [query]))


def _measured(
    clients: AwsClients, region: str
) -> tuple[Mapping[str, Sequence[Measured]], ProviderError | None]:
    """Return what agents measure there, or what that is denied with."""
    if not clients.options.memory_metrics:
        return {}, None
    try:
        return fetch_measured(clients, region), None
    except ProviderError as error:
        if error.kind != ErrorKind.DENIED:
            raise
        return {}, error


def _queries(
    options: AwsOptions, instance_id: str, measured: Mapping[str, Sequence[Measured]]
) -> Iterator[Query]:
    for figure in figures(options):
        yield instance_query(instance_id, figure)
    yield from memory_queries(instance_id, measured.get(instance_id, ()))


def instance_query(instance_id: str, figure: Figure) -> Query:
    return Query(instance_id, "AWS/EC2", [("InstanceId", instance_id)], figure)


def _part(region: str, found: Mapping[str, Days]) -> RegionMetrics:
    cpu: list[CpuRecord] = []
    network: list[NetworkRecord] = []
    memory: list[MemoryRecord] = []
    for instance_id, days in found.items():
        for day, values in days.items():
            metrics = {metric for metric, _ in values}
            if CPU in metrics:
                cpu.append(
                    CpuRecord(
                        resource_id=instance_id,
                        day=day,
                        average_percent=values.get((CPU, "Average")),
                        maximum_percent=values.get((CPU, "Maximum")),
                        p99_percent=values.get((CPU, "p99")),
                        samples=_whole(values.get((CPU, "SampleCount"))),
                    )
                )
            if used := memory_on(instance_id, day, values):
                memory.append(used)
            if metrics & {RECEIVED, SENT}:
                received = _whole(values.get((RECEIVED, "Sum")))
                sent = _whole(values.get((SENT, "Sum")))
                network.append(NetworkRecord(instance_id, day, received, sent))
    return RegionMetrics(region, cpu, network, memory)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
