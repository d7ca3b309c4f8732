"""``python -m core.testing.aws_emulator.measure``: what large questions cost it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from core.testing.aws_emulator.aws import EmulatedAws
from core.testing.aws_emulator.clients import Clients
from core.testing.aws_emulator.world import EmulatedInstance, LineItem

if TYPE_CHECKING:
    from mypy_boto3_ce.type_defs import GetCostAndUsageRequestTypeDef
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
REGIONS = ["us-east-1", "eu-west-1", "eu-central-1", "ap-south-1"]
INSTANCES = 10_000
DAYS = 14
ASKED = (
    ("CPUUtilization", "Average"),
    ("CPUUtilization", "Maximum"),
    ("CPUUtilization", "p99"),
    ("NetworkIn", "Sum"),
)


def main() -> None:
    """Prints the emulator's own processor time and the time the client waited."""
    with EmulatedAws(now=NOW) as aws:
        _fill(aws)
        _measure(aws, "instances", _read_instances)
        _measure(aws, "datapoints", _read_metrics)
        _measure(aws, "groups", _read_costs)


def _fill(aws: EmulatedAws) -> None:
    world = aws.world()
    world.regions = list(REGIONS)
    launched_at = NOW - timedelta(days=100)
    for number in range(INSTANCES):
        instance_id, region = f"i-{number:017x}", REGIONS[number % len(REGIONS)]
        world.add_instance(
            EmulatedInstance(instance_id, region, launched_at=launched_at)
        )
    world.add_costs(
        [
            LineItem(
                day=date(2026, 5, 1) + timedelta(days=day),
                service=f"service {service}",
                region=region,
                unblended=Decimal("1.25"),
            )
            for day in range(50)
            for service in range(100)
            for region in REGIONS
        ]
    )


def _measure(aws: EmulatedAws, what: str, read: Callable[[EmulatedAws], int]) -> None:
    aws.clear_calls()
    began = time.perf_counter()
    count = read(aws)
    waited = time.perf_counter() - began
    requests = sum(aws.requests.values())
    print(
        f"{count:>9,} {what}, {requests} requests: emulator {aws.busy_seconds:.2f} s "
        f"of processor, client and emulator together {waited:.2f} s"
    )


def _read_instances(aws: EmulatedAws) -> int:
    return sum(
        len(reservation["Instances"])
        for region in REGIONS
        for page in Clients(aws)
        .ec2(region)
        .get_paginator("describe_instances")
        .paginate()
        for reservation in page["Reservations"]
    )


def _read_metrics(aws: EmulatedAws) -> int:
    end = NOW.replace(hour=0)
    found = 0
    for region in REGIONS:
        client = Clients(aws).cloudwatch(region)
        queries = _queries(aws, region)
        for first in range(0, len(queries), 500):
            answer = client.get_metric_data(
                MetricDataQueries=queries[first : first + 500],
                StartTime=end - timedelta(days=DAYS),
                EndTime=end,
            )
            found += sum(len(each["Values"]) for each in answer["MetricDataResults"])
    return found


def _queries(aws: EmulatedAws, region: str) -> list[MetricDataQueryTypeDef]:
    ids = [
        instance.instance_id
        for instance in aws.world().instances.values()
        if instance.region == region
    ]
    return [
        {
            "Id": f"q{number}_{place}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/EC2",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
                },
                "Period": 86_400,
                "Stat": stat,
            },
        }
        for number, instance_id in enumerate(ids)
        for place, (metric, stat) in enumerate(ASKED)
    ]


def _read_costs(aws: EmulatedAws) -> int:
    client, found = Clients(aws).ce(), 0
    asked: GetCostAndUsageRequestTypeDef = {
        "TimePeriod": {"Start": "2026-05-01", "End": "2026-06-20"},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost", "AmortizedCost"],
        "GroupBy": [
            {"Type": "DIMENSION", "Key": "SERVICE"},
            {"Type": "DIMENSION", "Key": "REGION"},
        ],
    }
    while True:
        answer = client.get_cost_and_usage(**asked)
        found += sum(len(day["Groups"]) for day in answer["ResultsByTime"])
        if "NextPageToken" not in answer:
            return found
        asked["NextPageToken"] = answer["NextPageToken"]


if __name__ == "__main__":
    main()
