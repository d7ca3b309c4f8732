"""Variables of the environment that name servers and whom they are trusted by."""

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cloudintel.environment import cache_url, certificates
from core.testing.installation import Installed
from core.testing.tls import own_certificate


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("redis://:p%40ss@host:6379/1", "redis://:p%40ss@host:6379/1"),
        ("rediss://host/0", "rediss://host/0"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("unix://:secret@/run/redis.sock", "unix://:secret@/run/redis.sock"),
        ("locmemcache://", ""),
    ],
)
def test_the_cache_is_memory_or_a_redis(
    url: str, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CACHE_URL", url)
    assert cache_url("CACHE_URL")["LOCATION"] == location


def test_the_number_of_a_database_is_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_URL", "unix:///run/redis.sock?db=2")
    assert cache_url("CACHE_URL")["OPTIONS"] == {"db": 2}


@pytest.mark.parametrize("scheme", ["memcache", "filecache", "dbcache", "valkey", "x"])
def test_another_cache_is_refused_without_its_password(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CACHE_URL", f"{scheme}://:secret@host/1")
    with pytest.raises(ImproperlyConfigured) as refusal:
        cache_url("CACHE_URL")
    answer = str(refusal.value)
    assert answer.startswith("CACHE_URL must be a URL that begins with redis://, ")
    assert "secret" not in answer


@pytest.mark.parametrize("text", [None, "", "no certificate"])
def test_a_ca_bundle_that_can_not_be_read_is_refused(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("CA_BUNDLE", str(path))
    with pytest.raises(ImproperlyConfigured, match="a file of certificates in PEM"):
        certificates("CA_BUNDLE")


def test_one_ca_bundle_is_that_of_every_library(tmp_path: Path) -> None:
    path = own_certificate(tmp_path)
    shown = Installed(tmp_path).manage(
        "shell",
        *("-v", "0", "-c"),
        "import boto3, os, ssl; print(ssl.create_default_context().cert_store_stats(), "
        "boto3.client('sts', 'eu-west-1')._endpoint.http_session._verify)",
        CA_BUNDLE=str(path),
        SSL_CERT_DIR=os.devnull,
    )
    assert shown.stdout == f"{{'x509': 1, 'crl': 0, 'x509_ca': 1}} {path}\n"
