"""The emulator's GetMetricStatistics."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from core.testing.aws_emulator import EmulatedAws, EmulatedInstance
from core.testing.aws_emulator.clients import Clients, code_of

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
TODAY = datetime(2026, 6, 20, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANCE = "i-0123456789abcdef0"


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    with EmulatedAws(now=NOW) as emulated:
        launched_at = NOW - timedelta(days=500)
        emulated.world().add_instance(
            EmulatedInstance(INSTANCE, "us-east-1", launched_at=launched_at)
        )
        yield emulated


def ask(aws: EmulatedAws, **asked: Any) -> Any:
    usual: dict[str, Any] = {
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "InstanceId", "Value": INSTANCE}],
        "StartTime": TODAY - 3 * DAY,
        "EndTime": TODAY,
        "Period": 86_400,
        "Statistics": ["Average", "Maximum"],
    }
    named = {name: value for name, value in (usual | asked).items() if value}
    return Clients(aws).cloudwatch().get_metric_statistics(**named)


def test_it_answers_what_get_metric_data_answers(aws: EmulatedAws) -> None:
    points = ask(aws)["Datapoints"]
    assert [point["Timestamp"] for point in points] == [
        TODAY - DAY,
        TODAY - 2 * DAY,
        TODAY - 3 * DAY,
    ]
    for statistic in ("Average", "Maximum"):
        answer = (
            Clients(aws)
            .cloudwatch()
            .get_metric_data(
                MetricDataQueries=[
                    {
                        "Id": "cpu",
                        "MetricStat": {
                            "Metric": {
                                "Namespace": "AWS/EC2",
                                "MetricName": "CPUUtilization",
                                "Dimensions": [
                                    {"Name": "InstanceId", "Value": INSTANCE}
                                ],
                            },
                            "Period": 86_400,
                            "Stat": statistic,
                        },
                    }
                ],
                StartTime=TODAY - 3 * DAY,
                EndTime=TODAY,
            )
        )
        (result,) = answer["MetricDataResults"]
        assert [point[statistic] for point in points] == result["Values"]


def test_an_unknown_instance_has_no_points(aws: EmulatedAws) -> None:
    dimensions = [{"Name": "InstanceId", "Value": "i-0fedcba9876543210"}]
    assert ask(aws, Dimensions=dimensions)["Datapoints"] == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"Period": 90}, "InvalidParameterValue"),
        ({"StartTime": TODAY}, "InvalidParameterValue"),
        ({"Statistics": ["p99"]}, "InvalidParameterValue"),
        ({"Period": 60}, "InvalidParameterCombination"),
        ({"Statistics": []}, "MissingParameter"),
    ],
)
def test_it_refuses_what_cloudwatch_refuses(
    aws: EmulatedAws, asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        ask(aws, **asked)
    assert code_of(refused.value) == code
