"""A profile that would wait for a person is refused at once, in a sentence."""

import sys
from pathlib import Path

import pytest

from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.identity import SECRET, access_key_of
from core.testing.waiting import HANGS_AFTER_SECONDS
from providers.aws import unattended
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount, AwsClients
from providers.errors import ErrorKind, ProviderError

ACCOUNT = "123456789012"
ROLE = f"role_arn = arn:aws:iam::{ACCOUNT}:role/reader"
MFA = f"mfa_serial = arn:aws:iam::{ACCOUNT}:mfa/ada"
PRINTS = """import json, sys
print(json.dumps({"Version": 1, **dict(pair.split("=") for pair in sys.argv[1:])}))
"""
HANGS = "import time; time.sleep(600)"
ASKS = "print(input('Code: ')); open('/dev/tty')"


@pytest.fixture
def profiles(aws: EmulatedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where profiles are written, without keys in the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_PROFILE", "chosen")
    return tmp_path


def identity(profiles: Path, *lines: str, source: str = "") -> str:
    """Whose account the chosen profile, with these lines, leads to."""
    text = "\n".join(["[profile base]", source, "[profile chosen]", *lines])
    (profiles / "config").write_text(text)
    return AwsClients(AwsAccount()).identity


def refused(profiles: Path, *lines: str, source: str = "") -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        identity(profiles, *lines, source=source)
    assert "\n" not in str(raised.value)
    return raised.value


def process(profiles: Path, script: str, *arguments: str) -> str:
    """A credential_process that is this script."""
    path = profiles / "process.py"
    path.write_text(script)
    return f"credential_process = {sys.executable} {path} {' '.join(arguments)}"


def keys(*more: str) -> list[str]:
    key = f"AccessKeyId={access_key_of(ACCOUNT)}"
    return [key, f"SecretAccessKey={SECRET}", *more]


def base_keys() -> str:
    key = f"aws_access_key_id = {access_key_of(ACCOUNT)}"
    return f"{key}\naws_secret_access_key = {SECRET}"


def test_a_profile_that_asks_for_a_code_is_refused(profiles: Path) -> None:
    error = refused(profiles, ROLE, MFA, "source_profile = base", source=base_keys())
    assert error.kind == ErrorKind.CREDENTIALS
    assert "asks a person for an MFA code (mfa_serial)" in str(error)
    assert "use a profile or a role without one" in str(error)


def test_the_same_profile_without_a_code_is_read(profiles: Path) -> None:
    found = identity(profiles, ROLE, "source_profile = base", source=base_keys())
    assert found == ACCOUNT


def test_a_role_assumed_through_a_profile_that_asks_is_refused_too(
    profiles: Path,
) -> None:
    text = [ROLE, MFA, "source_profile = base"]
    (profiles / "config").write_text(
        "\n".join(["[profile base]", base_keys(), "[profile chosen]", *text])
    )
    account = AwsAccount(settings=role_settings())
    with pytest.raises(ProviderError, match="asks a person for an MFA code"):
        _ = AwsClients(account).identity


def role_settings() -> AwsSettings:
    return AwsSettings(role_arn=f"arn:aws:iam::{ACCOUNT}:role/cloudintel")


def test_a_process_that_prints_keys_is_read(profiles: Path) -> None:
    assert identity(profiles, process(profiles, PRINTS, *keys())) == ACCOUNT
    through = process(profiles, PRINTS, *keys())
    found = identity(profiles, ROLE, "source_profile = base", source=through)
    assert found == ACCOUNT


@pytest.mark.parametrize("is_source", [False, True])
@pytest.mark.parametrize(
    ("script", "told"),
    [
        (ASKS, "EOFError"),
        ("", "JSONDecodeError"),
        ("print([])", "AttributeError"),
        ("print('{}')", "Unsupported version"),
        ("print('{\"Version\": 1}')", "AccessKeyId"),
        ("import sys; sys.exit('no luck')", "no luck"),
    ],
)
def test_a_process_that_gives_no_keys_is_refused(
    profiles: Path, script: str, told: str, is_source: bool
) -> None:
    line = process(profiles, script)
    given = [ROLE, "source_profile = base"] if is_source else [line]
    error = refused(profiles, *given, source=line if is_source else "")
    assert error.kind == ErrorKind.CREDENTIALS
    assert told in str(error)


@pytest.mark.parametrize("line", ["/nowhere/at/all", "'unbalanced", "/"])
def test_a_process_that_can_not_be_run_is_refused(profiles: Path, line: str) -> None:
    error = refused(profiles, f"credential_process = {line}")
    assert error.kind == ErrorKind.CREDENTIALS


def test_a_process_without_an_end_is_ended(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unattended.PROCESS_SECONDS <= HANGS_AFTER_SECONDS
    monkeypatch.setattr(unattended, "PROCESS_SECONDS", 0.1)
    error = refused(profiles, process(profiles, HANGS))
    assert error.kind == ErrorKind.CREDENTIALS
    assert "it did not answer within 0.1 s" in str(error)


def test_keys_that_are_old_already_are_expired(profiles: Path) -> None:
    old = keys("SessionToken=t", "Expiration=2020-01-01T00:00:00Z")
    error = refused(profiles, process(profiles, PRINTS, *old))
    assert error.kind == ErrorKind.EXPIRED
