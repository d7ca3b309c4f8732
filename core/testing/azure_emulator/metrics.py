"""Microsoft.Insights: metrics of many machines at once, or of one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.azure_emulator.machines import EmulatedVm, ScaleSet
from core.testing.azure_emulator.metric_load import (
    Gathered,
    Metric,
    gather,
)
from core.testing.azure_emulator.metric_request import (
    INTERVALS,
    MetricQuestion,
    catalogue,
    invalid,
    read_question,
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
MACHINE = (
    SUBSCRIPTION + r"/resourceGroups/[^/]+/providers/Microsoft\.Compute/"
    r"(?:virtualMachines|virtualMachineScaleSets)/[^/]+(?:/virtualMachines/[^/]+)?"
)

Resource = EmulatedVm | ScaleSet
Series = list[tuple[str, list[EmulatedVm]]]  # by an instance's name, or one of ""


def get_batch(azure: EmulatedAzure, call: Call) -> Answer:
    """One value per resource, in an order and case of its own."""
    namespace = call.parameters.get("metricnamespace", "").lower()
    if not namespace:
        raise invalid("metricnamespace is required.")
    ids = _resource_ids(call, namespace)
    subscription = azure.world.subscriptions[call.subscription_id]
    found = {each: _resource(subscription, each) for each in ids}
    region = _region(found)
    azure.faults.check_region(region)
    question = read_question(
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
        question = read_question(azure, call, start, end)
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
                for metric in catalogue(azure).values()
            ]
        }
    )


# What is asked


def _resource_ids(call: Call, namespace: str) -> list[str]:
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
        if _type_of(each) != namespace:
            raise invalid(f"{each} is not of the type {namespace}.")
    return ids


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
        raise invalid(f"The resources are in several regions: {sorted(regions)}.")
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
