"""What holds for each list of resources of the emulated Azure, whatever its kind."""

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
    PublicIp,
    Snapshot,
    SqlServer,
    StorageAccount,
)
from core.testing.azure_emulator.resources import EmulatedResource
from providers.azure.provider import AzureProvider
from providers.base import DatabaseSource, NetworkSource, StorageSource
from providers.errors import ErrorKind, ProviderError
from providers.tests.azure_reads import provider_of
from providers.tests.azure_resources import Fetch, by_name, by_region

KINDS: list[tuple[str, type[EmulatedResource]]] = [
    ("fetch_storage", Disk),
    ("fetch_storage", Snapshot),
    ("fetch_storage", StorageAccount),
    ("fetch_databases", SqlServer),
    ("fetch_databases", PostgreSqlServer),
    ("fetch_databases", MySqlServer),
    ("fetch_network", PublicIp),
    ("fetch_network", NatGateway),
    ("fetch_network", LoadBalancer),
    ("fetch_network", ApplicationGateway),
]
EACH_KIND = pytest.mark.parametrize(("method", "kind"), KINDS)
EACH_METHOD = pytest.mark.parametrize(
    "method", ["fetch_storage", "fetch_databases", "fetch_network"]
)


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def fetch_of(provider: AzureProvider, method: str) -> Fetch:
    fetch: Fetch = getattr(provider, method)
    return fetch


def operation(kind: type[EmulatedResource]) -> str:
    return f"{kind.resource_type}/read"


def test_azure_offers_all_of_them(provider: AzureProvider) -> None:
    assert isinstance(provider, StorageSource)
    assert isinstance(provider, DatabaseSource)
    assert isinstance(provider, NetworkSource)


@EACH_METHOD
def test_every_region_answers_also_without_a_resource(
    provider: AzureProvider, azure: EmulatedAzure, method: str
) -> None:
    parts = by_region(fetch_of(provider, method))
    assert sorted(parts) == sorted(azure.world.regions)
    assert not any(part.resources or part.error for part in parts.values())


@EACH_KIND
def test_a_provider_that_is_not_registered_has_none(
    provider: AzureProvider,
    azure: EmulatedAzure,
    subscription: EmulatedSubscription,
    method: str,
    kind: type[EmulatedResource],
) -> None:
    subscription.registered.discard(kind.resource_type.partition("/")[0])
    parts = by_region(fetch_of(provider, method))
    assert not any(part.resources or part.error for part in parts.values())
    azure.fail(operation(kind), "SubscriptionNotRegistered", status=409)
    parts = by_region(fetch_of(provider, method))
    assert not any(part.error for part in parts.values())


@EACH_KIND
def test_a_disabled_subscription_is_no_empty_one(
    provider: AzureProvider,
    azure: EmulatedAzure,
    method: str,
    kind: type[EmulatedResource],
) -> None:
    azure.fail(operation(kind), "DisabledSubscription", status=409)
    with pytest.raises(ProviderError) as raised:
        by_region(fetch_of(provider, method))
    assert raised.value.kind == ErrorKind.NOT_ENABLED


def test_a_page_that_points_back_is_no_list(
    provider: AzureProvider, azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        azure, "page", lambda call, all_, _: (all_, azure.link(call, 0))
    )
    with pytest.raises(ProviderError, match="points to one before it") as raised:
        by_region(provider.fetch_storage)
    assert raised.value.kind == ErrorKind.INCOMPLETE


@EACH_KIND
def test_a_denied_list_names_role_and_scope(
    provider: AzureProvider,
    azure: EmulatedAzure,
    subscription: EmulatedSubscription,
    method: str,
    kind: type[EmulatedResource],
) -> None:
    azure.deny(operation(kind))
    with pytest.raises(ProviderError) as raised:
        by_region(fetch_of(provider, method))
    assert raised.value.kind == ErrorKind.DENIED
    assert f"Assign the role Reader on {subscription.id}" in raised.value.advice
    assert f"which allows {operation(kind)}" in raised.value.advice


@EACH_KIND
def test_pages_of_any_size_have_the_same_resources(
    provider: AzureProvider,
    azure: EmulatedAzure,
    subscription: EmulatedSubscription,
    method: str,
    kind: type[EmulatedResource],
) -> None:
    for number in range(5):
        made = subscription.add(
            kind, f"one{number}", location=azure.world.regions[number % 2]
        )
        if isinstance(made, SqlServer):
            made.add_database("orders")
    expected = by_name(fetch_of(provider, method))
    assert len(expected) == 5
    azure.page_size[operation(kind)] = 2
    before = azure.requests[operation(kind)]
    assert by_name(fetch_of(provider, method)) == expected
    assert azure.requests[operation(kind)] - before == 3


@EACH_KIND
@pytest.mark.parametrize(
    ("code", "status", "kind_of_error"),
    [
        ("ServiceUnavailable", 503, ErrorKind.UNAVAILABLE),
        ("MissingSubscriptionRegistration", 409, ErrorKind.NOT_ENABLED),
    ],
)
def test_a_list_that_ends_in_the_middle_is_none(
    provider: AzureProvider,
    azure: EmulatedAzure,
    subscription: EmulatedSubscription,
    method: str,
    kind: type[EmulatedResource],
    code: str,
    status: int,
    kind_of_error: ErrorKind,
) -> None:
    for number in range(3):
        subscription.add(kind, f"one{number}")
    azure.page_size[operation(kind)] = 2
    azure.fail(operation(kind), code, status=status, after=1)
    with pytest.raises(ProviderError) as raised:
        by_region(fetch_of(provider, method))
    assert raised.value.kind == kind_of_error


@EACH_METHOD
def test_progress_names_the_regions_that_have_some(
    provider: AzureProvider, subscription: EmulatedSubscription, method: str
) -> None:
    subscription.add(Disk, "data", location="eastus")
    subscription.add(MySqlServer, "data", location="eastus")
    subscription.add(PublicIp, "data", location="eastus")
    said: list[str] = []
    list(getattr(provider, method)(said.append))
    assert said == ["eastus: 1 resources"]
