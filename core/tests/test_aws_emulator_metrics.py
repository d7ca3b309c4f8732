"""The emulator's GetMetricData."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from core.testing.aws_emulator import DayFigures, EmulatedAws, EmulatedInstance
from core.testing.aws_emulator.clients import Clients, code_of

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
INSTANCE = "i-0123456789abcdef0"
DAY = timedelta(days=1)
TODAY = datetime(2026, 6, 20, tzinfo=UTC)


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    with EmulatedAws(now=NOW) as emulated:
        launched_at = NOW - timedelta(days=500)
        emulated.world().add_instance(
            EmulatedInstance(INSTANCE, "us-east-1", launched_at=launched_at)
        )
        yield emulated


def query(
    name: str = "cpu",
    stat: str = "Average",
    period: int = 86_400,
    metric: str = "CPUUtilization",
    instance_id: str = INSTANCE,
    namespace: str = "AWS/EC2",
) -> dict[str, Any]:
    dimensions = [{"Name": "InstanceId", "Value": instance_id}]
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": dimensions,
            },
            "Period": period,
            "Stat": stat,
        },
    }


def ask(
    aws: EmulatedAws,
    queries: list[dict[str, Any]],
    start: datetime = TODAY - 3 * DAY,
    end: datetime = TODAY,
    region: str = "us-east-1",
    **asked: Any,
) -> Any:
    client = Clients(aws).cloudwatch(region)
    return client.get_metric_data(
        MetricDataQueries=queries,  # type: ignore[arg-type]
        StartTime=start,
        EndTime=end,
        **asked,
    )


def values(answer: Any) -> dict[str, list[float]]:
    return {each["Id"]: each["Values"] for each in answer["MetricDataResults"]}


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(each["Id"], each["StatusCode"]) for each in answer["MetricDataResults"]]


def test_it_gives_whole_utc_days_newest_first(aws: EmulatedAws) -> None:
    (result,) = ask(aws, [query()])["MetricDataResults"]
    assert result["Timestamps"] == [TODAY - DAY, TODAY - 2 * DAY, TODAY - 3 * DAY]
    assert result["StatusCode"] == "Complete"
    oldest_first = ask(aws, [query()], ScanBy="TimestampAscending")
    assert values(oldest_first)["cpu"] == result["Values"][::-1]


def test_it_gives_other_numbers_for_days_that_are_not_utc_days(
    aws: EmulatedAws,
) -> None:
    six = timedelta(hours=6, seconds=20)
    (result,) = ask(aws, [query()], TODAY - 2 * DAY + six, TODAY)["MetricDataResults"]
    rounded = TODAY - 2 * DAY + timedelta(hours=6)
    assert result["Timestamps"] == [rounded + DAY, rounded]
    assert result["Values"] != values(ask(aws, [query()]))["cpu"][:2]


@pytest.mark.parametrize("stat", ["Average", "Maximum", "Minimum", "p99", "Sum"])
def test_it_agrees_between_days_and_their_points(aws: EmulatedAws, stat: str) -> None:
    start = TODAY - DAY
    (day,) = values(ask(aws, [query(stat=stat)], start))["cpu"]
    points = sorted(values(ask(aws, [query(period=300)], start))["cpu"])
    expected = {
        "Average": sum(points) / 288,
        "Maximum": points[-1],
        "Minimum": points[0],
        "p99": points[285],
        "Sum": sum(points),
    }
    assert len(points) == 288
    assert day == pytest.approx(expected[stat])
    assert points[-1] > points[285] > sum(points) / 288


def test_it_has_no_points_for_what_it_does_not_know(aws: EmulatedAws) -> None:
    queries = [
        query("other", instance_id="i-none"),
        query("memory", metric="mem_used_percent", namespace="CWAgent"),
        query("disk", metric="DiskReadBytes"),
        query("network", metric="NetworkIn", stat="Sum"),
    ]
    answer = ask(aws, queries)
    found = values(answer)
    assert [found["other"], found["memory"], found["disk"]] == [[], [], []]
    assert len(found["network"]) == 3
    assert {each["StatusCode"] for each in answer["MetricDataResults"]} == {"Complete"}
    assert values(ask(aws, [query()], region="eu-west-1")) == {"cpu": []}


def test_it_has_no_points_while_an_instance_is_stopped(aws: EmulatedAws) -> None:
    stopped = aws.world().instances[INSTANCE]
    stopped.state, stopped.stopped_since = "stopped", TODAY - 2 * DAY + DAY / 2
    answer = ask(aws, [query(), query("count", "SampleCount")])
    assert values(answer)["count"] == [144, 288]
    assert len(values(answer)["cpu"]) == 2
    stopped.stopped_since = None
    assert values(ask(aws, [query()])) == {"cpu": []}


@pytest.mark.parametrize(
    ("period", "days", "points"),
    [
        (60, 14, 288),
        (60, 17, 0),
        (300, 62, 288),
        (300, 65, 0),
        (3_600, 400, 24),
        (86_400, 400, 1),
        (3_600, 457, 0),
    ],
)
def test_it_keeps_points_by_period_and_age(
    aws: EmulatedAws, period: int, days: int, points: int
) -> None:
    start = TODAY - days * DAY
    answer = ask(aws, [query(period=period)], start, start + DAY)
    assert len(values(answer)["cpu"]) == points


def test_it_pages_datapoints(aws: EmulatedAws) -> None:
    aws.page_size["cloudwatch:GetMetricData"] = 4
    queries = [query("a"), query("b"), query("c", instance_id="i-none")]
    first = ask(aws, queries)
    assert [
        (each["Id"], each["StatusCode"]) for each in first["MetricDataResults"]
    ] == [
        ("a", "Complete"),
        ("b", "PartialData"),
    ]
    second = ask(aws, queries, NextToken=first["NextToken"])
    assert [
        (each["Id"], each["StatusCode"]) for each in second["MetricDataResults"]
    ] == [
        ("b", "Complete"),
        ("c", "Complete"),
    ]
    assert "NextToken" not in second
    together = values(first)["b"] + values(second)["b"]
    assert together == values(first)["a"]
    with pytest.raises(ClientError, match="InvalidNextToken"):
        ask(aws, queries[:1], NextToken=first["NextToken"])


def test_it_pages_at_100800_datapoints(aws: EmulatedAws) -> None:
    queries = [query(f"q{number}", period=300) for number in range(7)]
    start = TODAY - 60 * DAY
    first = ask(aws, queries, start)
    second = ask(aws, queries, start, NextToken=first["NextToken"])
    counts = [
        sum(len(each) for each in values(answer).values()) for answer in (first, second)
    ]
    assert counts == [100_800, 7 * 60 * 288 - 100_800]


def test_it_gives_partial_data_first_when_told_to(aws: EmulatedAws) -> None:
    whole = values(ask(aws, [query("a"), query("b", "Maximum")]))
    aws.partial_data = True
    first = ask(aws, [query("a"), query("b", "Maximum")])
    assert codes(first) == [("a", "PartialData"), ("b", "PartialData")]
    second = ask(aws, [query("a"), query("b", "Maximum")], NextToken=first["NextToken"])
    for name, expected in whole.items():
        assert values(first)[name] + values(second)[name] == expected
    assert "NextToken" not in second


def test_it_asks_the_worlds_own_model(aws: EmulatedAws) -> None:
    world = aws.world()
    world.cpu = lambda instance, moment: float(moment.hour) if moment.hour else None
    answer = ask(aws, [query(), query("count", "SampleCount")], TODAY - DAY)
    assert values(answer) == {"cpu": [12.0], "count": [276.0]}
    yesterday = date(2026, 6, 19)
    world.cpu_day = lambda instance, day: (
        None if day == yesterday else DayFigures(1.0, 3.0, 2.0)
    )
    answer = ask(aws, [query(stat="p99")], TODAY - 2 * DAY)
    assert values(answer) == {"cpu": [2.0]}


@pytest.mark.parametrize(
    "queries",
    [
        [query(f"q{number}") for number in range(501)],
        [query(), query()],
        [query("Upper")],
        [query(period=90)],
        [query(stat="Median")],
    ],
    ids=["501 queries", "one id twice", "bad id", "bad period", "bad statistic"],
)
def test_it_refuses_queries_that_break_a_rule(
    aws: EmulatedAws, queries: list[dict[str, Any]]
) -> None:
    with pytest.raises(ClientError) as refused:
        ask(aws, queries)
    assert code_of(refused.value) == "ValidationError"


def test_it_refuses_an_empty_window(aws: EmulatedAws) -> None:
    with pytest.raises(ClientError, match="ValidationError"):
        ask(aws, [query()], TODAY, TODAY)


def test_it_throttles_in_cloudwatchs_words(aws: EmulatedAws) -> None:
    aws.throttle("cloudwatch:GetMetricData")
    with pytest.raises(ClientError) as refused:
        ask(aws, [query()])
    assert code_of(refused.value) == "Throttling"
