"""GetMetricData: the daily points of up to 500 metrics in one call."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from core.windows import Window, utc_day
from providers.aws.aws_errors import aws_errors, failure
from providers.aws.client import AwsClients
from providers.errors import ErrorKind, ProviderError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricStatTypeDef

QUERIES_PER_CALL = 500
DAY_SECONDS = 86_400

Points = Iterator[tuple[date, float]]


def fetch_days(
    clients: AwsClients,
    window: Window,
    region: str,
    reading: str,
    stats: Sequence["MetricStatTypeDef"],
) -> Iterator[tuple[int, Points]]:
    """Yield the points of each metric by its index, which may come in several parts.

    Raises ProviderError, also after the last part: only what came to the end is right.
    """
    unfinished: set[str] = set()
    token: dict[str, str] = {}
    while True:
        with aws_errors(reading, region):
            answer = clients.cloudwatch(region).get_metric_data(
                MetricDataQueries=[
                    {"Id": f"q{index}", "MetricStat": stat}
                    for index, stat in enumerate(stats)
                ],
                StartTime=window.start_at,
                EndTime=window.end_at,
                ScanBy="TimestampAscending",
                **token,  # type: ignore[arg-type]
            )
        for result in answer["MetricDataResults"]:
            name, status = result["Id"], result.get("StatusCode", "Complete")
            if status not in ("Complete", "PartialData"):
                raise _refused(reading, region, status, result.get("Messages", ()))
            (unfinished.add if status == "PartialData" else unfinished.discard)(name)
            days = map(utc_day, result["Timestamps"])
            yield int(name[1:]), zip(days, result["Values"], strict=True)
        following = answer.get("NextToken")
        if not following:
            break
        if token.get("NextToken") == following:
            raise _refused(reading, region, "a page points to itself")
        token = {"NextToken": following}
    if unfinished:
        raise _refused(reading, region, "PartialData without a next page")


def _refused(
    reading: str, region: str, status: str, messages: Sequence[Any] = ()
) -> ProviderError:
    kind = ErrorKind.DENIED if status == "Forbidden" else ErrorKind.INCOMPLETE
    reasons = "; ".join(message.get("Value", "") for message in messages)
    return failure(kind, reading, f"{status} {reasons}".strip(), region=region)
