"""Microsoft's own library signs in to the emulated Azure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    ClientSecretCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator.clients import ask
from core.testing.azure_emulator.identity import (
    CLIENT_ID,
    CLIENT_SECRET,
    IDENTITY_HEADER,
)
from core.testing.azure_emulator.world import TENANT
from core.testing.tls import own_certificate, tls_in_front

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
ARM = "https://management.azure.com/.default"


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(now=NOW) as emulated:
        yield emulated


@pytest.fixture
def authority(azure: EmulatedAzure, tmp_path: Path) -> Iterator[dict[str, object]]:
    """What points azure-identity at it, over TLS."""
    certificate = own_certificate(tmp_path)
    with tls_in_front(int(azure.endpoint_url.rpartition(":")[2]), certificate) as port:
        yield {
            "authority": f"https://127.0.0.1:{port}",
            "disable_instance_discovery": True,
            "connection_verify": str(certificate),
            "retry_total": 0,
        }


def test_as_a_managed_identity(
    azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{azure.endpoint_url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", IDENTITY_HEADER)
    token = ManagedIdentityCredential().get_token(ARM).token
    assert ask(azure, "/subscriptions", token=token).status == 200


def test_as_the_identity_of_a_machine(
    azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.endpoint_url)
    token = ManagedIdentityCredential(client_id=CLIENT_ID).get_token(ARM).token
    assert ask(azure, "/subscriptions", token=token).status == 200


def test_with_a_secret_right_wrong_and_expired(
    azure: EmulatedAzure, authority: dict[str, object]
) -> None:
    right = ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET, **authority)
    token = right.get_token(ARM).token
    assert ask(azure, "/subscriptions", token=token).status == 200
    wrong = ClientSecretCredential(TENANT, CLIENT_ID, "wrong", **authority)
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        wrong.get_token(ARM)
    azure.tokens.secret_expired = True
    expired = ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET, **authority)
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000222"):
        expired.get_token(ARM)


def test_with_a_federated_token(
    azure: EmulatedAzure, authority: dict[str, object], tmp_path: Path
) -> None:
    file = tmp_path / "federated"
    file.write_text("signed by another")
    workload = WorkloadIdentityCredential(
        tenant_id=TENANT, client_id=CLIENT_ID, token_file_path=str(file), **authority
    )
    token = workload.get_token(ARM).token
    assert ask(azure, "/subscriptions", token=token).status == 200
