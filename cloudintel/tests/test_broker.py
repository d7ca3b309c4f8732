"""The queue: its deadlines, whose certificate is trusted, and sockets."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from cloudintel import environment
from cloudintel.environment import broker_options, broker_tls, broker_url
from core.testing.redis import RedisServer, redis_server
from core.testing.silent import silent_server
from core.testing.tls import own_certificate, tls_in_front
from core.testing.waiting import HANGS_AFTER_SECONDS

REDIS = "redis://127.0.0.1:{}/0"


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def application(url: str) -> Celery:
    """Celery with our settings of this queue."""
    url = broker_url(url)
    app = Celery("test", broker=url, set_as_current=False)
    app.conf.broker_use_ssl = broker_tls(url)
    app.conf.broker_transport_options = broker_options(url, Path(), 1)
    app.conf.broker_connection_timeout = environment.CONNECT_SECONDS
    return app


def connect(url: str) -> None:
    with application(url).connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)


def send(url: str) -> str:
    """Send a message as pages and scheduler do, and return what was received."""
    app = application(url)
    app.send_task("told", retry=False)
    with app.connection_for_read() as connection:
        return received(connection)


def received(connection: Connection) -> str:
    queue = connection.SimpleQueue("celery")
    message = queue.get(timeout=HANGS_AFTER_SECONDS)
    message.ack()
    return str(message.headers["task"])


def test_a_server_with_a_certificate_that_nobody_trusts_is_refused(
    redis: RedisServer, tmp_path: Path
) -> None:
    with tls_in_front(redis.port, own_certificate(tmp_path)) as port:
        for scheme in ("rediss", "amqps"):
            with pytest.raises(OperationalError, match="CERTIFICATE_VERIFY_FAILED"):
                connect(f"{scheme}://127.0.0.1:{port}/0")


def test_one_that_a_ca_of_ones_own_vouches_for_is_taken(
    redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with tls_in_front(redis.port, certificate) as port:
        assert send(f"rediss://127.0.0.1:{port}/0") == "told"


def test_one_for_another_host_is_refused(
    redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = own_certificate(tmp_path, "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with tls_in_front(redis.port, certificate) as port:
        for scheme in ("rediss", "amqps"):
            with pytest.raises(OperationalError, match="CERTIFICATE_VERIFY_FAILED"):
                connect(f"{scheme}://127.0.0.1:{port}/0")


def test_a_socket_of_this_machine_works(tmp_path: Path) -> None:
    with redis_server("--unixsocket", str(tmp_path / "redis.sock")):
        assert send(f"unix://{tmp_path}/redis.sock") == "told"
        assert send(f"unix://{tmp_path}/redis.sock?db=3") == "told"


@pytest.mark.parametrize("scheme", ["redis", "rediss", "amqp", "amqps"])
def test_a_server_that_says_nothing_is_given_up(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert environment.CONNECT_SECONDS <= environment.ANSWER_SECONDS <= 10
    for name in ("CONNECT_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(environment, name, 0.1)
    began = time.monotonic()
    with silent_server() as port, pytest.raises(OperationalError, match="[Tt]ime"):
        send(f"{scheme}://127.0.0.1:{port}/0")
    assert time.monotonic() - began < HANGS_AFTER_SECONDS / 10


def test_what_may_run_code_is_not_read_from_the_queue() -> None:
    from cloudintel.celery import app

    assert set(app.conf.accept_content) == {"json"}
    assert app.conf.task_serializer == "json"
