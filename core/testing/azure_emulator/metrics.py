"""Microsoft.Insights: metrics of many machines at once, or of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.azure_emulator.machines import EmulatedVm, ScaleSet
from core.testing.azure_emulator.metric_load import (
    METRICS,
    NEWER_METRICS,
    Gathered,
    Metric,
    gather,
)
from core.testing.azure_emulator.wire import METRICS as METRICS_AUDIENCE
from core.testing.azure_emulator.wire import (
    SUBSCRIPTION,
    Answer,
    AzureError,
    Call,
    Route,
    path_of,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure
    from core.testing.azure_emulator.world import EmulatedSubscription

BATCH_VERSIONS = frozenset({"2023-10-01", "2024-02-01"})
ARM_VERSIONS = frozenset(
    {"2018-01-01", "2019-07-01", "2021-05-01", "2023-10-01", "2024-02-01"}
)
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
EACH_INSTANCE = re.compile(r"vmname eq '\*'", re.IGNORECASE)
MACHINE = (
    SUBSCRIPTION + r"/resourceGroups/[^/]+/providers/Microsoft\.Compute/"
    r"(?:virtualMachines|virtualMachineScaleSets)/[^/]+(?:/virtualMachines/[^/]+)?"
)

Resource = EmulatedVm | ScaleSet
Series = list[tuple[str, list[EmulatedVm]]]  # by an instance's name, or one of ""


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


def get_batch(azure: EmulatedAzure, call: Call) -> Answer:
    """One value per resource, in an order and case of its own."""
    namespace = call.parameters.get("metricnamespace", "").lower()
    if not namespace:
        raise _invalid("metricnamespace is required.")
    ids = _resource_ids(call, namespace)
    subscription = azure.world.subscriptions[call.subscription_id]
    found = {each: _resource(subscription, each) for each in ids}
    region = _region(found)
    azure.faults.check_region(region)
    question = _question(
        azure, call, call.parameters.get("starttime"), call.parameters.get("endtime")
    )
    values = [
        _shape(azure, question, resource, _other_case(each), namespace, region)
        for each, resource in reversed(found.items())
    ]
    return Answer({"values": values})


def get_metrics(azure: EmulatedAzure, call: Call) -> Answer:
    """One resource's metrics; its errors lack the usual wrapper."""
    resource_id = call.names["resource"]
    subscription = azure.world.subscriptions[call.subscription_id]
    resource = _resource(subscription, resource_id)
    if resource is None:
        raise _unwrapped("ResourceNotFound", f"{resource_id} was not found.", 404)
    start, _, end = call.parameters.get("timespan", "").partition("/")
    try:
        question = _question(azure, call, start, end)
    except AzureError as error:
        raise _unwrapped(error.code, error.message, error.status) from None
    content = _shape(
        azure, question, resource, resource_id, _type_of(resource_id), resource.location
    )
    content["timespan"] = f"{content.pop('starttime')}/{content.pop('endtime')}"
    del content["resourceid"]
    return Answer(content)


def list_definitions(azure: EmulatedAzure, call: Call) -> Answer:
    """What can be asked of a resource."""
    return Answer(
        {
            "value": [
                {
                    "id": f"{call.names['resource']}/providers/microsoft.insights/"
                    f"metricdefinitions/{metric.name}",
                    "name": {"value": metric.name, "localizedValue": metric.name},
                    "unit": metric.unit,
                    "primaryAggregationType": "Average",
                }
                for metric in _catalogue(azure).values()
            ]
        }
    )


# What is asked


def _resource_ids(call: Call, namespace: str) -> list[str]:
    body = call.body
    if not isinstance(body, dict) or not isinstance(body.get("resourceids"), list):
        raise _invalid("The body must have the list 'resourceids', in lower case.")
    ids: list[str] = body["resourceids"]
    if not 1 <= len(ids) <= MAX_RESOURCES:
        raise _invalid(f"{len(ids)} resources: 1 to {MAX_RESOURCES} can be asked.")
    if len({each.lower() for each in ids}) < len(ids):
        raise _invalid("Each resource can be asked once.")
    for each in ids:
        if each.lower().split("/")[1:3] != ["subscriptions", call.subscription_id]:
            raise _invalid(f"{each} is in another subscription than the request.")
        if _type_of(each) != namespace:
            raise _invalid(f"{each} is not of the type {namespace}.")
    return ids


def _question(
    azure: EmulatedAzure, call: Call, start: str | None, end: str | None
) -> MetricQuestion:
    asked = call.parameters
    interval = asked.get("interval", "PT1M").upper()
    if interval not in INTERVALS:
        raise _invalid(f"The interval '{interval}' is not supported.")
    aggregations = tuple(asked.get("aggregation", "average").lower().split(","))
    if not set(AGGREGATIONS).issuperset(aggregations):
        raise _invalid(f"The aggregation '{asked['aggregation']}' is not supported.")
    first, last = _moment(start), _moment(end)
    if not first < last <= first + timedelta(days=MAX_DAYS):
        raise _invalid(f"{start} to {end} is no span of at most {MAX_DAYS} days.")
    return MetricQuestion(
        *(first, last, interval, _metrics(azure, asked), aggregations),
        each_instance=_is_split(call),
        top=int(asked.get("top", SERIES)),
    )


def _metrics(azure: EmulatedAzure, asked: Any) -> tuple[Metric, ...]:
    names = [name for name in asked.get("metricnames", "").split(",") if name]
    if not 1 <= len(names) <= MAX_METRICS:
        raise _invalid(f"{len(names)} metric names: 1 to {MAX_METRICS} can be asked.")
    catalogue = _catalogue(azure)
    for name in names:
        if name.lower() not in catalogue:
            valid = ",".join(metric.name for metric in catalogue.values())
            raise _invalid(
                f"Failed to find metric configuration for metric: {name}. Valid "
                f"metrics: {valid}"
            )
    return tuple(catalogue[name.lower()] for name in names)


def _catalogue(azure: EmulatedAzure) -> dict[str, Metric]:
    newer = {name.lower() for name in azure.world.more_metrics}
    return METRICS | {name: NEWER_METRICS[name] for name in newer}


def _is_split(call: Call) -> bool:
    batch = call.operation.endswith("getBatch")
    if batch and "$filter" in call.parameters:
        raise _invalid("The parameter is 'filter', without $, in a batch.")
    asked = call.parameters.get("filter" if batch else "$filter", "")
    if asked and not EACH_INSTANCE.fullmatch(asked):
        raise _invalid(f"The filter '{asked}' names no dimension of the metric.")
    return bool(asked)


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        raise _invalid(f"'{text}' is no time in ISO 8601.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _type_of(resource_id: str) -> str:
    """microsoft.compute/virtualmachinescalesets/virtualmachines, of any length."""
    parts = resource_id.lower().split("/")
    return "/".join([*parts[6:8], *parts[9::2]])


def _resource(subscription: EmulatedSubscription, resource_id: str) -> Resource | None:
    wanted = resource_id.lower()
    found = subscription.vms.get(wanted) or subscription.scale_sets.get(wanted)
    if found:
        return found
    scale_set = subscription.scale_sets.get(wanted.rpartition("/virtualmachines/")[0])
    return scale_set.instances.get(wanted) if scale_set else None


def _region(found: dict[str, Resource | None]) -> str:
    regions = {resource.location for resource in found.values() if resource}
    if len(regions) > 1:
        raise _invalid(f"The resources are in several regions: {sorted(regions)}.")
    return regions.pop() if regions else ""


# What is answered


def _shape(
    azure: EmulatedAzure,
    question: MetricQuestion,
    resource: Resource | None,
    resource_id: str,
    namespace: str,
    region: str,
) -> dict[str, Any]:
    return {
        "cost": 59,
        "starttime": f"{question.start:%Y-%m-%dT%H:%M:%SZ}",
        "endtime": f"{question.end:%Y-%m-%dT%H:%M:%SZ}",
        "interval": question.interval,
        "namespace": namespace,
        "resourceregion": region,
        "resourceid": resource_id,
        "value": [
            _metric(azure, question, resource, resource_id, metric)
            for metric in question.metrics
        ],
    }


def _metric(
    azure: EmulatedAzure,
    question: MetricQuestion,
    resource: Resource | None,
    resource_id: str,
    metric: Metric,
) -> dict[str, Any]:
    error = "ResourceNotFound" if resource is None else ""
    if isinstance(resource, EmulatedVm):
        error = resource.metric_error
    shape = {
        "id": f"{resource_id}/providers/Microsoft.Insights/metrics/{metric.name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": metric.name, "localizedValue": metric.name},
        "displayDescription": metric.name,
        "unit": metric.unit,
        "timeseries": [],
        "errorCode": error or "Success",
    }
    if error or resource is None:
        return shape | {"errorMessage": f"Metrics of {resource_id}: {error}."}
    series = [
        _one_series(azure, question, name, vms, metric)
        for name, vms in _series(resource, question)[: question.top]
    ]
    return shape | {"timeseries": [each for each in series if each]}


def _series(resource: Resource, question: MetricQuestion) -> Series:
    if isinstance(resource, EmulatedVm):
        return [("", [resource])]
    instances = list(resource.instances.values())
    if question.each_instance:
        return [(vm.name, [vm]) for vm in instances]
    return [("", instances)]


def _one_series(
    azure: EmulatedAzure,
    question: MetricQuestion,
    name: str,
    vms: list[EmulatedVm],
    metric: Metric,
) -> dict[str, Any] | None:
    """The data; of who never ran none, or data that have no value."""
    data = [
        _datum(question, begin, _gathered(azure, question, vms, metric, begin))
        for begin in question.buckets(azure.now)
    ]
    is_empty = all(len(datum) == 1 for datum in data)
    if is_empty and vms and crc32(vms[0].id.encode()) % 2:
        return None
    labels = [{"name": {"value": "vmname", "localizedValue": "vmname"}, "value": name}]
    return {"metadatavalues": labels if name else [], "data": data}


def _gathered(
    azure: EmulatedAzure,
    question: MetricQuestion,
    vms: list[EmulatedVm],
    metric: Metric,
    begin: int,
) -> Gathered | None:
    end = min(begin + INTERVALS[question.interval], int(question.end.timestamp()))
    found: Gathered | None = None
    for vm in vms:
        part = gather(vm, metric, begin, end, azure.now)
        if part and found:
            found.add(part)
        else:
            found = part or found
    return found


def _datum(
    question: MetricQuestion, begin: int, gathered: Gathered | None
) -> dict[str, Any]:
    datum: dict[str, Any] = {"timeStamp": _stamp(begin)}
    if gathered:
        for name in question.aggregations:
            datum[name] = gathered.aggregated(name)
    return datum


@lru_cache(maxsize=4_096)
def _stamp(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _other_case(resource_id: str) -> str:
    """The id as it was not asked."""
    lower = resource_id.lower()
    return (
        lower
        if lower != resource_id
        else lower.replace("/resourcegroups/", "/resourceGroups/").replace(
            "microsoft.compute/virtualmachine", "Microsoft.Compute/virtualMachine"
        )
    )


def _invalid(message: str) -> AzureError:
    return AzureError("BadRequest", message)


def _unwrapped(code: str, message: str, status: int) -> AzureError:
    return AzureError(code, message, status, wrapped=False)


ROUTES = (
    Route(
        "Microsoft.Insights/metrics:getBatch",
        "POST",
        path_of(SUBSCRIPTION + "/metrics:getBatch"),
        get_batch,
        BATCH_VERSIONS,
        METRICS_AUDIENCE,
        "Microsoft.Insights",
    ),
    Route(
        "Microsoft.Insights/metrics/read",
        "GET",
        path_of(f"(?P<resource>{MACHINE})/providers/Microsoft.Insights/metrics"),
        get_metrics,
        ARM_VERSIONS,
        namespace="Microsoft.Insights",
    ),
    Route(
        "Microsoft.Insights/metricDefinitions/read",
        "GET",
        path_of(
            f"(?P<resource>{MACHINE})/providers/Microsoft.Insights/metricDefinitions"
        ),
        list_definitions,
        ARM_VERSIONS,
        namespace="Microsoft.Insights",
    ),
)
