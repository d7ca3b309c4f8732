"""GetMetricData: the daily points of up to 500 metrics in one call.

Each statistic of each resource is one query, and each query is billed, so calls are
filled to the brim: a resource whose queries end up in two calls is put together again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from core.windows import Window, utc_day
from providers.aws.aws_errors import aws_errors, failure
from providers.aws.client import AwsClients
from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from providers.metric_records import RegionMetrics
from providers.side_by_side import side_by_side

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricStatTypeDef

QUERIES_PER_CALL = 500
# Of each region, while others are stored.
CALLS_AHEAD = 8
DAY_SECONDS = 86_400

Points = Iterator[tuple[date, float]]
# One figure of one resource and day: (metric, statistic).
Figure = tuple[str, str]
Days = Mapping[date, Mapping[Figure, float]]


class Query(NamedTuple):
    """One statistic of one metric of one resource."""

    resource_id: str
    namespace: str
    dimensions: Sequence[tuple[str, str]]
    figure: Figure

    @property
    def stat(self) -> "MetricStatTypeDef":
        metric, statistic = self.figure
        return {
            "Metric": {
                "Namespace": self.namespace,
                "MetricName": metric,
                "Dimensions": [
                    {"Name": name, "Value": value} for name, value in self.dimensions
                ],
            },
            "Period": DAY_SECONDS,
            "Stat": statistic,
        }


Read = Callable[[str], Iterator[RegionMetrics]]
"""Yields what is read of a region. Raises ProviderError, also after the last part."""


def fetch_by_region(
    clients: AwsClients, regions: Iterable[str], read: Read, progress: Progress
) -> Iterator[RegionMetrics]:
    """Return each region's figures, a part per call; regions are read side by side.

    A region that fails yields its error last: what came before it is right. Raises
    ProviderError when the credentials are not the account's.
    """
    jobs = [partial(_until_it_fails, read, region) for region in sorted(regions)]
    if jobs:
        _ = clients.identity  # wrong credentials are no fault of each region
    parts = side_by_side(jobs, clients.options.region_workers, CALLS_AHEAD)
    for number, part in enumerate(parts, start=1):
        progress(f"{part.region}: call {number}")
        yield part


def _until_it_fails(read: Read, region: str) -> Iterator[RegionMetrics]:
    try:
        yield from read(region)
    except ProviderError as error:
        yield RegionMetrics(region, error=error)


def fetch_figures(
    clients: AwsClients, window: Window, region: str, queries: Iterable[Query]
) -> Iterator[Mapping[str, Days]]:
    """Yield the figures of whole resources, a part per call. Raise ProviderError.

    The queries of a resource follow each other; one without any point has no days.
    """
    following = iter(queries)
    pending: dict[str, dict[date, dict[Figure, float]]] = {}
    while batch := list(islice(following, QUERIES_PER_CALL)):
        for query in batch:
            pending.setdefault(query.resource_id, defaultdict(dict))
        _fetch(clients, window, region, batch, pending)
        # The last resource of a call may go on in the next one.
        last = batch[-1].resource_id
        unfinished = {last: pending.pop(last)}
        yield pending
        pending = unfinished
    if pending:
        yield pending


def _fetch(
    clients: AwsClients,
    window: Window,
    region: str,
    batch: Sequence[Query],
    found: Mapping[str, dict[date, dict[Figure, float]]],
) -> None:
    """Add the answer of one call, with all of its pages, to what was found."""
    reading = f"Metrics of {window} in {region} (cloudwatch:GetMetricData)"
    stats = [query.stat for query in batch]
    for number, points in fetch_days(clients, window, region, reading, stats):
        days = found[batch[number].resource_id]
        for day, value in points:
            days[day][batch[number].figure] = value


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
