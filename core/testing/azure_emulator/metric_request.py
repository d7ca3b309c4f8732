"""What Azure Monitor accepts as a question about metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.testing.azure_emulator.metric_load import METRICS, NEWER_METRICS, Metric
from core.testing.azure_emulator.wire import AzureError, Call

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

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
EACH_INSTANCE = re.compile(r"vmname eq '\*'", re.IGNORECASE)


@dataclass(frozen=True)
class MetricQuestion:
    """A checked question about resources of one type."""

    start: datetime
    end: datetime
    interval: str
    metrics: tuple[Metric, ...]
    aggregations: tuple[str, ...]
    each_instance: bool
    top: int

    def buckets(self, now: datetime) -> Iterator[int]:
        """Where each begins, counted from the start; none that is still to come."""
        seconds = INTERVALS[self.interval]
        end = min(self.end, now).timestamp()
        begin = int(self.start.timestamp())
        while begin < end:
            yield begin
            begin += seconds


def read_question(
    azure: EmulatedAzure, call: Call, start: str | None, end: str | None
) -> MetricQuestion:
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
    return MetricQuestion(
        *(first, last, interval, _metrics(azure, asked), aggregations),
        each_instance=_is_split(call),
        top=call.number("top", SERIES),
    )


def _metrics(azure: EmulatedAzure, asked: Any) -> tuple[Metric, ...]:
    names = [name for name in asked.get("metricnames", "").split(",") if name]
    if not 1 <= len(names) <= MAX_METRICS:
        raise invalid(f"{len(names)} metric names: 1 to {MAX_METRICS} can be asked.")
    known = catalogue(azure)
    for name in names:
        if name.lower() not in known:
            valid = ",".join(metric.name for metric in known.values())
            raise invalid(
                f"Failed to find metric configuration for metric: {name}. Valid "
                f"metrics: {valid}"
            )
    return tuple(known[name.lower()] for name in names)


def catalogue(azure: EmulatedAzure) -> dict[str, Metric]:
    newer = {name.lower() for name in azure.world.more_metrics}
    return METRICS | {name: NEWER_METRICS[name] for name in newer}


def _is_split(call: Call) -> bool:
    batch = call.operation.endswith("getBatch")
    if batch and "$filter" in call.parameters:
        raise invalid("The parameter is 'filter', without $, in a batch.")
    asked = call.parameters.get("filter" if batch else "$filter", "")
    if asked and not EACH_INSTANCE.fullmatch(asked):
        raise invalid(f"The filter '{asked}' names no dimension of the metric.")
    return bool(asked)


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        raise invalid(f"'{text}' is no time in ISO 8601.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def invalid(message: str) -> AzureError:
    return AzureError("BadRequest", message)
