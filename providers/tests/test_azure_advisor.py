"""What the emulated Azure Advisor recommends."""

from decimal import Decimal
from typing import Any

import pytest

from core.testing.azure_emulator import (
    EmulatedAzure,
    EmulatedSubscription,
    Recommendation,
)
from core.testing.azure_emulator.machines import guid
from providers.azure.advisor import monthly_savings
from providers.azure.provider import AzureProvider
from providers.base import AdviceSource
from providers.errors import ErrorKind, ProviderError
from providers.records import AdviceRecord
from providers.tests.azure_reads import provider_of

OPERATION = "Microsoft.Advisor/recommendations/read"
EUROS = {"savingsAmount": "124.50", "savingsCurrency": "EUR"}


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def read(provider: AzureProvider) -> list[AdviceRecord]:
    assert isinstance(provider, AdviceSource)
    return list(provider.fetch_advice(lambda _: None))


def test_a_recommendation_is_joined_with_its_machine_whatever_the_case(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    vm = subscription.add_vm("Web-1")
    made = subscription.add(
        Recommendation,
        "resize",
        about=vm.id,
        problem="Resize it",
        extended={**EUROS, "targetSku": "Standard_D2s_v5", "region": "West Europe"},
    )
    assert read(provider) == [
        AdviceRecord(
            advice_id=made.id.lower(),
            type_id=guid("Resize it"),
            impact="high",
            problem="Resize it",
            solution="Resize it",
            resource_id=vm.id.lower(),
            resource_type="Microsoft.Compute/virtualMachines",
            resource_name="Web-1",
            region="westeurope",
            monthly_savings=Decimal("124.50"),
            currency="EUR",
            details={"targetSku": "Standard_D2s_v5"},
            updated_at=made.created_at,
        )
    ]


def test_a_commitment_is_about_the_subscription_and_has_a_term(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    for term in ("P1Y", "P3Y"):
        subscription.add(Recommendation, term, extended={**EUROS, "term": term})
    assert [(one.term, one.resource_id) for one in read(provider)] == [
        ("P1Y", subscription.id),
        ("P3Y", subscription.id),
    ]


def test_what_was_dismissed_or_is_not_about_costs_is_left_out(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add(Recommendation, "dismissed", suppressed=True)
    subscription.add(Recommendation, "slow", category="Performance")
    assert read(provider) == []


def test_all_pages_are_read(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for number in range(5):
        subscription.add(Recommendation, f"one-{number}")
    azure.page_size[OPERATION] = 2
    assert len(read(provider)) == 5
    assert azure.requests[OPERATION] == 3


@pytest.mark.parametrize(
    ("extended", "amount"),
    [
        (EUROS, Decimal("124.50")),
        ({"annualSavingsAmount": "120", "savingsCurrency": "EUR"}, Decimal(10)),
        ({"savingsAmount": "124.50"}, None),
        ({"savingsAmount": "a lot", "savingsCurrency": "EUR"}, None),
        ({"savingsAmount": "NaN", "savingsCurrency": "EUR"}, None),
        ({}, None),
    ],
)
def test_a_saving_is_an_amount_a_month_with_its_currency_or_unknown(
    extended: dict[str, Any], amount: Decimal | None
) -> None:
    assert monthly_savings(extended) == amount


def test_a_missing_role_and_registration_are_named(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.deny(OPERATION)
    with pytest.raises(ProviderError, match="role Reader") as denied:
        read(provider)
    assert denied.value.kind == ErrorKind.DENIED
    azure.heal()
    subscription.registered.discard("Microsoft.Advisor")
    with pytest.raises(ProviderError, match="Microsoft.Advisor") as unregistered:
        read(provider)
    assert unregistered.value.kind == ErrorKind.NOT_ENABLED
