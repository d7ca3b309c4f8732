"""Daily CPU and network of instances from CloudWatch, in calls of 500 queries.

Each statistic of each instance is one query, and each query is billed, so calls are
filled to the brim: an instance whose queries end up in two calls is put together again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from core.windows import ONE_DAY, Window, utc_day
from providers.aws.client import AwsClients, AwsOptions
from providers.aws.metric_data import DAY_SECONDS, QUERIES_PER_CALL, fetch_days
from providers.base import Progress
from providers.errors import ProviderError
from providers.records import CpuRecord, NetworkRecord, RegionMetrics
from providers.side_by_side import side_by_side

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricStatTypeDef

# Hourly points, of which a day is made, are kept for so long.
DAYS_KEPT = 455

# One figure of one instance and day: (metric, statistic).
Figure = tuple[str, str]
CPU, RECEIVED, SENT = "CPUUtilization", "NetworkIn", "NetworkOut"
Days = dict[date, dict[Figure, float]]
# An instance, and which of its figures.
Query = tuple[str, Figure]


def metric_window(now: datetime) -> Window:
    """Return the complete days for which CloudWatch keeps points."""
    today = utc_day(now)
    return Window(today - ONE_DAY * DAYS_KEPT, today)


def figures(options: AwsOptions) -> list[Figure]:
    """Return what is requested per instance; each is billed."""
    network = [(RECEIVED, "Sum"), (SENT, "Sum")] if options.network_metrics else []
    return [*((CPU, statistic) for statistic in options.cpu_statistics), *network]


def fetch_metrics(
    clients: AwsClients,
    window: Window,
    instance_ids: Mapping[str, Sequence[str]],
    progress: Progress,
) -> Iterator[RegionMetrics]:
    """Return each region's figures, a part per call; regions are read side by side.

    A region that fails yields its error last: what came before it is right. Raises
    ProviderError when the credentials are not the account's.
    """
    jobs = [
        partial(_read_region, clients, window, region, ids)
        for region, ids in sorted(instance_ids.items())
    ]
    if jobs:
        _ = clients.identity  # wrong credentials are no fault of each region
    parts = side_by_side(jobs, clients.options.region_workers)
    for number, part in enumerate(parts, start=1):
        progress(f"{part.region}: call {number}")
        yield part


def _read_region(
    clients: AwsClients, window: Window, region: str, instance_ids: Sequence[str]
) -> Iterator[RegionMetrics]:
    asked = figures(clients.options)
    queries = (
        (instance_id, figure) for instance_id in instance_ids for figure in asked
    )
    pending: dict[str, Days] = {}
    try:
        while batch := list(islice(queries, QUERIES_PER_CALL)):
            for instance_id, days in _fetch(clients, window, region, batch).items():
                stored = pending.setdefault(instance_id, {})
                for day, values in days.items():
                    stored[day] = stored.get(day, {}) | values
            # The last instance of a call may go on in the next one.
            last, _ = batch[-1]
            unfinished = {last: pending.pop(last)} if last in pending else {}
            yield _part(region, pending)
            pending = unfinished
        if pending:
            yield _part(region, pending)
    except ProviderError as error:
        yield RegionMetrics(region, error=error)


def _fetch(
    clients: AwsClients, window: Window, region: str, batch: Sequence[Query]
) -> dict[str, Days]:
    """instance -> day -> figure -> value, of one call and all of its pages."""
    reading = f"Metrics of {window} in {region} (cloudwatch:GetMetricData)"
    found: dict[str, Days] = defaultdict(lambda: defaultdict(dict))
    stats = [_stat(query) for query in batch]
    for number, points in fetch_days(clients, window, region, reading, stats):
        instance_id, figure = batch[number]
        days = found[instance_id]
        for day, value in points:
            days[day][figure] = value
    return found


def try_metrics(clients: AwsClients, window: Window, region: str) -> None:
    """Ask for one figure of an instance that does not exist. Raise ProviderError."""
    _fetch(clients, window, region, [("i-00000000000000000", (CPU, "Average"))])


def _stat(query: Query) -> "MetricStatTypeDef":
    instance_id, (metric, statistic) = query
    return {
        "Metric": {
            "Namespace": "AWS/EC2",
            "MetricName": metric,
            "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
        },
        "Period": DAY_SECONDS,
        "Stat": statistic,
    }


def _part(region: str, found: Mapping[str, Days]) -> RegionMetrics:
    cpu: list[CpuRecord] = []
    network: list[NetworkRecord] = []
    for instance_id, days in found.items():
        for day, values in days.items():
            metrics = {metric for metric, _ in values}
            if CPU in metrics:
                cpu.append(
                    CpuRecord(
                        instance_id=instance_id,
                        day=day,
                        average_percent=values.get((CPU, "Average")),
                        maximum_percent=values.get((CPU, "Maximum")),
                        p99_percent=values.get((CPU, "p99")),
                        samples=_whole(values.get((CPU, "SampleCount"))),
                    )
                )
            if metrics - {CPU}:
                received = _whole(values.get((RECEIVED, "Sum")))
                sent = _whole(values.get((SENT, "Sum")))
                network.append(NetworkRecord(instance_id, day, received, sent))
    return RegionMetrics(region, cpu, network)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
