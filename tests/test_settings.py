"""A setting that can't be meant is refused in one sentence that names it."""

import os
import re
import runpy
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from cloudintel import settings as settings_module
from core.commands import CHECKS_OF_SETTINGS
from tests.test_every_setting_is_described import variables

SETTINGS = str(settings_module.__file__)
NONSENSE = ["~ *", "-1", "a=b", "http://[", "1e999", "x" * 300, "9" * 20, "$nothing"]
# These may be any text.
FREE = {"SECRET_KEY", "AZURE_ACCESS_TOKEN", "STATE_DIR", "ARCHIVE_PLACE"}
FREE |= {"BACKUP_PLACE", "POSTGRES_PROGRAMS", "LINE_ITEMS_DIR", "FOCUS_EXPORT_DIR"}
FREE |= {"SCAN_ADVISORIES"}
FREE |= {"ASSISTANT_MODEL", "ASSISTANT_MODEL_KEY", "ACTING_PROTECTED_TAGS"}
# What is right in spite of its look.
MEANT = {
    ("ALLOWED_HOSTS", "-1"),
    ("ALLOWED_HOSTS", "1e999"),
    ("ALLOWED_HOSTS", "x" * 300),
    ("ALLOWED_HOSTS", "9" * 20),
}


def complaint(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the sentence that refuses this value, at start-up or by a check."""
    monkeypatch.setenv(name, value)
    try:
        read: dict[str, Any] = runpy.run_path(SETTINGS)
    except ImproperlyConfigured as error:
        return str(error)
    if name not in read:
        return ""
    with override_settings(**{name: read[name]}):
        return " ".join(found.msg for found in run_checks(tags=CHECKS_OF_SETTINGS))


@pytest.mark.parametrize("name", sorted(set(variables()) - FREE))
def test_nonsense_is_refused_by_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in NONSENSE:
        if (name, value) not in MEANT:
            told = complaint(name, value, monkeypatch)
            assert told.startswith(f"{name} "), value
            assert len(told.splitlines()) == 1


@pytest.mark.parametrize("host", ["azure.test:5001", "10.0.0.1", "127.0.0.1.test"])
def test_a_token_is_sent_in_clear_to_this_machine_alone(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = complaint("AZURE_ENDPOINT_URL", f"http://{host}", monkeypatch)
    assert told.startswith("AZURE_ENDPOINT_URL must be an emulator on this machine")
    assert host.partition(":")[0] in told


@pytest.mark.parametrize("name", ["DATABASE_URL", "CACHE_URL", "EMAIL_URL"])
def test_no_sentence_shows_a_password(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = complaint(name, "nothing://somebody:hunter2@host/", monkeypatch)
    assert told.startswith(f"{name} must be a URL that begins with ")
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("SCRIPT_NAME", "/tools/cloudintel/", "/tools/cloudintel"),
        ("SECURE_COOKIES", "Yes", True),
        ("ALLOWED_HOSTS", ".example.com, [::1],*", [".example.com", "[::1]", "*"]),
        ("CORS_ALLOWED_ORIGINS", "https://a.b:8443", ["https://a.b:8443"]),
        ("CSRF_TRUSTED_ORIGINS", "https://*.a.b", ["https://*.a.b"]),
        ("DEFAULT_FROM_EMAIL", "Costs <a@example.com>", "Costs <a@example.com>"),
        ("ANOMALY_LIMITS", "far=5, least_cost=3", {"far": "5", "least_cost": "3"}),
        ("LOG_LEVEL", "info", "INFO"),
        ("CELERY_BROKER_URL", "redis://:x@host:6379/0", "redis://:x@host:6379/0"),
        ("CELERY_BROKER_URL", "rediss://host", "rediss://host"),
        ("CELERY_BROKER_URL", "amqp://me:x@host//", "amqp://me:x@host//"),
        ("ALERT_WEBHOOK_URL", "", ""),
        ("AZURE_ENDPOINT_URL", "http://127.0.0.1:5001/", "http://127.0.0.1:5001"),
        ("AZURE_ENDPOINT_URL", "http://[::1]:5001", "http://[::1]:5001"),
        ("AZURE_ENDPOINT_URL", "https://localhost", "https://localhost"),
        ("SECRET_KEY", "$ecret" * 10, "$ecret" * 10),
    ],
)
def test_what_is_meant_is_read(
    name: str, value: str, read: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert runpy.run_path(SETTINGS)[name] == read


def test_behind_tls_nothing_is_left_that_django_warns_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECURE_COOKIES", "true")
    read = runpy.run_path(SETTINGS)
    secured = {
        name: read[name] for name in read if re.match("SE(CURE|SSION)|CSRF", name)
    }
    with override_settings(**secured):
        found = run_checks(include_deployment_checks=True)
    assert [one for one in found if not one.is_silenced()] == []


def test_the_state_is_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "old", tmp_path / "above" / "new"
    old.mkdir(mode=0o755)
    # COUNTS_DIR is in the environment of this process too.
    counts = os.environ["PROMETHEUS_MULTIPROC_DIR"]
    for folder in (old, new):
        monkeypatch.setenv("STATE_DIR", str(folder))
        runpy.run_path(SETTINGS)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts


def test_a_state_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "state")
    told = complaint("STATE_DIR", place, monkeypatch)
    assert told == (
        "STATE_DIR must be a directory that this user owns and can write to; "
        f"{place}: Not a directory."
    )


PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "".join(map(chr, range(33, 97))),
    "ALLOWED_HOSTS": "costs.example.com",
    "SECURE_COOKIES": "true",
}


def test_an_installation_as_documented_passes_djangos_check_of_deployments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    read = runpy.run_path(SETTINGS)
    of_security = ("SECURE_", "SESSION_", "CSRF_", "MIDDLEWARE", "SECRET_", "X_FRAME")
    found = {name: read[name] for name in read if name.startswith(of_security)}
    with override_settings(DEBUG=read["DEBUG"], ALLOWED_HOSTS=["a"], **found):
        assert complaints_of_deployment() == []
    with override_settings(**found | {"SESSION_COOKIE_SECURE": False}):
        assert "security.W012" in complaints_of_deployment()


def complaints_of_deployment() -> list[str | None]:
    found = run_checks(include_deployment_checks=True)
    return [one.id for one in found if not one.is_silenced()]
