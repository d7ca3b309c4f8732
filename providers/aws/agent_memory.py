"""Memory of instances, which the CloudWatch agent measures where it is installed.

A metric is found by all of its dimensions, which whoever installs the agent chooses, so
CloudWatch is first asked which there are. Each one that is then requested is billed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.metric_data import Figure, Query
from providers.metric_records import MemoryRecord

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef

NAMESPACE = "CWAgent"
# Of Linux and of Windows.
METRICS = ("mem_used_percent", "Memory % Committed Bytes In Use")
STATISTICS = ("Average", "Maximum")
PRICE = "$0.01 per 1,000 metrics and sync, two an instance (AWS_MEMORY_METRICS)"

# A metric's name, and its dimensions.
Measured = tuple[str, Sequence[tuple[str, str]]]


def fetch_measured(
    clients: AwsClients, region: str
) -> Mapping[str, Sequence[Measured]]:
    """Return instance -> its metrics that had a point within two weeks.

    One that was resized has those of either size. Raise ProviderError.
    """
    found: dict[str, list[Measured]] = defaultdict(list)
    for metric, raw in _listed(clients, region):
        dimensions = [(one["Name"], one["Value"]) for one in raw]
        found[dict(dimensions)["InstanceId"]].append((metric, dimensions))
    return found


def try_memory(clients: AwsClients, region: str) -> None:
    """Ask for a page of metrics. Raise ProviderError."""
    with aws_errors(f"Metrics in {region} (cloudwatch:ListMetrics)", region):
        clients.cloudwatch(region).list_metrics(Namespace=NAMESPACE)


def memory_queries(instance_id: str, measured: Sequence[Measured]) -> Iterator[Query]:
    for metric, dimensions in measured:
        for statistic in STATISTICS:
            yield Query(instance_id, NAMESPACE, dimensions, (metric, statistic))


def memory_on(
    instance_id: str, day: date, values: Mapping[Figure, float]
) -> MemoryRecord | None:
    """Return the memory among a day's figures; None without any."""
    figures = [
        next(
            (values[metric, one] for metric in METRICS if (metric, one) in values), None
        )
        for one in STATISTICS
    ]
    if figures == [None, None]:
        return None
    average, maximum = figures
    return MemoryRecord(instance_id, day, average, maximum)


def _listed(
    clients: AwsClients, region: str
) -> Iterator[tuple[str, Sequence["DimensionTypeDef"]]]:
    with aws_errors(
        f"Memory of instances in {region} (cloudwatch:ListMetrics)", region
    ):
        paginator = clients.cloudwatch(region).get_paginator("list_metrics")
        for metric in METRICS:
            for page in paginator.paginate(
                Namespace=NAMESPACE,
                MetricName=metric,
                Dimensions=[{"Name": "InstanceId"}],
            ):
                for raw in page["Metrics"]:
                    yield metric, raw["Dimensions"]
