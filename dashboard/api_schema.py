"""The OpenAPI schema: its tags, and the view that serves it."""

from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.etag import ConditionalMixin

# Else it looks for libraries of maps, by calling a compiler some thirty times.
DjangoFilterExtension._has_gis = False  # type: ignore[attr-defined]

# First path segment -> description.
TAGS = {
    "dashboard": "All of it in one answer, and what it was on each day.",
    "search": "Pages, saved views, accounts, services, budgets and resources by name.",
    "accounts": "Connected cloud accounts.",
    "infrastructure": "What is present, with utilization, monthly cost and savings.",
    "instances": "Virtual machines as last seen, and their change history.",
    "resources": "Everything that was read, of any kind, and its change history.",
    "volumes": "Disks: their type and size, and what they are attached to.",
    "snapshots": "Copies of disks, and whether the disk is still there.",
    "buckets": "Buckets and storage accounts, with bytes by tier.",
    "databases": "Managed databases: engine, class and storage.",
    "addresses": "Reserved public IP addresses, and what they are attached to.",
    "nat-gateways": "NAT gateways: their type, network and public addresses.",
    "load-balancers": "Load balancers, and how many of their targets are healthy.",
    "costs": "Daily costs, reconciled with the bill: rows, trends and a summary.",
    "lines": "Every line of the bills that were read from files, and why they changed.",
    "coverage": "Which days of each account's bill are stored, estimated or missing.",
    "teams": "Teams, what each of them pays, and what no rule covers.",
    "team-rules": "Which costs go to which team: the first rule that matches.",
    "commitments": "Utilization of reservations and savings plans.",
    "commitment-coverage": "Usage that reservations and savings plans cover.",
    "cpu": "CPU utilization of instances and databases, per UTC day.",
    "memory": "Memory of instances and databases, per UTC day, where it is measured.",
    "usage": "Daily usage of databases, load balancers, NAT gateways and storage.",
    "resource-prices": "List prices of storage, databases and network, on demand.",
    "carbon": "Energy and emissions per resource and day; the sustainability score.",
    "network": "Network traffic of instances, per UTC day.",
    "sync": "Start a sync of a dataset. Needs the permission `syncs.start_sync`.",
    "runs": "Sync runs: status, duration, rows, requests and errors.",
    "backfills": "Date ranges that are read again, with their estimated API cost.",
    "api-usage": "Requests sent to cloud APIs, and their cost.",
    "forecasts": "Cost forecasts with prediction intervals and measured accuracy.",
    "anomalies": "Anomalies in costs and CPU utilization, with status and assignee.",
    "recommendations": "Recommendations with potential and realized savings.",
    "advice": "Recommendations of Azure Advisor, not included in our totals.",
    "feedback": "What users say of recommendations, anomalies and forecasts.",
    "training-data": "Days that people labeled, with the series around them.",
    "budgets": "Monthly budgets, their actual and forecast costs.",
    "planned-changes": "Changes of costs that are known beforehand.",
    "owner-rules": "Whose something is: the first rule that matches.",
    "assignments": "Handing something over to a person, who is notified.",
    "saved-views": "Pages with their filters, saved for oneself or for everybody.",
    "assistant": "Questions answered from the stored data, and reports of agents.",
    "freshness": "When each dataset of each account was last read well.",
    "notices": "What channels were sent; acknowledging and snoozing it.",
    "alert-routes": "What each alert channel gets.",
    "digests": "Daily and weekly digests, and what one says now.",
    "remediations": "Actions that change something in a cloud: approval, outcome, log.",
    "demo": "The demo company: its days, and what happens to it.",
    "live": "Whether something changed since a page was shown.",
    "monitoring": "The installation's own health, metrics, database and scans.",
    "audit": "Audit log. Needs the permission `users.view_auditentry`.",
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token that `create_token` prints, in the Authorization header."""

    target_class = "users.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scheme: dict[str, Any] = build_bearer_security_scheme_object(
            header_name="Authorization",
            token_prefix="Token",  # noqa: S106 - the word before each token
        )
        return scheme


class SchemaView(ConditionalMixin, SpectacularAPIView):
    """The schema, generated once per process: it changes with the release only."""

    def data_version(self) -> str:
        return "schema"

    def _get_schema_response(self, request: Request) -> Response:
        return Response(schema())


@cache
def schema() -> dict[str, Any]:
    """Return the schema of the whole API, the same for every user."""
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    made: dict[str, Any] = generator.get_schema(request=None, public=True)
    return made


def only_versioned(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Keep the versioned paths; the short aliases only repeat them."""
    prefix = settings.SPECTACULAR_SETTINGS["SCHEMA_PATH_PREFIX"]
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(prefix)]


def with_tags(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add a description to each tag."""
    tags = [{"name": name, "description": text} for name, text in TAGS.items()]
    return {**result, "tags": tags}
