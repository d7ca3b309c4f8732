"""What Azure Monitor accepts as a question about metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.testing.azure_emulator import metric_load, service_metrics, storage_capacity
from core.testing.azure_emulator.metric_load import Metric
from core.testing.azure_emulator.wire import AzureError, Call

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

MAX_RESOURCES = 50
MAX_METRICS = 20
MAX_DAYS = 30
SERIES = 10  # of a metric split by a dimension, unless `top` says more
INTERVALS = {
    "PT1M": 60,
    "PT5M": 300,
    "PT15M": 900,
    "PT30M": 1_800,
    "PT1H": 3_600,
    "PT6H": 21_600,
    "PT12H": 43_200,
    "P1D": 86_400,
}
AGGREGATIONS = ("average", "minimum", "maximum", "total", "count")
SCALE_SETS = "microsoft.compute/virtualmachinescalesets"
EACH_OF = re.compile(r"(\w+) eq '\*'", re.IGNORECASE)
# What the metrics of a namespace can be split by; of others by nothing.
DIMENSIONS = {SCALE_SETS: {"vmname"}, storage_capacity.BLOBS: {"tier", "blobtype"}}


@dataclass(frozen=True)
class MetricQuestion:
    """A checked question about resources of one type."""

    start: datetime
    end: datetime
    interval: str
    metrics: tuple[Metric, ...]
    aggregations: tuple[str, ...]
    split_by: frozenset[str]
    top: int

    def buckets(self, now: datetime) -> Iterator[int]:
        """Where each begins, counted from the start; none that is still to come."""
        seconds = INTERVALS[self.interval]
        end = min(self.end, now).timestamp()
        begin = int(self.start.timestamp())
        while begin < end:
            yield begin
            begin += seconds


def resource_ids(call: Call, namespace: str) -> list[str]:
    """The resources of a batch."""
    body = call.body
    ids = body.get("resourceids") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise invalid("The body must have the list 'resourceids', in lower case.")
    if not 1 <= len(ids) <= MAX_RESOURCES:
        raise invalid(f"{len(ids)} resources: 1 to {MAX_RESOURCES} can be asked.")
    if len({each.lower() for each in ids}) < len(ids):
        raise invalid("Each resource can be asked once.")
    for each in ids:
        if each.lower().split("/")[1:3] != ["subscriptions", call.subscription_id]:
            raise invalid(f"{each} is in another subscription than the request.")
        if type_of(each) != namespace:
            raise invalid(f"{each} is not of the type {namespace}.")
    return ids


def read_question(
    azure: EmulatedAzure, call: Call, namespace: str, start: str | None, end: str | None
) -> MetricQuestion:
    """What is asked, of resources of that type."""
    asked = call.parameters
    interval = asked.get("interval", "PT1M").upper()
    if interval not in INTERVALS:
        raise invalid(f"The interval '{interval}' is not supported.")
    aggregations = tuple(asked.get("aggregation", "average").lower().split(","))
    if not set(AGGREGATIONS).issuperset(aggregations):
        raise invalid(f"The aggregation '{asked['aggregation']}' is not supported.")
    first, last = _moment(start), _moment(end)
    if not first < last <= first + timedelta(days=MAX_DAYS):
        raise invalid(f"{start} to {end} is no span of at most {MAX_DAYS} days.")
    metrics = _metrics(asked.get("metricnames", ""), catalogue(azure, namespace))
    for metric in metrics:
        _check_grain(metric, interval, aggregations)
    return MetricQuestion(
        *(first, last, interval, metrics, aggregations),
        split_by=_split_by(call, namespace),
        top=call.number("top", SERIES),
    )


def _metrics(asked: str, known: dict[str, Metric]) -> tuple[Metric, ...]:
    names = [name for name in asked.split(",") if name]
    if not 1 <= len(names) <= MAX_METRICS:
        raise invalid(f"{len(names)} metric names: 1 to {MAX_METRICS} can be asked.")
    for name in names:
        if name.lower() not in known:
            valid = ",".join(metric.name for metric in known.values())
            raise invalid(
                f"Failed to find metric configuration for metric: {name}. Valid "
                f"metrics: {valid}"
            )
    return tuple(known[name.lower()] for name in names)


def catalogue(azure: EmulatedAzure, namespace: str) -> dict[str, Metric]:
    """The metrics of a type, by their names in lower case."""
    known = storage_capacity.METRICS.get(namespace, {})
    known = known | service_metrics.METRICS.get(namespace, {})
    if known:
        return known
    newer = {name.lower() for name in azure.world.more_metrics}
    return metric_load.METRICS | {
        name: metric_load.NEWER_METRICS[name] for name in newer
    }


def _check_grain(metric: Metric, interval: str, aggregations: tuple[str, ...]) -> None:
    """Some metrics come in one grain, and one aggregation."""
    if metric.grain and interval != metric.grain:
        raise invalid(
            f"Detected invalid time grain input: {interval} for {metric.name}. Valid "
            f"ones are {metric.grain}."
        )
    if metric.grain and aggregations != ("average",):
        raise invalid(f"{metric.name} has no other aggregation than average.")


def _split_by(call: Call, namespace: str) -> frozenset[str]:
    batch = call.operation.endswith("getBatch")
    if batch and "$filter" in call.parameters:
        raise invalid("The parameter is 'filter', without $, in a batch.")
    asked = call.parameters.get("filter" if batch else "$filter", "")
    found = [EACH_OF.fullmatch(part) for part in asked.split(" and ")] if asked else []
    names = {part[1].lower() if part else "" for part in found}
    if not DIMENSIONS.get(namespace, set()).issuperset(names):
        raise invalid(f"The filter '{asked}' names no dimension of the metric.")
    return frozenset(names)


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        raise invalid(f"'{text}' is no time in ISO 8601.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def type_of(resource_id: str) -> str:
    """microsoft.compute/virtualmachinescalesets/virtualmachines, of any length."""
    parts = resource_id.lower().split("/")
    return "/".join([*parts[6:8], *parts[9::2]])


def invalid(message: str) -> AzureError:
    return AzureError("BadRequest", message)
