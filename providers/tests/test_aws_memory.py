"""Memory of AWS instances, where the CloudWatch agent measures it."""

from collections.abc import Sequence
from typing import Any

import pytest

from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import june, machine
from core.windows import Window
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount, AwsOptions
from providers.aws.provider import AwsProvider
from providers.errors import ErrorKind
from providers.metric_records import MemoryRecord, RegionMetrics

REGION = "eu-west-1"
DAYS = Window(june(18), june(20))


def read(aws: EmulatedAws, ids: Sequence[str], **options: Any) -> list[RegionMetrics]:
    provider = AwsProvider(
        AwsAccount(settings=AwsSettings(regions=[REGION])),
        AwsOptions(max_attempts=1, **options),
        aws.now,
    )
    return [*provider.fetch_metrics(DAYS, {REGION: ids}, lambda _: None)]


def memory(parts: Sequence[RegionMetrics]) -> list[MemoryRecord]:
    assert all(part.error is None for part in parts)
    return [one for part in parts for one in part.memory]


@pytest.mark.parametrize("platform", [None, "windows"])
def test_an_agent_tells_average_and_maximum_of_a_day(
    aws: EmulatedAws, platform: str | None
) -> None:
    aws.world().add_instance(
        machine("i-1", REGION, memory_percent=40.0, platform=platform)
    )
    assert memory(read(aws, ["i-1"])) == [
        MemoryRecord("i-1", june(18), 40.0, 60.0),
        MemoryRecord("i-1", june(19), 40.0, 60.0),
    ]


def test_without_an_agent_nothing_of_it_is_asked_or_known(aws: EmulatedAws) -> None:
    aws.world().add_instance(machine("i-1", REGION))
    aws.world().add_instance(machine("i-2", REGION, memory_percent=40.0))
    parts = read(aws, ["i-1"])
    assert memory(parts) == []
    assert sum(len(part.cpu) for part in parts) == 2
    asked = [call for call in aws.calls if call.operation == "GetMetricData"]
    assert len(asked[0].parameters["MetricDataQueries"]) == 6


def test_metrics_are_listed_to_the_last_page(aws: EmulatedAws) -> None:
    for number in range(3):
        aws.world().add_instance(machine(f"i-{number}", REGION, memory_percent=10.0))
    aws.page_size["cloudwatch:ListMetrics"] = 1
    assert len(memory(read(aws, ["i-0", "i-1", "i-2"]))) == 6


def test_a_denied_list_of_metrics_is_a_warning_beside_the_cpu(aws: EmulatedAws) -> None:
    aws.world().add_instance(machine("i-1", REGION, memory_percent=40.0))
    aws.deny("cloudwatch:ListMetrics")
    parts = read(aws, ["i-1"])
    assert sum(len(part.cpu) for part in parts) == 2
    (warning,) = [part.warning for part in parts if part.warning]
    assert warning.kind == ErrorKind.DENIED
    assert "cloudwatch:ListMetrics" in str(warning)


def test_another_failure_to_list_metrics_fails_the_region(aws: EmulatedAws) -> None:
    aws.world().add_instance(machine("i-1", REGION, memory_percent=40.0))
    aws.throttle("cloudwatch:ListMetrics")
    (part,) = read(aws, ["i-1"])
    assert part.error


def test_turned_off_no_metrics_are_listed(aws: EmulatedAws) -> None:
    aws.world().add_instance(machine("i-1", REGION, memory_percent=40.0))
    assert memory(read(aws, ["i-1"], memory_metrics=False)) == []
    assert aws.requests["cloudwatch:ListMetrics"] == 0
