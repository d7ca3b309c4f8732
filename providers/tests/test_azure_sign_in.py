"""Signing in by the way that the account names; one that can't be used says why."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator.identity import (
    CLIENT_ID,
    CLIENT_SECRET,
    IDENTITY_HEADER,
)
from core.testing.azure_emulator.world import TENANT
from core.testing.tls import own_certificate, tls_in_front
from core.windows import Window
from providers.azure import client
from providers.azure.account_settings import AzureSettings
from providers.azure.client import AzureAccount, AzureClient, AzureOptions
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind, ProviderError
from providers.tests.azure_reads import june

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
ENTRA = "Microsoft.Entra/token"
VARIABLES = (
    *("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
    *("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"),
    *("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "CLOUDINTEL_TEST_SECRET"),
)
BY_SECRET = AzureSettings(TENANT, CLIENT_ID, client_secret_env="CLOUDINTEL_TEST_SECRET")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def refused_with(settings: AzureSettings) -> str:
    """Return what signing in by these settings fails with."""
    provider = AzureProvider(AzureAccount(SUBSCRIPTION, settings))
    check, *others = provider.check_access(AzureClient(AzureAccount("")).now)
    assert others == []  # without a sign-in nothing else can be tried
    assert check.error
    assert check.error.kind == ErrorKind.CREDENTIALS
    return str(check.error)


def test_a_secret_whose_variable_is_not_set() -> None:
    text = refused_with(BY_SECRET)
    assert text.startswith(f"Sign-in of tenant {TENANT} as {CLIENT_ID}")
    assert "variable CLOUDINTEL_TEST_SECRET is not set" in text


def test_a_certificate_that_is_not_there(tmp_path: Path) -> None:
    path = str(tmp_path / "none.pem")
    text = refused_with(AzureSettings(TENANT, CLIENT_ID, certificate=path))
    assert f"the certificate {path} can't be read" in text


def test_a_certificate_without_its_key(tmp_path: Path) -> None:
    path = tmp_path / "half.pem"
    path.write_text("-----BEGIN CERTIFICATE-----\n")
    text = refused_with(AzureSettings(TENANT, CLIENT_ID, certificate=str(path)))
    assert text.count("\n") == 0
    assert "certificate" in text


def test_a_workload_without_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "/nowhere/token")
    text = refused_with(AzureSettings(TENANT, CLIENT_ID))
    assert "/nowhere/token of AZURE_FEDERATED_TOKEN_FILE can't be read" in text


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (AzureSettings(), "has no tenant id. Give it to the account, or set AZURE_T"),
        (AzureSettings(TENANT), "has no client id"),
        (AzureSettings(TENANT, CLIENT_ID), "no way to sign in is named"),
    ],
)
def test_settings_that_name_too_little(settings: AzureSettings, says: str) -> None:
    assert says in refused_with(settings)


@pytest.fixture
def over_tls(
    azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[EmulatedAzure]:
    """Azure as it is without an endpoint of ours: TLS everywhere, and a real login."""
    certificate = own_certificate(tmp_path)
    port = int(azure.endpoint_url.rpartition(":")[2])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("CLOUDINTEL_TEST_SECRET", CLIENT_SECRET)
    with tls_in_front(port, certificate) as secure:
        url = f"https://127.0.0.1:{secure}"
        here = replace(client.CLOUDS["public"], authority=url, arm=url, metrics=url)
        monkeypatch.setitem(client.CLOUDS, "public", here)
        yield azure


def read_by(azure: EmulatedAzure, settings: AzureSettings) -> AzureProvider:
    """Return a provider that signed in, and read from ARM and from Azure Monitor."""
    subscription = next(iter(azure.world.subscriptions.values()), None)
    subscription = subscription or azure.world.add_subscription()
    if not subscription.vms:
        subscription.add_vm("one")
    account = AzureAccount(subscription.subscription_id, settings)
    provider = AzureProvider(account, AzureOptions(max_attempts=2), azure.now)
    (vm,) = subscription.vms.values()
    days = Window(june(1), june(2))
    ids = {vm.location: [vm.id.lower()]}
    (part,) = provider.fetch_metrics(days, ids, lambda _: None)
    assert part.error is None
    assert len(part.cpu) == 1
    return provider


def test_a_secret_gets_a_token_for_each_audience(over_tls: EmulatedAzure) -> None:
    provider = read_by(over_tls, BY_SECRET)
    assert over_tls.requests["Entra/token"] == 2
    assert provider.meter.requests_by_operation[ENTRA] == 3  # one asks where


def test_a_certificate_signs_in(over_tls: EmulatedAzure, tmp_path: Path) -> None:
    path = rsa_certificate(tmp_path)
    read_by(over_tls, AzureSettings(TENANT, CLIENT_ID, certificate=str(path)))


def test_a_workload_signs_in(
    over_tls: EmulatedAzure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "token"
    path.write_text("an assertion")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(path))
    read_by(over_tls, AzureSettings(TENANT, CLIENT_ID))


def test_a_managed_identity_signs_in(
    over_tls: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{over_tls.endpoint_url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", IDENTITY_HEADER)
    read_by(over_tls, AzureSettings(managed_identity=True))


@pytest.mark.parametrize(
    ("settings", "secret", "kind", "says"),
    [
        (BY_SECRET, "wrong", ErrorKind.CREDENTIALS, "AADSTS7000215"),
        (
            replace(BY_SECRET, client_id=SUBSCRIPTION),
            CLIENT_SECRET,
            ErrorKind.CREDENTIALS,
            "no such application",
        ),
        (
            replace(BY_SECRET, tenant=SUBSCRIPTION),
            CLIENT_SECRET,
            ErrorKind.CREDENTIALS,
            "(Microsoft Entra): the tenant is unknown there. There is no such tenant: "
            "check its id.",
        ),
    ],
)
def test_a_refused_sign_in_is_one_sentence(
    over_tls: EmulatedAzure,
    monkeypatch: pytest.MonkeyPatch,
    settings: AzureSettings,
    secret: str,
    kind: ErrorKind,
    says: str,
) -> None:
    monkeypatch.setenv("CLOUDINTEL_TEST_SECRET", secret)
    with pytest.raises(ProviderError) as raised:
        read_by(over_tls, settings)
    assert raised.value.kind == kind
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_why_there_is_no_identity_is_the_first_line_of_the_reason(
    over_tls: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Loaded by who signs in alone, as it takes its time.
    identity = import_module("azure.identity")

    def unavailable(self: object, scope: str) -> None:
        reason = "No endpoint answered.\nAttempted: all."
        raise identity.CredentialUnavailableError(reason)

    monkeypatch.setattr(identity.ClientSecretCredential, "get_token", unavailable)
    with pytest.raises(ProviderError, match=r"No endpoint answered\.") as raised:
        read_by(over_tls, BY_SECRET)
    assert "Attempted" not in str(raised.value)


def test_an_expired_secret_is_expired(over_tls: EmulatedAzure) -> None:
    over_tls.tokens.secret_expired = True
    with pytest.raises(ProviderError) as raised:
        read_by(over_tls, BY_SECRET)
    assert raised.value.kind == ErrorKind.EXPIRED
    assert "secret has expired: make another one" in raised.value.advice


def rsa_certificate(folder: Path) -> Path:
    """Return a file with a certificate and its key, as an application has it."""
    key = rsa.generate_private_key(65_537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cloudintel tests")])
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "application.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
