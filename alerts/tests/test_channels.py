"""The channels: deadlines, proxies, certificates, and what counts as taken."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as as_they_come
from pytest_django import Settings

from alerts import channels
from alerts.channels import DeliveryFailed, configured_channels
from alerts.messages import Message
from core.testing.silent import silent_server
from core.testing.tls import own_certificate, tls_in_front
from core.testing.waiting import HANGS_AFTER_SECONDS

pytestmark = pytest.mark.django_db  # channels that were added are rows
MESSAGE = Message("It broke.", "It broke. Mend it.")
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextmanager
def http_server(status: int = 200, **headers: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the port of a server and the requests that it got."""
    heard: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length).decode()
            heard.append(f"{self.command} {self.path} {body}".strip())
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_POST = do_CONNECT = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_port, heard
    finally:
        server.shutdown()
        server.server_close()


def send(channel: str) -> None:
    channels.send(configured_channels()[channel], MESSAGE)


def failed_within_seconds(channel: str) -> str:
    began = time.monotonic()
    with pytest.raises(DeliveryFailed) as failure:
        send(channel)
    assert time.monotonic() - began < HANGS_AFTER_SECONDS / 10
    return str(failure.value)


def test_no_channel_is_waited_for_longer_than_seconds() -> None:
    assert as_they_come.EMAIL_TIMEOUT <= 10
    assert channels.TIMEOUT_SECONDS <= 10


def test_a_mail_server_that_says_nothing_is_given_up(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 0.1
    with silent_server() as settings.EMAIL_PORT:
        settings.EMAIL_HOST = "127.0.0.1"
        assert "Check EMAIL_URL" in failed_within_seconds("email")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_webhook_that_says_nothing_is_given_up(
    scheme: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 0.1)
    with silent_server() as port:
        settings.ALERT_WEBHOOK_URL = f"{scheme}://127.0.0.1:{port}/"
        assert "did not answer" in failed_within_seconds("webhook")


def test_an_address_that_can_not_be_written_is_no_traceback(settings: Settings) -> None:
    settings.ALERT_EMAILS = ["ops@example.com\nBcc: all@example.com"]
    assert "Check EMAIL_URL and ALERT_EMAILS." in failed_within_seconds("email")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_webhook_goes_through_the_proxy_of_the_environment(
    scheme: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALERT_WEBHOOK_URL = f"{scheme}://hooks.example.invalid/x"
    with http_server(503) as (port, heard):
        monkeypatch.setenv(f"{scheme}_proxy".upper(), f"http://127.0.0.1:{port}")
        failed_within_seconds("webhook")
    asked = {
        "http": 'POST http://hooks.example.invalid/x {"text": "It broke. Mend it."}',
        "https": "CONNECT hooks.example.invalid:443",
    }
    assert heard == [asked[scheme]]


def test_no_proxy_is_obeyed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_server(503) as (proxy, of_proxy), http_server() as (port, heard):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("NO_PROXY", "10.0.0.0/8,127.0.0.1")
        settings.ALERT_WEBHOOK_URL = f"http://127.0.0.1:{port}/x"
        send("webhook")
    assert (len(of_proxy), len(heard)) == (0, 1)


def test_a_redirect_is_a_failure_and_is_not_followed(settings: Settings) -> None:
    with http_server() as (port, elsewhere):
        location = f"http://127.0.0.1:{port}/sign-in"
        with http_server(302, Location=location) as (port, heard):
            settings.ALERT_WEBHOOK_URL = f"http://127.0.0.1:{port}/x"
            output = failed_within_seconds("webhook")
    assert output == "The webhook answered 302. Check ALERT_WEBHOOK_URL."
    assert (len(heard), elsewhere) == (1, [])


def test_a_certificate_is_verified_with_the_ca_of_the_settings(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = own_certificate(tmp_path)
    with http_server() as (port, heard), tls_in_front(port, certificate) as port:
        settings.ALERT_WEBHOOK_URL = f"https://127.0.0.1:{port}/x"
        assert "CERTIFICATE_VERIFY_FAILED" in failed_within_seconds("webhook")
        assert heard == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # as CA_BUNDLE does
        send("webhook")
        assert len(heard) == 1
