"""Microsoft.Resources: subscriptions, their locations and registered providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.testing.azure_emulator.wire import (
    SUBSCRIPTION,
    Answer,
    AzureError,
    Call,
    Route,
    path_of,
)
from core.testing.azure_emulator.world import NAMESPACES

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure
    from core.testing.azure_emulator.world import EmulatedSubscription

SUBSCRIPTION_VERSIONS = frozenset(
    {"2016-06-01", "2020-01-01", "2021-01-01", "2022-09-01", "2022-12-01"}
)
PROVIDER_VERSIONS = frozenset({"2021-04-01", "2022-09-01", "2024-03-01"})
SUBSCRIPTIONS_A_PAGE = 100
DISPLAY_NAMES = {
    "westeurope": ("West Europe", "Europe"),
    "northeurope": ("North Europe", "Europe"),
    "germanywestcentral": ("Germany West Central", "Europe"),
    "eastus": ("East US", "US"),
}


def list_subscriptions(azure: EmulatedAzure, call: Call) -> Answer:
    """Those that the principal has a role in: none is an answer too."""
    found = [
        _shape(each)
        for each in azure.world.subscriptions.values()
        if each.readable
        and each.state != "Deleted"
        and each.tenant_id == azure.world.tenant_id
    ]
    page, link = azure.page(call, found, SUBSCRIPTIONS_A_PAGE)
    content: dict[str, Any] = {
        "value": page,
        "count": {"type": "Total", "value": len(page)},
    }
    return Answer(content | ({"nextLink": link} if link else {}))


def get_subscription(azure: EmulatedAzure, call: Call) -> Answer:
    """One of them."""
    return Answer(_shape(azure.world.subscriptions[call.subscription_id]))


def list_locations(azure: EmulatedAzure, call: Call) -> Answer:
    """Regions, and among them geographies in which nothing can be."""
    value = [_location(call, name, "Physical") for name in azure.world.regions]
    return Answer({"value": [*value, _location(call, "europe", "Logical")]})


def list_providers(azure: EmulatedAzure, call: Call) -> Answer:
    """All providers with their registration."""
    return Answer({"value": [_provider(azure, call, name) for name in NAMESPACES]})


def get_provider(azure: EmulatedAzure, call: Call) -> Answer:
    """One provider with its registration."""
    asked = call.names["namespace"]
    for name in NAMESPACES:
        if name.lower() == asked.lower():
            return Answer(_provider(azure, call, name))
    raise AzureError(
        "InvalidResourceNamespace", f"The resource namespace '{asked}' is invalid.", 404
    )


def _shape(subscription: EmulatedSubscription) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription.subscription_id,
        "tenantId": subscription.tenant_id,
        "displayName": subscription.name,
        "state": subscription.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _location(call: Call, name: str, kind: str) -> dict[str, Any]:
    display, geography = DISPLAY_NAMES.get(name, (name.title(), "Europe"))
    return {
        "id": f"/subscriptions/{call.subscription_id}/locations/{name}",
        "name": name,
        "type": "Region",
        "displayName": display,
        "regionalDisplayName": f"({geography}) {display}",
        "metadata": {"regionType": kind, "regionCategory": "Recommended"},
    }


def _provider(azure: EmulatedAzure, call: Call, name: str) -> dict[str, Any]:
    subscription = azure.world.subscriptions[call.subscription_id]
    registered = name in subscription.registered
    return {
        "id": f"{subscription.id}/providers/{name}",
        "namespace": name,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": "Registered" if registered else "NotRegistered",
        "resourceTypes": [],
    }


ROUTES = (
    Route(
        "Microsoft.Resources/subscriptions/read",
        "GET",
        path_of("/subscriptions"),
        list_subscriptions,
        SUBSCRIPTION_VERSIONS,
    ),
    Route(
        "Microsoft.Resources/subscriptions/read",
        "GET",
        path_of(SUBSCRIPTION),
        get_subscription,
        SUBSCRIPTION_VERSIONS,
    ),
    Route(
        "Microsoft.Resources/subscriptions/locations/read",
        "GET",
        path_of(SUBSCRIPTION + "/locations"),
        list_locations,
        SUBSCRIPTION_VERSIONS,
    ),
    Route(
        "Microsoft.Resources/subscriptions/providers/read",
        "GET",
        path_of(SUBSCRIPTION + "/providers"),
        list_providers,
        PROVIDER_VERSIONS,
    ),
    Route(
        "Microsoft.Resources/subscriptions/providers/read",
        "GET",
        path_of(SUBSCRIPTION + r"/providers/(?P<namespace>[^/]+)"),
        get_provider,
        PROVIDER_VERSIONS,
    ),
)
