"""Who is calling: bearer tokens, managed identities, Microsoft Entra's endpoints."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from werkzeug.wrappers import Response

from core.testing.azure_emulator.machines import guid
from core.testing.azure_emulator.wire import (
    Answer,
    AzureError,
    Call,
    Route,
    as_json,
    path_of,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

# Of every audience, for who cannot sign in: AZURE_ACCESS_TOKEN.
ACCESS_TOKEN = "emulated-access-token"  # noqa: S105 (there is nothing behind it)
CLIENT_ID = "22222222-2222-4222-8222-222222222222"
CLIENT_SECRET = "emulated-client-secret"  # noqa: S105
IDENTITY_HEADER = "emulated-identity-header"
LIFETIME_SECONDS = 3_600
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class Token:
    """What was handed out. It ends by the real clock, as azure-identity's cache."""

    audience: str  # "" is every one
    expires_at: float


@dataclass
class Tokens:
    """The tokens in force, and whose secret is right."""

    issued: dict[str, Token] = field(default_factory=dict)
    client_secret: str = CLIENT_SECRET
    secret_expired: bool = False
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.heal()

    def issue(self, audience: str) -> str:
        """A new token for an audience."""
        token = f"emulated-token-{next(self._numbers)}"
        self.issued[token] = Token(audience.rstrip("/"), time.time() + LIFETIME_SECONDS)
        return token

    def expire(self) -> None:
        """Ends all of them."""
        for token in self.issued.values():
            token.expires_at = 0.0

    def heal(self) -> None:
        """The token of AZURE_ACCESS_TOKEN works again."""
        self.issued[ACCESS_TOKEN] = Token("", float("inf"))

    def check(self, authorization: str | None, audience: str, tenant: str) -> None:
        """Raises for a token that is missing, unknown, another's or too old."""
        if not authorization:
            raise _unauthorized(
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.",
                tenant,
            )
        scheme, _, value = authorization.partition(" ")
        token = self.issued.get(value) if scheme == "Bearer" else None
        if token is None:
            raise _unauthorized(
                "InvalidAuthenticationToken", "The access token is invalid.", tenant
            )
        if token.audience not in ("", audience):
            raise _unauthorized(
                "InvalidAuthenticationTokenAudience",
                "The access token has been obtained for wrong audience or resource "
                f"'{token.audience}'. It should exactly match with one of the allowed "
                f"audiences '{audience}'.",
                tenant,
            )
        if token.expires_at <= time.time():
            raise _unauthorized(
                "ExpiredAuthenticationToken",
                "The access token expiry UTC time '11/26/2026 9:00:00 AM' is earlier "
                "than current UTC time '11/26/2026 9:05:00 AM'.",
                tenant,
            )


def check_tenant(azure: EmulatedAzure, tenant_id: str) -> None:
    """Raises when a subscription has moved to another tenant than the token's."""
    own = azure.world.tenant_id
    if tenant_id != own:
        raise _unauthorized(
            "InvalidAuthenticationTokenTenant",
            f"The access token is from the wrong issuer 'https://sts.windows.net/{own}"
            f"/'. It must match the tenant 'https://sts.windows.net/{tenant_id}/' "
            "associated with this subscription. Please use the authority (URL) "
            f"'https://login.windows.net/{tenant_id}' to get the token.",
            tenant_id,
        )


def _unauthorized(code: str, message: str, tenant: str) -> AzureError:
    challenge = (
        f'Bearer authorization_uri="https://login.windows.net/{tenant}", '
        f'error="invalid_token", error_description="{message}"'
    )
    return AzureError(code, message, 401, headers={"WWW-Authenticate": challenge})


# Microsoft Entra: over TLS only, with `core.testing.tls` in front


def openid_configuration(azure: EmulatedAzure, call: Call) -> Answer:
    """Where a tenant's tokens come from; always said to be over https."""
    _check_tenant_known(azure, call)
    base = f"https://{call.headers['host']}/{call.names['tenant']}"
    return Answer(
        {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "issuer": f"{base}/v2.0",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token"],
            "tenant_region_scope": "EU",
        }
    )


def token_of_client(azure: EmulatedAzure, call: Call) -> Answer:
    """A token for an application's secret, or for its signed assertion."""
    _check_tenant_known(azure, call)
    form = {name: values[0] for name, values in parse_qs(call.body).items()}
    if form.get("grant_type") != "client_credentials":
        raise _refused("unsupported_grant_type", 70003, "The grant type is not known.")
    if form.get("client_id") != CLIENT_ID:
        raise _refused(
            "unauthorized_client",
            700016,
            f"Application with identifier '{form.get('client_id')}' was not found in "
            f"the directory '{call.names['tenant']}'.",
        )
    _check_secret(azure, form)
    resource, _, permission = form.get("scope", "").rpartition("/")
    if permission != ".default":
        raise _refused("invalid_scope", 1002012, "The scope must end in /.default.")
    return Answer(
        {
            "token_type": "Bearer",
            "expires_in": LIFETIME_SECONDS,
            "ext_expires_in": LIFETIME_SECONDS,
            "access_token": azure.tokens.issue(resource),
        }
    )


def _check_tenant_known(azure: EmulatedAzure, call: Call) -> None:
    if call.names["tenant"].lower() != azure.world.tenant_id:
        raise _refused(
            "invalid_tenant", 90002, f"Tenant '{call.names['tenant']}' not found."
        )


def _check_secret(azure: EmulatedAzure, form: dict[str, str]) -> None:
    if form.get("client_assertion_type") == ASSERTION and form["client_assertion"]:
        return
    if azure.tokens.secret_expired:
        raise _refused(
            "invalid_client",
            7000222,
            f"The provided client secret keys for app '{CLIENT_ID}' are expired.",
            401,
        )
    given = form.get("client_secret", "")
    if not hmac.compare_digest(given, azure.tokens.client_secret):
        raise _refused(
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the "
            "request is the client secret value, not the client secret ID.",
            401,
        )


class EntraError(AzureError):
    """An error as Microsoft Entra words it."""

    def __init__(self, code: str, number: int, message: str, status: int) -> None:
        super().__init__(code, message, status)
        self.number = number

    def response(self) -> Response:
        content = {
            "error": self.code,
            "error_description": f"{self.message} Trace ID: {guid('trace')}",
            "error_codes": [self.number],
            "trace_id": guid("trace"),
            "correlation_id": guid("correlation"),
        }
        return as_json(content, self.status, self.headers)


def _refused(code: str, number: int, message: str, status: int = 400) -> EntraError:
    return EntraError(code, number, f"AADSTS{number}: {message}", status)


# Managed identities: plain HTTP by design


def token_of_machine(azure: EmulatedAzure, call: Call) -> Answer:
    """A managed identity's token, from the instance's metadata or IDENTITY_ENDPOINT."""
    if call.headers.get("metadata") != "true" and not hmac.compare_digest(
        call.headers.get("x-identity-header", ""), IDENTITY_HEADER
    ):
        raise EntraError(
            "invalid_request", 0, "Required metadata header not found", 400
        )
    resource = call.parameters.get("resource", "")
    if not resource:
        raise EntraError("invalid_request", 0, "resource is not given", 400)
    return Answer(
        {
            "access_token": azure.tokens.issue(resource),
            "expires_in": str(LIFETIME_SECONDS),
            "expires_on": str(int(time.time()) + LIFETIME_SECONDS),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": call.parameters.get("client_id", CLIENT_ID),
        }
    )


TENANT = r"/(?P<tenant>[^/]+)"
ROUTES = (
    Route(
        "Entra/openid-configuration",
        "GET",
        path_of(TENANT + r"/v2\.0/\.well-known/openid-configuration"),
        openid_configuration,
        audience="",
    ),
    Route(
        "Entra/token",
        "POST",
        path_of(TENANT + r"/oauth2/v2\.0/token"),
        token_of_client,
        audience="",
    ),
    Route(
        "ManagedIdentity/token",
        "GET",
        path_of("/metadata/identity/oauth2/token|/msi/token"),
        token_of_machine,
        versions=frozenset({"2018-02-01", "2019-08-01"}),
        audience="",
    ),
)
