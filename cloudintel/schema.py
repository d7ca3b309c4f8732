"""What the OpenAPI schema describes."""

from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from rest.conditional import ConditionalMixin

# The first part of an address -> what it is about.
TAGS = {
    "accounts": "The accounts that are read.",
    "instances": "Virtual machines, as last seen, and what changed about them.",
    "costs": "Daily costs, reconciled with the bill: rows, trends and a summary.",
    "cpu": "How hard machines work, per UTC day.",
    "network": "What machines received and sent, per UTC day.",
    "sync": "Starts to read a dataset now. Needs the right `syncs.start_sync`.",
    "runs": "What was read, when, how far and how well.",
    "backfills": "Histories that are read on demand, with their price.",
    "api-usage": "What reading the cloud costs.",
    "forecasts": "What costs will be, with intervals and measured accuracy.",
    "anomalies": "What was not as expected in costs and CPU, and who looks after it.",
    "recommendations": "What to do about machines, and what it really saved.",
    "feedback": "What people think of recommendations.",
    "budgets": "What a month may cost, and how it stands.",
    "audit": "Who did what, and when. Needs the right `people.view_auditentry`.",
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token that `create_token` prints, in the Authorization header."""

    target_class = "people.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scheme: dict[str, Any] = build_bearer_security_scheme_object(
            header_name="Authorization",
            token_prefix="Token",  # noqa: S106 - the word before each token
        )
        return scheme


class SchemaView(ConditionalMixin, SpectacularAPIView):
    """The schema, which only a new release changes: it is made once per process."""

    def data_version(self) -> str:
        return "schema"

    def _get_schema_response(self, request: Request) -> Response:
        return Response(schema())


@cache
def schema() -> dict[str, Any]:
    """The schema of the whole API, the same for everybody."""
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    made: dict[str, Any] = generator.get_schema(request=None, public=True)
    return made


def only_versioned(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The API's own addresses; the product's first names only repeat them."""
    prefix = settings.SPECTACULAR_SETTINGS["SCHEMA_PATH_PREFIX"]
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(prefix)]


def with_tags(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Says what each tag is about."""
    told = [{"name": name, "description": about} for name, about in TAGS.items()]
    return {**result, "tags": told}
