"""Sizes of S3 buckets, which S3 measures once a day and CloudWatch keeps.

Each metric that is requested is billed, so CloudWatch is first asked which there are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from core.windows import last_complete_days
from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.metric_data import DAY_SECONDS, QUERIES_PER_CALL, fetch_days

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricStatTypeDef

NAMESPACE = "AWS/S3"
SIZE, OBJECTS = "BucketSizeBytes", "NumberOfObjects"
# The storage type of the objects' number, which is that of all.
ALL_TYPES = "AllStorageTypes"
PRICE = "$0.01 per 1,000 metrics and sync, two or more a bucket (AWS_BUCKET_METRICS)"
# A day's sizes come up to two days late.
DAYS_BACK = 3

# A bucket and its storage type, as AWS names it: StandardStorage, GlacierStorage.
Metric = tuple[str, str]


@dataclass(frozen=True, slots=True)
class BucketSize:
    """The newest sizes of one bucket, all of one day: objects that moved to another
    storage type since are not counted in both."""

    bytes_by_tier: dict[str, int]
    objects: int | None


def fetch_sizes(
    clients: AwsClients, region: str, names: Collection[str], now: datetime
) -> dict[str, BucketSize]:
    """Return the sizes of these buckets of the region. Raise ProviderError.

    A bucket of which nothing was measured, as an empty or a new one, is not in it.
    """
    sized = [one for one in _sized(clients, region) if one[0] in names]
    counted = [(name, ALL_TYPES) for name in sorted({name for name, _ in sized})]
    days: dict[str, dict[date, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for (name, storage_type), day, value in _points(
        clients, region, [*sized, *counted], now
    ):
        days[name][day][storage_type] = round(value)
    newest = {name: found[max(found)] for name, found in days.items()}
    return {
        name: BucketSize(
            {tier: size for tier, size in found.items() if tier != ALL_TYPES},
            found.get(ALL_TYPES),
        )
        for name, found in newest.items()
    }


def _sized(clients: AwsClients, region: str) -> Iterator[Metric]:
    """The metrics of sizes that had a point within two weeks."""
    with aws_errors(f"Sizes of buckets in {region} (cloudwatch:ListMetrics)", region):
        paginator = clients.cloudwatch(region).get_paginator("list_metrics")
        for page in paginator.paginate(Namespace=NAMESPACE, MetricName=SIZE):
            for raw in page["Metrics"]:
                found = {each["Name"]: each["Value"] for each in raw["Dimensions"]}
                yield found["BucketName"], found["StorageType"]


def _points(
    clients: AwsClients, region: str, metrics: list[Metric], now: datetime
) -> Iterator[tuple[Metric, date, float]]:
    reading = f"Sizes of buckets in {region} (cloudwatch:GetMetricData)"
    window = last_complete_days(DAYS_BACK, now)
    for start in range(0, len(metrics), QUERIES_PER_CALL):
        asked = metrics[start : start + QUERIES_PER_CALL]
        stats = [_stat(metric) for metric in asked]
        for number, points in fetch_days(clients, window, region, reading, stats):
            for day, value in points:
                yield asked[number], day, value


def _stat(metric: Metric) -> "MetricStatTypeDef":
    name, storage_type = metric
    return {
        "Metric": {
            "Namespace": NAMESPACE,
            "MetricName": OBJECTS if storage_type == ALL_TYPES else SIZE,
            "Dimensions": [
                {"Name": "BucketName", "Value": name},
                {"Name": "StorageType", "Value": storage_type},
            ],
        },
        "Period": DAY_SECONDS,
        "Stat": "Average",
    }
