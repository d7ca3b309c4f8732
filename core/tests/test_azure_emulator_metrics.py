"""The emulated Azure's metrics, of many machines at once and of one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from core.testing.azure_emulator.clients import Reply, ask

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
DAYS = {"starttime": "2026-06-17T00:00:00Z", "endtime": "2026-06-19T00:00:00Z"}
BATCH = "Microsoft.Insights/metrics:getBatch"


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(now=NOW) as emulated:
        yield emulated


@pytest.fixture
def shop(azure: EmulatedAzure) -> EmulatedSubscription:
    return azure.world.add_subscription(name="shop")


def batch(
    azure: EmulatedAzure, shop: EmulatedSubscription, ids: Any, **asked: str
) -> Reply:
    parameters = {
        "metricNamespace": "Microsoft.Compute/virtualMachines",
        "metricnames": "Percentage CPU",
        "aggregation": "average,maximum",
        "interval": "P1D",
    } | DAYS
    body = {"resourceids": ids} if isinstance(ids, list) else ids
    return ask(azure, f"{shop.id}/metrics:getBatch", body, **(parameters | asked))


def data(reply: Reply, metric: int = 0) -> dict[str, list[Any]]:
    """The data of each resource by its name."""
    assert reply.status == 200, reply.text
    found = {}
    for each in reply.json["values"]:
        series = each["value"][metric]["timeseries"]
        name = each["resourceid"].rpartition("/")[2]
        found[name] = series[0]["data"] if series else []
    return found


def test_days_begin_where_the_question_does(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("web", cpu_percent=12.5)
    assert data(batch(azure, shop, [vm.id])) == {
        "web": [
            {"timeStamp": "2026-06-17T00:00:00Z", "average": 12.5, "maximum": 12.5},
            {"timeStamp": "2026-06-18T00:00:00Z", "average": 12.5, "maximum": 12.5},
        ]
    }
    late = {"starttime": "2026-06-17T23:59:59Z", "endtime": "2026-06-18T23:59:59Z"}
    (only,) = data(batch(azure, shop, [vm.id], **late))["web"]
    assert only["timeStamp"] == "2026-06-17T23:59:59Z"


def test_a_day_is_the_sum_of_its_minutes(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("web")
    asked = {
        "metricnames": "Percentage CPU,Network In Total,Available Memory Bytes",
        "aggregation": "average,minimum,maximum,total,count",
        "endtime": "2026-06-18T00:00:00Z",
    }
    for metric in range(3):
        (day,) = data(batch(azure, shop, [vm.id], **asked), metric)["web"]
        minutes = data(batch(azure, shop, [vm.id], **asked, interval="PT1M"), metric)
        assert len(minutes["web"]) == day["count"] == 1_440
        values = [datum["average"] for datum in minutes["web"]]
        assert sum(values) == pytest.approx(day["total"])
        assert sum(values) / 1_440 == pytest.approx(day["average"])
        assert (min(values), max(values)) == (day["minimum"], day["maximum"])
        assert day["minimum"] < day["average"] < day["maximum"]


def test_memory_used_follows_from_the_size(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("web", size="Standard_D4s_v5", memory_percent=75)
    asked = {"metricnames": "Available Memory Bytes", "aggregation": "Minimum,Maximum"}
    (day, _) = data(batch(azure, shop, [vm.id], **asked))["web"]
    assert day["maximum"] == 0.25 * 16 * 2**30
    assert day["minimum"] == 0.20 * 16 * 2**30


def test_ids_come_back_in_another_case_and_order(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    ids = [shop.add_vm(name).id for name in ("Bob", "Alice", "Carol")]
    values = batch(azure, shop, ids).json["values"]
    assert [each["resourceid"].rpartition("/")[2] for each in values] != [
        *("bob", "alice", "carol")
    ]
    found = {each["resourceid"] for each in values}
    assert found == {each.lower() for each in ids}
    again = batch(azure, shop, sorted(found)).json["values"]
    assert not found & {each["resourceid"] for each in again}


def test_who_did_not_run_has_no_values(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    ids = [shop.add_vm(f"off-{each}", power="deallocated").id for each in range(8)]
    partly = shop.add_vm(
        "partly",
        cpu_percent=50.0,
        runs=[(NOW - timedelta(days=2), NOW - timedelta(days=1))],
    )
    found = data(batch(azure, shop, [*ids, partly.id]))
    assert {tuple(datum) for each in found.values() for datum in each} == {
        ("timeStamp",),
        ("timeStamp", "average", "maximum"),
    }
    assert {len(found[f"off-{each}"]) for each in range(8)} == {0, 2}
    assert [len(datum) for datum in found["partly"]] == [1, 3]
    asked = {"aggregation": "count"}
    (_, day) = data(batch(azure, shop, [partly.id], **asked))["partly"]
    assert day["count"] == 15 * 60


def test_nothing_is_known_of_what_is_to_come_or_long_past(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("web", created_at=NOW - timedelta(days=400))
    to_come = {"starttime": "2026-06-19T00:00:00Z", "endtime": "2026-06-25T00:00:00Z"}
    days = data(batch(azure, shop, [vm.id], **to_come, aggregation="count"))["web"]
    assert [day["count"] for day in days] == [1_440, 9 * 60]
    past = {"starttime": "2026-03-01T00:00:00Z", "endtime": "2026-03-10T00:00:00Z"}
    assert not any(
        "average" in each
        for each in data(batch(azure, shop, [vm.id], **past)).get("web", [])
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"metricNamespace": ""}, "metricnamespace is required"),
        ({"metricNamespace": "Microsoft.Storage/storageAccounts"}, "not of the type"),
        ({"metricnames": ""}, "metric names"),
        ({"metricnames": "Percentage CPU,Colour"}, "metric: Colour"),
        ({"metricnames": "Available Memory Percentage"}, "Failed to find metric"),
        ({"interval": "P2D"}, "interval"),
        ({"aggregation": "p99"}, "aggregation"),
        ({"endtime": "2026-06-17T00:00:00Z"}, "span"),
        ({"endtime": "2026-07-18T00:00:00Z"}, "span"),
        ({"starttime": "yesterday"}, "no time"),
        ({"filter": "Colour eq '*'"}, "dimension"),
        ({"top": "all"}, "no number"),
        ({"$filter": "VMName eq '*'"}, "without $"),
    ],
)
def test_it_refuses_what_azure_refuses(
    azure: EmulatedAzure,
    shop: EmulatedSubscription,
    asked: dict[str, str],
    words: str,
) -> None:
    refused = batch(azure, shop, [shop.add_vm("web").id], **asked)
    assert refused.status == 400
    assert words in refused.json["error"]["message"]


def test_a_batch_is_small_and_of_one_kind(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    ids = [shop.add_vm(f"web-{number}").id for number in range(51)]
    other = azure.world.add_subscription().add_vm("web")
    abroad = shop.add_vm("abroad", location="eastus")
    for refused in (
        [],
        ids,
        [ids[0], ids[0].upper()],
        [ids[0], other.id],
        [ids[0], abroad.id],
        {"resourceIds": ids[:1]},
        {"resourceids": [1]},
        None,
    ):
        assert batch(azure, shop, refused).status in (400, 405)
    assert batch(azure, shop, ids[:50]).status == 200
    assert azure.requests[BATCH] == 8


def test_each_resource_has_its_own_error(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    ill, well = shop.add_vm("ill", metric_error="InternalError"), shop.add_vm("well")
    gone = shop.add_vm("gone")
    shop.remove_vm(gone)
    values = batch(azure, shop, [ill.id, well.id, gone.id]).json["values"]
    codes = {
        each["resourceid"].rpartition("/")[2]: each["value"][0]["errorCode"]
        for each in values
    }
    assert codes == {
        "ill": "InternalError",
        "well": "Success",
        "gone": "ResourceNotFound",
    }


def test_refusals_of_batches_have_their_own_numbers(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("web")
    azure.overload(BATCH, times=1)
    assert batch(azure, shop, [vm.id]).status == 529
    azure.throttle(BATCH)
    assert batch(azure, shop, [vm.id]).status == 429
    azure.heal()
    azure.deny(BATCH, where=shop.subscription_id)
    denied = batch(azure, shop, [vm.id])
    assert (denied.status, denied.code) == (401, "AuthorizationFailed")
    azure.heal()
    shop.registered.discard("Microsoft.Insights")
    assert batch(azure, shop, [vm.id]).status == 403
    shop.registered.add("Microsoft.Insights")
    azure.take_down("westeurope")
    assert batch(azure, shop, [vm.id]).status == 503


def test_newer_metrics_are_listed_where_they_are(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("web", memory_percent=40)
    path = f"{vm.id}/providers/microsoft.insights/metricDefinitions"

    def names() -> set[str]:
        return {each["name"]["value"] for each in ask(azure, path).json["value"]}

    assert "Available Memory Percentage" not in names()
    azure.world.more_metrics.add("Available Memory Percentage")
    assert "Available Memory Percentage" in names()
    asked = {"metricnames": "available memory percentage"}
    (day, _) = data(batch(azure, shop, [vm.id], **asked))["web"]
    assert day["maximum"] == 60


def test_one_machine_is_asked_and_refused_without_a_wrapper(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("web", cpu_percent=3.5)
    path = f"{vm.id}/providers/microsoft.insights/metrics"
    asked = {
        "timespan": "2026-06-17T00:00:00Z/2026-06-18T00:00:00Z",
        "interval": "P1D",
        "metricnames": "Percentage CPU",
    }
    (metric,) = ask(azure, path, **asked).json["value"]
    assert metric["timeseries"][0]["data"] == [
        {"timeStamp": "2026-06-17T00:00:00Z", "average": 3.5}
    ]
    refused = ask(azure, path, **(asked | {"metricnames": "Colour"}))
    assert (refused.status, refused.json["code"]) == (400, "BadRequest")
    missing = ask(azure, path.replace("/web/", "/gone/"), **asked)
    assert (missing.status, missing.json["code"]) == (404, "ResourceNotFound")


def test_scale_sets_are_split_by_their_instances(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    scale_set = shop.add_scale_set("front", instances=12)
    for number, vm in enumerate(scale_set.instances.values()):
        vm.cpu_percent = float(number)
    asked = {"metricNamespace": "microsoft.compute/virtualmachinescalesets"}
    (day, _) = data(batch(azure, shop, [scale_set.id], **asked))["front"]
    assert (day["average"], day["maximum"]) == (5.5, 11)
    asked |= {"filter": "VMName eq '*'"}
    (value,) = batch(azure, shop, [scale_set.id], **asked).json["values"]
    assert len(value["value"][0]["timeseries"]) == 10
    (value,) = batch(azure, shop, [scale_set.id], **asked, top="50").json["values"]
    series = value["value"][0]["timeseries"]
    assert [each["metadatavalues"][0]["value"] for each in series][2] == "front_2"
    assert series[11]["data"][0]["average"] == 11
    each = {"metricNamespace": f"{asked['metricNamespace']}/virtualMachines"}
    ids = list(scale_set.instances)
    assert data(batch(azure, shop, ids, **each))["3"][0]["average"] == 3
