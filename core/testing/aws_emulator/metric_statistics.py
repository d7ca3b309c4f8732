"""GetMetricStatistics, the older question: one metric of one instance a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.cloudwatch import SUB_MINUTE_PERIODS, UNITS, Question
from core.testing.aws_emulator.wire import Answer, AwsError, Call, as_utc

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws

MAX_DATAPOINTS = 1_440
STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")


def get_metric_statistics(aws: EmulatedAws, call: Call) -> Answer:
    """The datapoints of whole periods, which AWS gives in no order: newest first."""
    asked = call.parameters
    statistics = _statistics(asked)
    period = asked["Period"]
    if period not in SUB_MINUTE_PERIODS and (period <= 0 or period % 60):
        raise AwsError(
            "InvalidParameterValue",
            "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.",
        )
    start = int(as_utc(asked["StartTime"]).timestamp())
    end = int(as_utc(asked["EndTime"]).timestamp())
    if start >= end:
        raise AwsError(
            "InvalidParameterValue",
            "The parameter StartTime must be less than the parameter EndTime.",
        )
    if (points := -(-(end - start) // period)) > MAX_DATAPOINTS:
        raise AwsError(
            "InvalidParameterCombination",
            f"You have requested up to {points} datapoints, which exceeds the limit "
            f"of {MAX_DATAPOINTS}.",
        )
    question = Question(
        aws, call, start - start % 60, end, int(aws.now.timestamp()), newest_first=True
    )
    found: dict[int, dict[str, object]] = {}
    for statistic in statistics:
        for at, value in question.points(_query(asked, statistic)):
            point = {"Timestamp": at, "Unit": UNITS[asked["MetricName"]]}
            found.setdefault(at, point)[statistic] = value
    return {"Label": asked["MetricName"], "Datapoints": list(found.values())}


def _statistics(asked: Any) -> list[str]:
    statistics: list[str] = asked.get("Statistics") or []
    if "ExtendedStatistics" in asked:
        message = "GetMetricStatistics: this emulator knows no extended statistics."
        raise AwsError("InvalidParameterCombination", message)
    if not statistics:
        raise AwsError(
            "MissingParameter",
            "At least one of the parameters Statistics and ExtendedStatistics must be "
            "specified.",
        )
    for statistic in statistics:
        if statistic not in STATISTICS:
            message = (
                f"The value {statistic} for parameter Statistics is not supported."
            )
            raise AwsError("InvalidParameterValue", message)
    return statistics


def _query(asked: Any, statistic: str) -> dict[str, Any]:
    """The same question as GetMetricData words it."""
    metric = {name: asked[name] for name in ("Namespace", "MetricName")}
    metric["Dimensions"] = asked.get("Dimensions", [])
    query = {"Metric": metric, "Period": asked["Period"], "Stat": statistic}
    if "Unit" in asked:
        query["Unit"] = asked["Unit"]
    return {"MetricStat": query}
