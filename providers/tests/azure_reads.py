"""Providers that read the emulated Azure, its clock moved by their waits."""

from datetime import UTC, date, datetime
from typing import Any

from core.testing.azure_emulator import EmulatedAzure
from core.windows import Window
from providers.azure.account_settings import AzureSettings
from providers.azure.client import AzureAccount, AzureOptions
from providers.azure.provider import AzureProvider
from providers.records import CostReading
from providers.tests.readings import whole

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)


def june(day: int) -> date:
    return date(2026, 6, day)


def provider_of(
    azure: EmulatedAzure,
    account_id: str,
    settings: AzureSettings | None = None,
    **options: Any,
) -> AzureProvider:
    """Return one that waits by the emulator's clock, and at no rate of its own."""
    common: dict[str, Any] = {
        "endpoint_url": azure.endpoint_url,
        "access_token": azure.environment()["AZURE_ACCESS_TOKEN"],
        "wait": azure.wait,
        "cost_scope_limits": (),
        "cost_client_limits": (),
        "cost_tenant_limits": (),
    }
    account = AzureAccount(account_id, settings or AzureSettings())
    return AzureProvider(account, AzureOptions(**common | options), azure.now)


def costs(provider: AzureProvider, start: date, end: date) -> CostReading:
    return whole(provider.fetch_costs(Window(start, end), lambda _: None))
