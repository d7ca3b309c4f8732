"""Signing in to Microsoft Entra, by exactly the way that the account names."""

import os
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError
from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    CredentialUnavailableError,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from providers.azure.azure_errors import failure, sign_in_failure
from providers.azure.client import AzureClient
from providers.errors import ErrorKind, ProviderError

NO_WAY = (
    "Name one: --client-secret-env, --certificate or --managed-identity of `manage.py "
    "add_account`; a workload's identity comes with AZURE_FEDERATED_TOKEN_FILE."
)
NO_IDENTITY = (
    "Nothing on this machine answers for it: assign the identity to the machine, give "
    "its client id where it is one of several, or name another way to sign in."
)


class Credential:
    """Tokens of one account. Each is renewed before it ends."""

    def __init__(self, client: AzureClient) -> None:
        self._client = client
        settings = client.account.settings
        self._tenant = settings.tenant or os.environ.get("AZURE_TENANT_ID", "")
        self._client_id = settings.client_id or os.environ.get("AZURE_CLIENT_ID", "")
        self._made: TokenCredential | None = None

    @property
    def reading(self) -> str:
        at = f" of tenant {self._tenant}" if self._tenant else ""
        who = f" as {self._client_id}" if self._client_id else ""
        return f"Sign-in{at}{who} (Microsoft Entra)"

    def bearer(self, scope: str) -> str:
        """Return a token for it. Raise ProviderError."""
        if self._client.options.endpoint_url:
            return self._client.options.access_token
        try:
            if self._made is None:
                self._made = self._make()
            return self._made.get_token(scope).token
        except CredentialUnavailableError as error:
            raise self._unusable(_first_line(error), NO_IDENTITY) from error
        except AzureError as error:
            raise sign_in_failure(self.reading, str(error)) from error
        except ValueError as error:  # such as a certificate without its key
            raise self._unusable(_first_line(error), NO_WAY) from error

    def _make(self) -> TokenCredential:
        settings, options = self._client.account.settings, self._client.options
        common: dict[str, Any] = {
            "connection_timeout": options.connect_timeout,
            "read_timeout": options.read_timeout,
            "raw_request_hook": self._count,
        }
        if settings.managed_identity:
            return ManagedIdentityCredential(
                client_id=self._client_id or None, **common
            )
        self._require("tenant id", self._tenant)
        self._require("client id", self._client_id)
        # It is of our own table, so that nobody has to be asked whether it exists.
        common |= {
            "authority": self._client.cloud.authority,
            "disable_instance_discovery": True,
        }
        if settings.certificate:
            return self._by_certificate(settings.certificate, common)
        if settings.client_secret_env:
            return self._by_secret(settings.client_secret_env, common)
        if "AZURE_CLIENT_SECRET" in os.environ:
            return self._by_secret("AZURE_CLIENT_SECRET", common)
        if path := os.environ.get("AZURE_CLIENT_CERTIFICATE_PATH"):
            return self._by_certificate(path, common)
        return self._by_workload(common)

    def _count(self, request: object) -> None:
        self._client.meter.count("Microsoft.Entra/token")

    def _require(self, name: str, value: str) -> None:
        if not value:
            variable = f"AZURE_{name.upper().replace(' ', '_')}"
            advice = f"Give it to the account, or set {variable}."
            raise self._unusable(f"the account has no {name}", advice)

    def _by_certificate(self, path: str, common: dict[str, Any]) -> TokenCredential:
        try:
            return CertificateCredential(self._tenant, self._client_id, path, **common)
        except OSError as error:
            reason = f"the certificate {path} can't be read ({error.strerror})"
            raise self._unusable(reason, "Correct its path or its rights.") from error

    def _by_secret(self, variable: str, common: dict[str, Any]) -> TokenCredential:
        secret = os.environ.get(variable, "")
        if not secret:
            reason = f"the environment variable {variable} is not set"
            advice = "Set it to the secret's value where cloudintel's processes start."
            raise self._unusable(reason, advice)
        return ClientSecretCredential(self._tenant, self._client_id, secret, **common)

    def _by_workload(self, common: dict[str, Any]) -> TokenCredential:
        path = os.environ.get("AZURE_FEDERATED_TOKEN_FILE", "")
        if not path:
            raise self._unusable("no way to sign in is named", NO_WAY)
        if not os.access(path, os.R_OK):
            reason = f"the file {path} of AZURE_FEDERATED_TOKEN_FILE can't be read"
            raise self._unusable(reason, "Correct its path or its rights.")
        return WorkloadIdentityCredential(
            tenant_id=self._tenant,
            client_id=self._client_id,
            token_file_path=path,
            **common,
        )

    def _unusable(self, reason: str, advice: str) -> ProviderError:
        return failure(ErrorKind.CREDENTIALS, self.reading, reason, advice)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
