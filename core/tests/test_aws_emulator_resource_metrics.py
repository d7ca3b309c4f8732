"""The emulator's metrics of resources other than instances, and of agents."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import machine
from core.testing.aws_emulator.clients import Clients
from core.testing.aws_emulator.resources import EmulatedDatabase, EmulatedLoadBalancer

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
TODAY = datetime(2026, 6, 20, tzinfo=UTC)
DAY = timedelta(days=1)
REGION = "eu-west-1"
DATABASE = ("AWS/RDS", "DatabaseConnections", {"DBInstanceIdentifier": "orders"})


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    with EmulatedAws(now=NOW) as emulated:
        database = EmulatedDatabase("orders", REGION)
        database.figures = {"DatabaseConnections": 4.0, "CPUUtilization": 60.0}
        emulated.world().add_database(database)
        yield emulated


def ask(
    aws: EmulatedAws,
    metric: tuple[str, str, dict[str, str]] = DATABASE,
    stat: str = "Average",
    region: str = REGION,
    period: int = 86_400,
) -> list[float]:
    namespace, name, dimensions = metric
    query: Any = {
        "Id": "q",
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": name,
                "Dimensions": [
                    {"Name": each, "Value": value} for each, value in dimensions.items()
                ],
            },
            "Period": period,
            "Stat": stat,
        },
    }
    answer = (
        Clients(aws)
        .cloudwatch(region)
        .get_metric_data(
            MetricDataQueries=[query], StartTime=TODAY - 2 * DAY, EndTime=TODAY
        )
    )
    return answer["MetricDataResults"][0]["Values"]


def listed(aws: EmulatedAws, **asked: Any) -> list[dict[str, str]]:
    client = Clients(aws).cloudwatch(REGION)
    found = client.list_metrics(Namespace="CWAgent", **asked)["Metrics"]
    return [
        {each["Name"]: each["Value"] for each in one["Dimensions"]} for one in found
    ]


@pytest.mark.parametrize(
    ("stat", "expected"),
    [("Average", 4.0), ("Maximum", 8.0), ("Minimum", 2.0), ("SampleCount", 1440.0)],
)
def test_a_day_has_its_figure_a_peak_and_a_low(
    aws: EmulatedAws, stat: str, expected: float
) -> None:
    assert ask(aws, stat=stat) == [expected] * 2


def test_no_percent_is_above_100(aws: EmulatedAws) -> None:
    metric = ("AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "orders"})
    assert ask(aws, metric, "Maximum") == [100.0] * 2


@pytest.mark.parametrize(
    "metric",
    [
        ("AWS/RDS", "DatabaseConnections", {"DBInstanceIdentifier": "other"}),
        ("AWS/RDS", "DatabaseConnections", {"DBClusterIdentifier": "orders"}),
        ("AWS/RDS", "DatabaseConnections", {}),
        ("AWS/RDS", "Happiness", {"DBInstanceIdentifier": "orders"}),
        ("AWS/DocDB", "DatabaseConnections", {"DBInstanceIdentifier": "orders"}),
        (
            *("AWS/RDS", "DatabaseConnections"),
            {"DBInstanceIdentifier": "orders", "EngineName": "postgres"},
        ),
    ],
)
def test_only_the_exact_name_and_dimension_have_points(
    aws: EmulatedAws, metric: tuple[str, str, dict[str, str]]
) -> None:
    assert ask(aws, metric) == []


def test_another_region_has_none_of_it(aws: EmulatedAws) -> None:
    assert ask(aws, region="us-east-1") == []


def test_other_periods_are_refused(aws: EmulatedAws) -> None:
    with pytest.raises(ClientError, match="by the day alone"):
        ask(aws, period=3_600)


def test_a_load_balancer_without_requests_has_no_points(aws: EmulatedAws) -> None:
    balancer = EmulatedLoadBalancer("old", REGION, balancer_type="classic")
    balancer.figures = {"RequestCount": 0.0}
    balancer.figures_on = {(TODAY - DAY).date(): {"RequestCount": 12.0}}
    aws.world().add_load_balancer(balancer)
    assert ask(
        aws, ("AWS/ELB", "RequestCount", {"LoadBalancerName": "old"}), "Sum"
    ) == [12.0]


def test_an_agents_memory_is_found_by_what_is_listed(aws: EmulatedAws) -> None:
    aws.world().add_instance(machine("i-1", REGION, memory_percent=30.0))
    aws.world().add_instance(machine("i-2", REGION))
    (dimensions,) = listed(aws, Dimensions=[{"Name": "InstanceId"}])
    assert dimensions["InstanceId"] == "i-1"
    assert ask(aws, ("CWAgent", "mem_used_percent", dimensions)) == [30.0] * 2
    assert ask(aws, ("CWAgent", "mem_used_percent", {"InstanceId": "i-1"})) == []


def test_metrics_are_listed_by_name_and_dimension(aws: EmulatedAws) -> None:
    for number in range(2):
        aws.world().add_instance(machine(f"i-{number}", REGION, memory_percent=30.0))
    assert len(listed(aws)) == 2
    assert len(listed(aws, MetricName="mem_used_percent")) == 2
    assert listed(aws, MetricName="disk_used_percent") == []
    wanted = [{"Name": "InstanceId", "Value": "i-1"}]
    assert [each["InstanceId"] for each in listed(aws, Dimensions=wanted)] == ["i-1"]


def test_what_ran_two_weeks_ago_is_not_listed(aws: EmulatedAws) -> None:
    stopped = machine("i-1", REGION, memory_percent=30.0, state="stopped")
    stopped.stopped_since = NOW - 15 * DAY
    aws.world().add_instance(stopped)
    assert listed(aws) == []
