"""Each way to sign in that can't be used says which one, and what is missing."""

from pathlib import Path

import pytest

from providers.azure.account_settings import AzureSettings
from providers.azure.client import AzureAccount, AzureClient
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
TENANT = "00000000-0000-0000-0000-00000000000a"
CLIENT = "00000000-0000-0000-0000-00000000000c"
VARIABLES = (
    *("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
    *("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"),
    "CLOUDINTEL_TEST_SECRET",
)


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
    text = refused_with(
        AzureSettings(TENANT, CLIENT, client_secret_env="CLOUDINTEL_TEST_SECRET")
    )
    assert text.startswith(f"Sign-in of tenant {TENANT} as {CLIENT}")
    assert "variable CLOUDINTEL_TEST_SECRET is not set" in text


def test_a_certificate_that_is_not_there(tmp_path: Path) -> None:
    path = str(tmp_path / "none.pem")
    text = refused_with(AzureSettings(TENANT, CLIENT, certificate=path))
    assert f"the certificate {path} can't be read" in text


def test_a_certificate_without_its_key(tmp_path: Path) -> None:
    path = tmp_path / "half.pem"
    path.write_text("-----BEGIN CERTIFICATE-----\n")
    text = refused_with(AzureSettings(TENANT, CLIENT, certificate=str(path)))
    assert text.count("\n") == 0
    assert "certificate" in text


def test_a_workload_without_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "/nowhere/token")
    text = refused_with(AzureSettings(TENANT, CLIENT))
    assert "/nowhere/token of AZURE_FEDERATED_TOKEN_FILE can't be read" in text


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (AzureSettings(), "has no tenant id. Give it to the account, or set AZURE_T"),
        (AzureSettings(TENANT), "has no client id"),
        (AzureSettings(TENANT, CLIENT), "no way to sign in is named"),
    ],
)
def test_settings_that_name_too_little(settings: AzureSettings, says: str) -> None:
    assert says in refused_with(settings)
