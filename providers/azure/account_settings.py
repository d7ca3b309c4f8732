"""What an Azure account is read with, and what its ids look like."""

import re
from dataclasses import dataclass
from typing import ClassVar

from providers.settings import InvalidSetting, ProviderSettings

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BILLING_SCOPE = re.compile(
    r"/providers/microsoft\.billing/billingaccounts/[^/\s]+"
    r"((/billingprofiles/[^/\s]+(/invoicesections/[^/\s]+)?)"
    r"|/(departments|enrollmentaccounts|customers)/[^/\s]+)?"
)
MANAGEMENT_GROUP = re.compile(
    r"/providers/microsoft\.management/managementgroups/[^/\s]+"
)
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CLOUDS = ("public", "usgov", "china")


@dataclass(frozen=True, slots=True)
class AzureSettings(ProviderSettings):
    """Who asks. A secret is never stored: only the name of what holds it."""

    SECRETS: ClassVar[frozenset[str]] = frozenset()

    tenant: str = ""
    client_id: str = ""
    """The application, or the user-assigned managed identity."""
    client_secret_env: str = ""
    """The environment variable that holds the application's secret."""
    certificate: str = ""
    """The file that holds the application's certificate and key."""
    managed_identity: bool = False
    """That of the machine; with none of the three, the workload's identity."""
    cloud: str = "public"
    acting_client_id: str = ""
    """The application or identity that changes resources; empty: nothing is changed.
    It signs in by one of the three ways that follow."""
    acting_client_secret_env: str = ""
    acting_certificate: str = ""
    acting_managed_identity: bool = False

    @property
    def acts(self) -> bool:
        return bool(self.acting_client_id)

    @property
    def acting(self) -> "AzureSettings":
        """Return those of the identity that acts, which has nothing of the other."""
        return AzureSettings(
            tenant=self.tenant,
            client_id=self.acting_client_id,
            client_secret_env=self.acting_client_secret_env,
            certificate=self.acting_certificate,
            managed_identity=self.acting_managed_identity,
            cloud=self.cloud,
        )

    def check(self) -> None:
        if self.tenant and not GUID.fullmatch(self.tenant.lower()):
            raise InvalidSetting("tenant", "A tenant id is a GUID.")
        for prefix in ("", "acting_"):
            self._check_identity(prefix)
        self._check_acting()
        if self.cloud not in CLOUDS:
            raise InvalidSetting("cloud", f"Give one of {', '.join(CLOUDS)}.")

    def _check_identity(self, prefix: str) -> None:
        client_id = getattr(self, f"{prefix}client_id")
        if client_id and not GUID.fullmatch(client_id.lower()):
            raise InvalidSetting(f"{prefix}client_id", "A client id is a GUID.")
        secret_env = getattr(self, f"{prefix}client_secret_env")
        if len(self._ways(prefix)) > 1:
            raise InvalidSetting(
                f"{prefix}client_secret_env",
                "Give one of a client secret, a certificate and a managed identity.",
            )
        if secret_env and not VARIABLE.fullmatch(secret_env):
            raise InvalidSetting(
                f"{prefix}client_secret_env",
                "Give the name of an environment variable, not the secret itself.",
            )

    def _check_acting(self) -> None:
        if self.acts != bool(self._ways("acting_")):
            raise InvalidSetting(
                "acting_client_id",
                "Acting needs a client id of its own, and one of a client secret, a "
                "certificate and a managed identity.",
            )
        if self.acts and self.acting_client_id.lower() == self.client_id.lower():
            raise InvalidSetting(
                "acting_client_id",
                "Acting needs an identity of its own, not the one that reads.",
            )

    def _ways(self, prefix: str) -> list[object]:
        names = ("client_secret_env", "certificate", "managed_identity")
        return [way for name in names if (way := getattr(self, f"{prefix}{name}"))]


def pays_for_others(account_id: str) -> bool:
    """Return whether it is a scope, whose bill covers subscriptions."""
    return not GUID.fullmatch(account_id)


def check_account_id(account_id: str) -> None:
    """A subscription, or a scope whose bill covers many. Raises InvalidSetting."""
    if not any(
        form.fullmatch(account_id) for form in (GUID, BILLING_SCOPE, MANAGEMENT_GROUP)
    ):
        raise InvalidSetting(
            "account_id",
            "An Azure account is a subscription id in lower case, such as "
            "00000000-0000-0000-0000-000000000000, or a scope such as "
            "/providers/microsoft.billing/billingaccounts/1234567.",
        )
