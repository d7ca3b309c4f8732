"""check_access tries each right once and names the role that is missing, and where."""

from decimal import Decimal

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from providers.azure.client import AzureOptions
from providers.azure.metric_batches import price
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind
from providers.records import AccessCheck
from providers.tests.azure_reads import NOW, provider_of

QUERY = "Microsoft.CostManagement/query/read"


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def refused(provider: AzureProvider) -> list[AccessCheck]:
    return [check for check in provider.check_access(NOW) if check.error]


def test_with_all_roles_nothing_is_refused_and_each_is_tried_once(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    for number in range(3):
        subscription.add_vm(f"vm-{number}")
    checks = list(provider.check_access(NOW))
    assert [check.error for check in checks] == [None] * len(checks)
    assert len({check.permission for check in checks}) == len(checks)
    assert set(provider.meter.requests_by_operation.values()) == {1}


def test_metrics_are_named_with_what_a_batch_is_taken_to_cost(
    provider: AzureProvider,
) -> None:
    (metrics,) = (
        check for check in provider.check_access(NOW) if "metrics" in check.permission
    )
    assert metrics.needed_for.endswith(
        "Azure bills each batch, and names no price, of 50 resources of a region and "
        "30 days (AZURE_METRICS_CALL_USD)"
    )
    assert price(AzureOptions(metrics_call_usd=Decimal("0.01"))).startswith(
        "$0.01 a batch, of 50 resources"
    )


def test_a_subscription_without_machines_can_be_checked_too(
    provider: AzureProvider,
) -> None:
    assert refused(provider) == []


@pytest.mark.parametrize(
    ("operation", "role"),
    [
        ("Microsoft.Resources/subscriptions/locations/read", "Reader"),
        ("Microsoft.Compute/virtualMachines/read", "Reader"),
        ("Microsoft.Compute/virtualMachineScaleSets/read", "Reader"),
        ("Microsoft.Compute/skus/read", "Reader"),
        ("Microsoft.Insights/metrics:getBatch", "Monitoring Reader"),
        (QUERY, "Cost Management Reader"),
    ],
)
def test_a_missing_right_is_named_with_role_and_scope(
    provider: AzureProvider,
    azure: EmulatedAzure,
    subscription: EmulatedSubscription,
    operation: str,
    role: str,
) -> None:
    azure.deny(operation)
    (check,) = refused(provider)
    assert check.permission.startswith(f"{role} (")
    assert check.error
    assert check.error.kind == ErrorKind.DENIED
    assert f"Assign the role {role} on {subscription.id}" in check.error.advice


def test_an_empty_list_of_subscriptions_is_a_missing_role(
    azure: EmulatedAzure, subscription: EmulatedSubscription, provider: AzureProvider
) -> None:
    subscription.readable = False
    first = refused(provider)[0]
    assert first.error
    assert "which are none at all" in first.error.reason
    assert f"the role Reader on {subscription.id}" in first.error.advice
    azure.world.add_subscription()
    assert "which are 1 others" in str(refused(provider)[0].error)


def test_a_disabled_subscription_is_named(
    subscription: EmulatedSubscription, provider: AzureProvider
) -> None:
    subscription.state = "PastDue"
    assert refused(provider) == []
    subscription.state = "Disabled"
    assert "its state is Disabled" in str(refused(provider)[0].error)


def test_of_a_bill_only_costs_are_tried(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    scope = azure.world.add_billing_scope("1234567", subscription).lower()
    provider = provider_of(azure, scope)
    assert [check.permission for check in provider.check_access(NOW)] == [
        "Sign-in",
        "Billing account reader, or Enterprise administrator (read only), "
        "(Microsoft.CostManagement/query)",
    ]
    azure.deny(QUERY)
    (check,) = refused(provider)
    assert check.error
    assert "Assign the role Billing account reader" in check.error.advice
    assert scope in check.error.advice
