"""One request's way: route, token, version, subscription, faults, answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from werkzeug.wrappers import Request, Response

from core.testing.azure_emulator import (
    advisor,
    changes,
    compute,
    cost_management,
    disks,
    flexible_servers,
    identity,
    locks,
    metrics,
    network,
    retail_prices,
    server_changes,
    sql,
    storage_accounts,
    subscriptions,
)
from core.testing.azure_emulator.faults import denied
from core.testing.azure_emulator.identity import check_tenant
from core.testing.azure_emulator.wire import (
    ARM,
    AzureError,
    Call,
    Route,
    as_json,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure
    from core.testing.azure_emulator.world import EmulatedSubscription

ROUTES: tuple[Route, ...] = (
    *subscriptions.ROUTES,
    *compute.ROUTES,
    *disks.ROUTES,
    *storage_accounts.ROUTES,
    *sql.ROUTES,
    *flexible_servers.ROUTES,
    *network.ROUTES,
    *advisor.ROUTES,
    *changes.ROUTES,
    *server_changes.ROUTES,
    *locks.ROUTES,
    *cost_management.ROUTES,
    *metrics.ROUTES,
    *retail_prices.ROUTES,
    *identity.ROUTES,
)
NO_ROUTE = "unknown"  # as what requests are counted that no operation answers


def respond(azure: EmulatedAzure, request: Request) -> Response:
    """Azure's answer to a request."""
    try:
        route, call = _read(azure, request)
        headers = _admit(azure, route, call)
        answer = route.answer(azure, call)
        headers |= dict(answer.headers)
        response = as_json(answer.content, answer.status, headers)
        return azure.faults.damaged(call, response)
    except AzureError as error:
        return error.response()


def _read(azure: EmulatedAzure, request: Request) -> tuple[Route, Call]:
    route, names = _route(azure, request)
    azure.count(route.operation)
    call = Call(
        route.operation,
        request.path,
        {name.lower(): value for name, value in request.args.items()},
        names,
        _body(request),
        {name.lower(): value for name, value in request.headers.items()},
    )
    azure.record(call)
    return route, call


def _route(azure: EmulatedAzure, request: Request) -> tuple[Route, dict[str, str]]:
    other_method = False
    for route in ROUTES:
        found = route.pattern.fullmatch(request.path)
        if found and route.method == request.method:
            names = {key: value for key, value in found.groupdict().items() if value}
            return route, names
        other_method = other_method or found is not None
    azure.count(NO_ROUTE)
    if other_method:
        raise AzureError(
            "HttpMethodNotAllowed", f"{request.method} is not allowed here.", 405
        )
    raise AzureError("NotFound", f"No emulated operation answers {request.path}.", 404)


def _body(request: Request) -> Any:
    """JSON, or a form's text; None where nothing was sent."""
    text = request.get_data(as_text=True)
    if not text or "json" not in (request.content_type or ""):
        return text or None
    try:
        return json.loads(text)
    except ValueError:
        raise AzureError(
            "InvalidRequestContent", "The request content was invalid JSON."
        ) from None


def _admit(azure: EmulatedAzure, route: Route, call: Call) -> dict[str, str]:
    """What is left of its quota; raises for whatever stands in this call's way."""
    if route.audience:
        azure.tokens.check(
            call.headers.get("authorization"), route.audience, azure.world.tenant_id
        )
    _check_version(route, call)
    if call.subscription_id and route.audience:
        _check_subscription(azure, route, call)
    azure.faults.check(route, call)
    if route.audience != ARM or route.method != "GET":
        return {}
    return azure.quotas.read(call.subscription_id, azure.now)


def _check_version(route: Route, call: Call) -> None:
    if not route.versions:
        return
    version = call.parameters.get("api-version")
    if not version:
        raise AzureError(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all "
            "requests.",
        )
    if version not in route.versions:
        supported = ", ".join(sorted(route.versions))
        raise AzureError(
            "NoRegisteredProviderFound",
            f"No registered resource provider found for API version '{version}' of "
            f"'{route.operation}'. The supported api-versions are '{supported}'.",
        )


def _check_subscription(azure: EmulatedAzure, route: Route, call: Call) -> None:
    """Raises unless it is there, of this tenant, readable and registered."""
    try:
        UUID(call.subscription_id)
    except ValueError:
        raise AzureError(
            "InvalidSubscriptionId",
            f"The provided subscription identifier '{call.subscription_id}' is "
            "malformed or invalid.",
        ) from None
    found = azure.world.subscriptions.get(call.subscription_id)
    if found is None or found.state == "Deleted":
        raise AzureError(
            "SubscriptionNotFound",
            f"The subscription '{call.subscription_id}' could not be found.",
            404,
        )
    check_tenant(azure, found.tenant_id)
    if not found.readable:
        raise denied(route, call.scope)
    _check_registered(route, found)


def _check_registered(route: Route, subscription: EmulatedSubscription) -> None:
    namespace = route.namespace
    if not namespace or namespace in subscription.registered:
        return
    if namespace == "Microsoft.Insights":  # batches of metrics have their own words
        raise AzureError(
            "Forbidden",
            f"The subscription {subscription.subscription_id} is not registered with "
            "the Microsoft.Insights resource provider.",
            403,
        )
    raise AzureError(
        "MissingSubscriptionRegistration",
        f"The subscription is not registered to use namespace '{namespace}'. See "
        "https://aka.ms/rps-not-found for how to register subscriptions.",
        409,
    )
