"""Microsoft.Insights: metrics of many resources at once, or of one machine."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.azure_emulator import service_metrics, storage_capacity
from core.testing.azure_emulator.machines import EmulatedVm, ScaleSet
from core.testing.azure_emulator.metric_load import (
    Gathered,
    Metric,
    Series,
    gather_all,
)
from core.testing.azure_emulator.metric_request import (
    INTERVALS,
    MetricQuestion,
    catalogue,
    invalid,
    read_question,
    resource_ids,
    type_of,
)
from core.testing.azure_emulator.resources import EmulatedResource
from core.testing.azure_emulator.storage_accounts import StorageAccount
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
MACHINE = (
    SUBSCRIPTION + r"/resourceGroups/[^/]+/providers/Microsoft\.Compute/"
    r"(?:virtualMachines|virtualMachineScaleSets)/[^/]+(?:/virtualMachines/[^/]+)?"
)

Resource = EmulatedVm | ScaleSet | EmulatedResource


def get_batch(azure: EmulatedAzure, call: Call) -> Answer:
    """One value per resource, in an order and case of its own."""
    namespace = call.parameters.get("metricnamespace", "").lower()
    if not namespace:
        raise invalid("metricnamespace is required.")
    ids = resource_ids(call, namespace)
    subscription = azure.world.subscriptions[call.subscription_id]
    found = {each: _resource(subscription, each) for each in ids}
    region = _region(found)
    azure.faults.check_region(region)
    asked = call.parameters
    question = read_question(
        azure, call, namespace, asked.get("starttime"), asked.get("endtime")
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
        question = read_question(azure, call, type_of(resource_id), start, end)
    except AzureError as error:
        raise _unwrapped(error.code, error.message, error.status) from None
    content = _shape(
        azure, question, resource, resource_id, type_of(resource_id), resource.location
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
                for metric in catalogue(azure, type_of(call.names["resource"])).values()
            ]
        }
    )


def _resource(subscription: EmulatedSubscription, resource_id: str) -> Resource | None:
    wanted = resource_id.lower()
    found = subscription.vms.get(wanted) or subscription.scale_sets.get(wanted)
    if found:
        return found
    if account := storage_capacity.account_of(subscription.resources, wanted):
        return account
    if other := service_metrics.resource_of(subscription.resources, wanted):
        return other
    scale_set = subscription.scale_sets.get(wanted.rpartition("/virtualmachines/")[0])
    return scale_set.instances.get(wanted) if scale_set else None


def _region(found: dict[str, Resource | None]) -> str:
    regions = {resource.location for resource in found.values() if resource}
    if len(regions) > 1:
        raise invalid(f"The resources are in several regions: {sorted(regions)}.")
    return regions.pop() if regions else ""


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
    if isinstance(resource, EmulatedVm | EmulatedResource):
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
        _one_series(azure, question, each)
        for each in _series(azure, resource, metric, question)[: question.top]
    ]
    return shape | {"timeseries": [each for each in series if each]}


def _series(
    azure: EmulatedAzure, resource: Resource, metric: Metric, question: MetricQuestion
) -> list[Series]:
    is_capacity = metric.name in storage_capacity.NAMES
    if isinstance(resource, StorageAccount) and is_capacity:
        return storage_capacity.series_of(
            resource, metric, question.split_by, azure.now
        )
    if isinstance(resource, EmulatedResource):
        return [service_metrics.series_of(resource, metric, azure.now)]
    if isinstance(resource, EmulatedVm):
        return [gather_all([resource], metric, azure.now)]
    instances = list(resource.instances.values())
    if not question.split_by:
        return [gather_all(instances, metric, azure.now)]
    return [
        gather_all([vm], metric, azure.now, {"vmname": vm.name}) for vm in instances
    ]


def _one_series(
    azure: EmulatedAzure, question: MetricQuestion, series: Series
) -> dict[str, Any] | None:
    """The data; of who never ran none, or data that have no value."""
    last = int(question.end.timestamp())
    data = [
        _datum(
            question,
            begin,
            series.points(begin, min(begin + INTERVALS[question.interval], last)),
        )
        for begin in question.buckets(azure.now)
    ]
    is_empty = all(len(datum) == 1 for datum in data)
    if is_empty and crc32(series.seed.encode()) % 2:
        return None
    labels = [
        {"name": {"value": name, "localizedValue": name}, "value": value}
        for name, value in series.labels.items()
    ]
    return {"metadatavalues": labels, "data": data}


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
    mixed = lower.replace("/resourcegroups/", "/resourceGroups/").replace(
        "/providers/microsoft.", "/providers/Microsoft."
    )
    return lower if lower != resource_id else mixed


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
