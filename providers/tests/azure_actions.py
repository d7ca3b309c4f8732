"""Acting in the emulated Azure, for tests."""

from dataclasses import replace

import pytest

from core.testing.azure_emulator import (
    EmulatedAzure,
    EmulatedSubscription,
)
from providers.acting import (
    ActingOptions,
    ActionKind,
    ActionOutcome,
    CloudAction,
    seen,
)
from providers.azure.account_settings import AzureSettings
from providers.azure.acting_source import AzureActing
from providers.azure.client import AzureAccount, AzureOptions
from providers.errors import ErrorKind, ProviderError

CLIENT = "33333333-3333-4333-8333-333333333333"
ACTS = AzureSettings(acting_client_id=CLIENT, acting_client_secret_env="ACT")


def acting(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureActing:
    """The subscription's acting source, which waits on the emulator's clock."""
    options = AzureOptions(
        endpoint_url=azure.endpoint_url,
        access_token=azure.environment()["AZURE_ACCESS_TOKEN"],
        max_attempts=2,
        wait=azure.wait,
    )
    acting = ActingOptions(
        ["keep"],
        deadline_seconds=120,
        clock=lambda: azure.now.timestamp(),
        wait=azure.wait,
    )
    account = AzureAccount(subscription.subscription_id, ACTS)
    return AzureActing(account, options, acting, azure.now)


def approved(
    source: AzureActing, kind: ActionKind, resource_id: str, target: str = ""
) -> CloudAction:
    """The action with what is seen now as what was approved."""
    action = CloudAction(
        key="ci-1",
        kind=kind,
        resource_id=resource_id.lower(),
        region="westeurope",
        target=target,
    )
    record = source.look(action)
    assert record is not None
    return replace(action, expected=seen(record))


def run(source: AzureActing, action: CloudAction, **options: bool) -> ActionOutcome:
    return source.act(action, lambda _: None, **options)


def refused(source: AzureActing, action: CloudAction, **options: bool) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        run(source, action, **options)
    return raised.value


def of_kind(error: ProviderError, kind: ErrorKind, *words: str) -> None:
    assert error.kind == kind, str(error)
    assert all(word in str(error) for word in words), str(error)
