"""GetMetricData, with CloudWatch's limits, retention and paging."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator import (
    agent_metrics,
    bucket_metrics,
    resource_metrics,
)
from core.testing.aws_emulator.usage import Usage
from core.testing.aws_emulator.wire import Answer, AwsError, Call, as_utc
from core.testing.emulated_load import DAY
from core.testing.resume_tokens import make_token, read_token

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws

MAX_QUERIES = 500
MAX_DATAPOINTS = 100_800
# Points of a period are kept for so many days; a longer period can be asked later.
KEPT = ((60, 15), (300, 63), (3_600, 455))
# A start is rounded down to this many seconds once it is older than so many days.
ROUNDED = ((63, 3_600), (15, 300), (0, 60))
SUB_MINUTE_PERIODS = (1, 5, 10, 20, 30)
STATISTIC = re.compile(r"Average|Maximum|Minimum|Sum|SampleCount|p\d{1,2}(\.\d+)?|p100")
QUERY_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
UNITS = {"CPUUtilization": "Percent", "NetworkIn": "Bytes", "NetworkOut": "Bytes"}
UNITS |= agent_metrics.UNITS | bucket_metrics.UNITS | resource_metrics.UNITS

# Whose points are those of days.
DAILY = {
    agent_metrics.NAMESPACE: agent_metrics.memory_points,
    bucket_metrics.NAMESPACE: bucket_metrics.bucket_points,
    **dict.fromkeys(resource_metrics.NAMESPACES, resource_metrics.resource_points),
}

Points = list[tuple[int, float]]


@dataclass
class Question:
    """One GetMetricData call, understood."""

    aws: EmulatedAws
    call: Call
    start: int
    end: int
    now: int
    newest_first: bool
    _usages: dict[str, Usage | None] = field(default_factory=dict)

    def points(self, query: dict[str, Any]) -> Points:
        """All points of one query, in the order asked for."""
        stat = query["MetricStat"]
        metric = stat["Metric"]["MetricName"]
        if stat["Metric"]["Namespace"] in DAILY:
            return self._daily_points(stat)
        usage = self._usage(query)
        if usage is None or stat.get("Unit", UNITS[metric]) != UNITS[metric]:
            return []
        scale = 1.0
        if metric != "CPUUtilization" and stat["Stat"] != "SampleCount":
            scale = usage.instance.network_bytes_per_percent
            scale *= 1.0 if metric == "NetworkIn" else 0.5
        found: Points = []
        period: int = stat["Period"]
        for at in range(self._first_kept(period), self.end, period):
            value = usage.value(at, at + period, stat["Stat"])
            if value is not None:
                found.append((at, value * scale))
        return found[::-1] if self.newest_first else found

    def _daily_points(self, stat: dict[str, Any]) -> Points:
        """A point of each whole day."""
        name = stat["Metric"]["Namespace"]
        if stat["Period"] != DAY:
            raise _invalid(f"This emulator has metrics of {name} by the day alone.")
        points = DAILY[name]
        found = [*points(self.aws, self.call, stat, self._first_kept(DAY), self.end)]
        return found[::-1] if self.newest_first else found

    def _first_kept(self, period: int) -> int:
        days = max((kept for finest, kept in KEPT if finest <= period), default=0)
        missing = self.now - days * DAY - self.start
        if missing <= 0:
            return self.start
        return self.start + -(-missing // period) * period

    def _usage(self, query: dict[str, Any]) -> Usage | None:
        """The instance asked about; None if it has no such metric here."""
        metric = query["MetricStat"]["Metric"]
        dimensions = metric.get("Dimensions", [])
        if metric["Namespace"] != "AWS/EC2" or metric["MetricName"] not in UNITS:
            return None
        if [dimension["Name"] for dimension in dimensions] != ["InstanceId"]:
            return None
        instance_id: str = dimensions[0]["Value"]
        if instance_id not in self._usages:
            world = self.aws.world(self.call.account_id)
            instance = world.instances.get(instance_id)
            here = instance is not None and instance.region == self.call.region
            self._usages[instance_id] = (
                Usage(world, instance, self.now) if instance and here else None
            )
        return self._usages[instance_id]


def get_metric_data(aws: EmulatedAws, call: Call) -> Answer:
    """A page of datapoints. See `_parts` for how an answer is cut into pages."""
    question = _understand(aws, call)
    queries = [
        query
        for query in call.parameters["MetricDataQueries"]
        if query.get("ReturnData", True)
    ]
    position = read_token(
        call,
        call.parameters.get("NextToken"),
        AwsError("InvalidNextToken", "The next token specified is invalid."),
    ) or [0, 0, 0]
    left = min(
        call.parameters.get("MaxDatapoints", MAX_DATAPOINTS),
        aws.page_size.get(call.name, MAX_DATAPOINTS),
    )
    results: list[dict[str, object]] = []
    token: str | None = None
    for half, index, offset, points, more in _parts(question, queries, position):
        if results and half != position[0] or len(points) and left <= 0:
            token = make_token(call, half, index, offset)
            break
        taken = points[:left]
        left -= len(taken)
        cut = len(taken) < len(points)
        results.append(_result(queries[index], taken, complete=not (cut or more)))
        if cut:
            token = make_token(call, half, index, offset + len(taken))
            break
    answer: dict[str, object] = {"MetricDataResults": results, "Messages": []}
    return answer | ({"NextToken": token} if token else {})


def _parts(
    question: Question, queries: list[dict[str, Any]], position: list[int]
) -> Iterator[tuple[int, int, int, Points, bool]]:
    """What remains after a position: (half, query, offset, points, more to come).

    With `partial_data` every query's points come in two halves, each on pages of its
    own, so that the first answer is PartialData throughout. Without, in one.
    """
    halves = 2 if question.aws.partial_data or position[0] else 1
    for half in range(position[0], halves):
        first = position[1] if half == position[0] else 0
        for index in range(first, len(queries)):
            points = question.points(queries[index])
            middle = len(points) // 2 if halves == 2 else len(points)
            begin, end = (0, middle) if half == 0 else (middle, len(points))
            if half == position[0] and index == first:
                begin = max(begin, position[2])
            if half == 0 or begin < end:
                yield half, index, begin, points[begin:end], end < len(points)


def _result(
    query: dict[str, Any], points: Points, *, complete: bool
) -> dict[str, object]:
    return {
        "Id": query["Id"],
        "Label": query.get("Label", query["MetricStat"]["Metric"]["MetricName"]),
        "Timestamps": [at for at, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete" if complete else "PartialData",
    }


def _understand(aws: EmulatedAws, call: Call) -> Question:
    """Checks the call as CloudWatch does and rounds its start."""
    queries = call.parameters["MetricDataQueries"]
    if len(queries) > MAX_QUERIES:
        raise _invalid(
            "The collection MetricDataQueries must not have a size greater than 500."
        )
    for number, query in enumerate(queries, start=1):
        _check_query(query, f"MetricDataQueries.member.{number}")
    if len({query["Id"] for query in queries}) < len(queries):
        raise _invalid(
            "The values for parameter Id in MetricDataQueries are not unique."
        )
    now = int(aws.now.timestamp())
    start = int(as_utc(call.parameters["StartTime"]).timestamp())
    end = int(as_utc(call.parameters["EndTime"]).timestamp())
    if start >= end:
        raise _invalid(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    rounding = next((to for days, to in ROUNDED if now - start > days * DAY), 60)
    return Question(
        aws,
        call,
        start - start % rounding,
        end,
        now,
        call.parameters.get("ScanBy") != "TimestampAscending",
    )


def _check_query(query: dict[str, Any], where: str) -> None:
    if not QUERY_ID.fullmatch(query["Id"]):
        raise _invalid(
            f"The value {query['Id']} for parameter {where}.Id is not matching the "
            "expected pattern ^[a-z][a-zA-Z0-9_]*$."
        )
    if "MetricStat" not in query:
        raise _invalid(f"{where}: this emulator knows no metric math.")
    period, stat = query["MetricStat"]["Period"], query["MetricStat"]["Stat"]
    if period not in SUB_MINUTE_PERIODS and (period <= 0 or period % 60):
        raise _invalid(
            f"The parameter {where}.MetricStat.Period must be 1, 5, 10, 20, 30 or a "
            "multiple of 60."
        )
    if not STATISTIC.fullmatch(stat):
        raise _invalid(
            f"The value {stat} for parameter {where}.MetricStat.Stat is not supported."
        )


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)
