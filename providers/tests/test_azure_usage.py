"""How much the emulated Azure's databases, gateways and accounts are used a day."""

from datetime import timedelta
from typing import Any

import pytest

from core.testing.azure_emulator import (
    ApplicationGateway,
    Disk,
    EmulatedAzure,
    EmulatedSubscription,
    LoadBalancer,
    MySqlServer,
    NatGateway,
    PostgreSqlServer,
    SqlServer,
    StorageAccount,
)
from core.testing.azure_emulator.resources import EmulatedResource
from core.windows import Window
from providers.azure.metric_batches import _higher
from providers.azure.provider import AzureProvider
from providers.base import UsageSource
from providers.errors import ErrorKind
from providers.metric_records import MetricName, RegionMetrics, ResourceRef
from providers.tests.azure_reads import NOW, june, provider_of

BATCH = "Microsoft.Insights/metrics:getBatch"
TWO_DAYS = Window(june(1), june(3))
MINUTES = 1440


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def ref(resource: EmulatedResource, **values: Any) -> ResourceRef:
    kind = resource.resource_type  # which nobody asks for
    return ResourceRef(kind, resource.id.lower(), resource.created_at, **values)


def read(
    provider: AzureProvider, *refs: ResourceRef, window: Window = TWO_DAYS
) -> list[RegionMetrics]:
    return list(provider.fetch_usage(window, {"westeurope": refs}, lambda _: None))


def use(part: RegionMetrics) -> dict[MetricName, tuple[float | None, ...]]:
    """What one resource's first day has."""
    return {
        one.metric: (one.average, one.maximum, one.total)
        for one in part.usage
        if one.day == june(1)
    }


def test_azure_offers_it(provider: AzureProvider) -> None:
    assert isinstance(provider, UsageSource)
    assert provider.usage_window(NOW) == provider.metric_window(NOW)


@pytest.mark.parametrize("kind", [PostgreSqlServer, MySqlServer])
def test_a_flexible_server_has_cpu_memory_connections_and_what_is_stored(
    provider: AzureProvider,
    subscription: EmulatedSubscription,
    kind: type[EmulatedResource],
) -> None:
    server = subscription.add(kind, "Orders")
    server.use = {"cpu_percent": 20, "memory_percent": 40, "active_connections": 6}
    server.use["storage_used"] = 2.0**31
    (part,) = read(provider, ref(server))
    assert [(one.day, one.average_percent) for one in part.cpu] == [
        (june(1), 20.0),
        (june(2), 20.0),
    ]
    assert (part.cpu[0].maximum_percent, part.cpu[0].samples) == (30.0, None)
    assert part.memory[0].average_percent == 40.0
    assert part.cpu[0].resource_id == part.memory[0].resource_id == server.id.lower()
    assert use(part) == {
        MetricName.CONNECTIONS: (6.0, 9.0, None),
        MetricName.STORAGE_USED_BYTES: (2.0**31, 1.5 * 2**31, None),
    }


def test_a_database_of_azure_sql_is_asked_for_itself(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    database = subscription.add(SqlServer, "Main").add_database("Shop")
    database.use = {"cpu_percent": 5, "sessions_count": 2, "storage": 10**9}
    (part,) = read(provider, ref(database))
    assert [one.average_percent for one in part.cpu] == [5.0, 5.0]
    assert use(part) == {
        MetricName.CONNECTIONS: (2.0, 3.0, None),
        MetricName.STORAGE_USED_BYTES: (1e9, 1.5e9, None),
    }


def test_what_is_counted_has_a_total_of_the_day(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    balancer = subscription.add(LoadBalancer, "front")
    balancer.use = {"ByteCount": 10, "DipAvailability": 0}
    nat = subscription.add(NatGateway, "out", use={"ByteCount": 20})
    gateway = subscription.add(ApplicationGateway, "shop")
    gateway.use = {"TotalRequests": 3, "BytesSent": 5, "BytesReceived": 1}
    gateway.use["HealthyHostCount"] = 2
    parts = read(provider, ref(balancer), ref(nat), ref(gateway))
    found = {part.usage[0].resource_id: use(part) for part in parts}
    assert found == {
        balancer.id.lower(): {
            MetricName.PROCESSED_BYTES: (None, None, 10 * MINUTES),
            MetricName.HEALTHY_PERCENT: (0.0, None, None),
        },
        nat.id.lower(): {MetricName.PROCESSED_BYTES: (None, None, 20 * MINUTES)},
        gateway.id.lower(): {
            MetricName.REQUESTS: (None, None, 3 * MINUTES),
            MetricName.PROCESSED_BYTES: (None, None, 6 * MINUTES),
            MetricName.HEALTHY_TARGETS: (2.0, None, None),
        },
    }


def test_a_disk_has_the_speed_of_its_highest_hour(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    disk = subscription.add(Disk, "data")
    operations = "Composite Disk {} Operations/sec"
    disk.use = {operations.format("Read"): 20, operations.format("Write"): 30}
    # Without its writes it would seem less used than it is.
    disk.use["Composite Disk Read Bytes/sec"] = 4096
    (part,) = read(provider, ref(disk))
    assert use(part) == {MetricName.OPERATIONS_PER_SECOND: (None, 50.0, None)}


def test_of_a_days_hours_the_highest_average_counts() -> None:
    assert _higher({"average": 1.0}, {"average": 3.0}) == {"average": 3.0}
    assert _higher({"average": 3.0}, {"average": 1.0}) == {"average": 3.0}
    assert _higher({}, {"average": 1.0}) == {"average": 1.0}
    assert _higher({"average": 1.0}, {}) == {"average": 1.0}


def test_a_day_without_data_is_unknown_but_of_an_account_no_transaction(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    nat = subscription.add(NatGateway, "out")
    account = subscription.add(StorageAccount, "quiet")
    idle, quiet = read(provider, ref(nat), ref(account))
    assert idle.usage == []
    assert use(quiet) == {MetricName.TRANSACTIONS: (None, None, 0.0)}
    account.use = {"Transactions": 7}
    assert use(read(provider, ref(account))[0]) == {
        MetricName.TRANSACTIONS: (None, None, 7 * MINUTES)
    }


def test_an_account_has_no_transactions_before_it_was_there(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    account = subscription.add(StorageAccount, "new", created_at=NOW)
    account.created_at = NOW - timedelta(days=NOW.day - 1)  # on the first
    (part,) = read(provider, ref(account))
    assert [one.day for one in part.usage] == [june(2)]
    unknown = ResourceRef("bucket", account.id.lower())
    assert read(provider, unknown)[0].usage == []


def test_what_is_gone_or_has_no_metrics_is_not_asked_for(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    gone = subscription.add(NatGateway, "out")
    other = ResourceRef("bucket", f"{subscription.id}/providers/microsoft.cdn/x/y")
    assert read(provider, ref(gone, gone_since=NOW), other) == []
    assert azure.requests[BATCH] == 0


def test_what_was_deleted_since_it_was_listed_is_no_failure(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    account = subscription.add(StorageAccount, "left")
    subscription.remove(account)
    (part,) = read(provider, ref(account))
    assert (part.usage, part.error) == ([], None)


def test_a_metric_that_is_refused_is_an_error_after_what_was_answered(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    account = subscription.add(StorageAccount, "one", metric_error="InternalError")
    nat = subscription.add(NatGateway, "out", use={"ByteCount": 20})
    *answered, last = read(provider, ref(account), ref(nat))
    assert [one.metric for part in answered for one in part.usage] == [
        MetricName.PROCESSED_BYTES
    ] * 2
    assert last.error and last.error.kind == ErrorKind.UNAVAILABLE
    assert "Use of " in str(last.error)


def test_a_type_that_fails_does_not_stop_the_others(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    server = subscription.add(PostgreSqlServer, "db", use={"cpu_percent": 5})
    nat = subscription.add(NatGateway, "out", use={"ByteCount": 20})
    azure.fail(BATCH, "BadRequest", times=1)
    part, last = read(provider, ref(server), ref(nat))
    assert part.usage[0].resource_id == nat.id.lower()
    assert last.error and "westeurope" in str(last.error)


def test_a_region_that_is_throttled_is_not_asked_for_the_next_type(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    server, nat = (
        subscription.add(PostgreSqlServer, "db"),
        subscription.add(NatGateway, "out"),
    )
    azure.throttle(BATCH)
    (last,) = read(provider, ref(server), ref(nat))
    assert last.error and last.error.kind == ErrorKind.THROTTLED
    assert azure.requests[BATCH] == 2  # with the one that was tried again


def test_fifty_of_a_type_and_thirty_days_are_one_question(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    accounts = [subscription.add(StorageAccount, f"a{number}") for number in range(51)]
    read(provider, *map(ref, accounts), window=Window(june(1), june(19)))
    assert azure.requests[BATCH] == 2
    azure.clear_calls()
    read(provider, ref(accounts[0]), window=provider.usage_window(NOW))
    assert azure.requests[BATCH] == 4  # of 93 days
