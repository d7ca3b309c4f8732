"""Daily CPU, memory and network of the emulated Azure's machines."""

from datetime import UTC, datetime

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription, EmulatedVm
from core.windows import Window
from providers.azure.metric_batches import Figures
from providers.azure.monitor import normalize_part
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind
from providers.metric_records import MemoryRecord, RegionMetrics
from providers.tests.azure_reads import june, provider_of

BATCH = "Microsoft.Insights/metrics:getBatch"
SKUS = "Microsoft.Compute/skus/read"
TWO_DAYS = Window(june(1), june(3))
FIRST_OF_JUNE = Window(june(1), june(2))


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def read(
    provider: AzureProvider, *vms: EmulatedVm, window: Window = TWO_DAYS
) -> list[RegionMetrics]:
    ids: dict[str, list[str]] = {}
    for vm in vms:
        ids.setdefault(vm.location, []).append(vm.id.lower())
    return list(provider.fetch_metrics(window, ids, lambda _: None))


def test_a_day_has_cpu_memory_and_network(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    vm = subscription.add_vm("one", cpu_percent=25.0, memory_percent=40.0)
    (part,) = read(provider, vm)
    assert [one.day for one in part.cpu] == [june(1), june(2)]
    cpu, memory, network = part.cpu[0], part.memory[0], part.network[0]
    assert cpu.resource_id == memory.resource_id == network.resource_id
    assert cpu.resource_id == vm.id.lower()
    assert (cpu.average_percent, cpu.samples) == (25.0, 1440)
    assert cpu.p99_percent is None
    assert memory.average_percent and memory.maximum_percent
    assert 40 <= memory.average_percent < memory.maximum_percent <= 45.001
    assert network.in_bytes and network.out_bytes


def test_days_are_whole_days_of_utc(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    read(provider, subscription.add_vm("one"))
    (call,) = [one for one in azure.calls if one.operation == BATCH]
    asked = call.parameters
    assert (asked["starttime"], asked["endtime"]) == (
        "2026-06-01T00:00:00Z",
        "2026-06-03T00:00:00Z",
    )
    assert asked["interval"] == "P1D"


def test_fifty_machines_of_one_region_and_type_are_one_question(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    vms = [subscription.add_vm(f"a-{n}") for n in range(51)]
    vms += [subscription.add_vm(f"b-{n}", location="eastus") for n in range(3)]
    uniform = subscription.add_scale_set("set", instances=2)
    vms += uniform.instances.values()
    parts = read(provider, *vms)
    sizes = [
        len(call.body["resourceids"]) for call in azure.calls if call.operation == BATCH
    ]
    assert sorted(sizes) == [1, 2, 3, 50]
    assert sum(len(part.cpu) for part in parts) == 2 * len(vms)
    assert provider.meter.requests_by_operation[BATCH] == 4


def test_more_than_30_days_are_several_questions(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    vm = subscription.add_vm("one")
    window = Window(june(1).replace(month=4), june(5))
    parts = read(provider, vm, window=window)
    assert len(parts) == 3
    assert sum(len(part.cpu) for part in parts) == len(window)


def test_no_data_is_not_zero(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    off = [subscription.add_vm(f"off-{n}", power="deallocated") for n in range(4)]
    ran = subscription.add_vm(
        "ran",
        runs=[
            (
                datetime(2026, 6, 1, 6, tzinfo=UTC),
                datetime(2026, 6, 1, 9, tzinfo=UTC),
            )
        ],
    )
    (part,) = read(provider, *off, ran)
    assert [(one.resource_id, one.day) for one in part.cpu] == [
        (ran.id.lower(), june(1))
    ]
    assert part.cpu[0].samples == 180
    assert len(part.network) == len(part.memory) == 1


def test_a_machine_that_was_deleted_is_not_asked_for(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    vm, gone = subscription.add_vm("one"), subscription.add_vm("gone")
    subscription.remove_vm(gone)
    (part,) = read(provider, vm, gone)
    assert part.error is None
    assert {one.resource_id for one in part.cpu} == {vm.id.lower()}


def test_nothing_is_asked_where_there_is_no_machine(provider: AzureProvider) -> None:
    assert list(provider.fetch_metrics(TWO_DAYS, {}, lambda _: None)) == []
    assert list(provider.fetch_metrics(TWO_DAYS, {"eastus": []}, lambda _: None)) == []
    assert provider.meter.requests == 0


def test_a_metric_that_is_refused_is_named_and_the_rest_is_there(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    good = subscription.add_vm("good")
    bad = subscription.add_vm("bad", metric_error="InternalError")
    part, error = read(provider, good, bad)
    assert {one.resource_id for one in part.cpu} == {good.id.lower()}
    assert error.error
    assert "Percentage CPU of " in error.error.reason
    assert "InternalError" in error.error.reason


def test_a_region_that_is_down_fails_alone(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    vms = [subscription.add_vm("a"), subscription.add_vm("b", location="eastus")]
    azure.take_down("eastus")
    parts = {part.region: part for part in read(provider, *vms)}
    assert parts["westeurope"].cpu
    error = parts["eastus"].error
    assert error
    assert (error.kind, error.region) == (ErrorKind.UNAVAILABLE, "eastus")


def test_sizes_that_are_denied_leave_only_memory_unknown(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    vm = subscription.add_vm("one")
    azure.deny(SKUS)
    part, error = read(provider, vm)
    assert part.cpu
    assert part.memory == []
    assert error.error
    assert error.error.kind == ErrorKind.DENIED


def test_the_missing_role_is_the_one_on_the_subscription(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    vm = subscription.add_vm("one")
    azure.deny(BATCH)
    (part,) = read(provider, vm)
    assert part.error
    assert part.error.kind == ErrorKind.DENIED
    assert f"Monitoring Reader on {subscription.id}" in part.error.advice


def test_a_provider_that_is_not_registered_is_named(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    vm = subscription.add_vm("one")
    subscription.registered.discard("Microsoft.Insights")
    (part,) = read(provider, vm)
    assert part.error
    assert part.error.kind == ErrorKind.NOT_ENABLED
    assert "az provider register --namespace Microsoft.Insights" in part.error.advice


@pytest.mark.parametrize(
    ("count", "samples"), [(None, None), (1.0, 1), (1440.0, 1440), (5760.0, None)]
)
def test_only_a_sample_a_minute_says_how_long_it_ran(
    count: float | None, samples: int | None
) -> None:
    figures: Figures = {"Percentage CPU": {june(1): {"average": 5.0, "count": count}}}
    part = normalize_part("westeurope", FIRST_OF_JUNE, {"vm": figures}, {})
    assert [one.samples for one in part.cpu] == [samples]


@pytest.mark.parametrize(
    ("available", "used"),
    [(0.0, 100.0), (25.0, 75.0), (100.0, 0.0), (101.0, None), (-1.0, None)],
)
def test_memory_is_used_where_it_is_not_available(
    available: float, used: float | None
) -> None:
    given: Figures = {"Available Memory Bytes": {june(1): {"average": available}}}
    found = {"vm": given, "unknown": given}
    part = normalize_part("westeurope", FIRST_OF_JUNE, found, {"vm": 100})
    expected = [] if used is None else [MemoryRecord("vm", june(1), used, None)]
    assert part.memory == expected
    assert (part.cpu, part.network) == ([], [])
