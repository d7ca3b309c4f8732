"""Clients that are slow: each has a deadline, and none keeps others waiting."""

import os
import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import HTTPResponse, RemoteDisconnected
from itertools import product
from selectors import DefaultSelector
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http import get_parser
from gunicorn.http.errors import ParseException

from cloudintel import web_worker
from cloudintel.web_worker import (
    MAX_BODY_BYTES,
    BufferedRequestWorker,
    Refused,
    has_arrived,
)
from core.testing.waiting import HANGS_AFTER_SECONDS

THREADS = 2
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n"
# More than the kernel takes for a client that does not read.
LARGE = 64 * 1024 * 1024


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers the method and the body; /large with more than anybody takes."""
    body = environ["REQUEST_METHOD"].encode() + environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/large":
        body = b"x" * LARGE
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    """The address of a worker with two threads."""
    config = Config()
    config.set("threads", THREADS)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = SimpleNamespace(wsgi=lambda: echo)
        log = Logger(config)
        worker = BufferedRequestWorker(
            1, os.getppid(), [listener], app, 30, config, log
        )
        worker.wsgi = echo
        worker.tpool = ThreadPoolExecutor(THREADS)
        worker.poller = DefaultSelector()
        worker.method_queue.init()
        with ThreadPoolExecutor(1) as loop:
            ended = loop.submit(worker.run)
            yield listener.getsockname()
            worker.handle_exit(0, None)
            ended.result()  # raises what ended it before


@pytest.fixture
def clients() -> Iterator[ExitStack]:
    with ExitStack() as open_ones:
        yield open_ones


def connect(address: tuple[str, int], clients: ExitStack, *parts: bytes) -> Any:
    client = clients.enter_context(socket.create_connection(address))
    client.settimeout(HANGS_AFTER_SECONDS)
    for part in parts:
        client.sendall(part)
    return client


def answer(client: socket.socket) -> tuple[int, bytes] | None:
    """The status and the body; None if the server has hung up."""
    response = HTTPResponse(client)
    try:
        response.begin()
    except (RemoteDisconnected, ConnectionError):
        return None
    return response.status, response.read()


SLOW = {
    "silent": b"",
    "half a line": b"GET / HT",
    "half a header": GET[:-2],
    "half a body": POST + b"he",
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_sixteen_slow_clients_keep_nobody_waiting(
    address: tuple[str, int], clients: ExitStack, sent: bytes
) -> None:
    for _ in range(16):
        connect(address, clients, sent)
    assert answer(connect(address, clients, GET)) == (200, b"GET")


def test_at_its_deadline_each_connection_is_closed(
    address: tuple[str, int], clients: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SILENT_SECONDS", "REQUEST_SECONDS"):
        monkeypatch.setattr(web_worker, name, 0.01)
    slow = [connect(address, clients, sent) for sent in SLOW.values()]
    assert [answer(client) for client in slow] == [None] * len(SLOW)


def test_a_byte_now_and_then_does_not_move_the_deadline(
    address: tuple[str, int], clients: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_worker, "REQUEST_SECONDS", 0.5)
    client = connect(address, clients, b"GET / HTTP/1.1\r\n")
    client.settimeout(0.05)
    received = None
    while received is None:
        try:
            client.sendall(b"a")
            received = client.recv(100)
        except TimeoutError:
            continue
        except ConnectionError:
            received = b""
    assert received == b""


def test_clients_that_do_not_hang_up_keep_nobody_waiting(
    address: tuple[str, int], clients: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_worker, "HANG_UP_SECONDS", float("inf"))
    last = GET.replace(b"Host", b"Connection: close\r\nHost")
    for _ in range(16):
        assert answer(connect(address, clients, last)) == (200, b"GET")


def test_clients_that_do_not_read_end_at_a_deadline(
    address: tuple[str, int],
    clients: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(web_worker, "REQUEST_SECONDS", 0.1)
    for _ in range(4):
        connect(address, clients, GET.replace(b" / ", b" /large "))
    assert answer(connect(address, clients, GET)) == (200, b"GET")
    assert "a client did not take the response of /large" in caplog.text


def test_a_request_in_pieces_and_the_next_on_its_connection(
    address: tuple[str, int], clients: ExitStack
) -> None:
    client = connect(address, clients, POST[:9], POST[9:], b"he", b"llo")
    assert answer(client) == (200, b"POSThello")
    client.sendall(POST + b"again" + GET)
    received = b""
    while not received.endswith(b"GET"):
        received += client.recv(65536)
    assert b"POSTagain" in received


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"Content-Length: %d" % (MAX_BODY_BYTES + 1), 413),
        (b"Content-Length: " + b"9" * 5000, 413),
        (b"Transfer-Encoding: chunked", 411),
        (b"X: " + b"x" * 70_000, 431),
        (b"Content-Length: -1", 400),
    ],
)
def test_what_is_not_waited_for_is_refused_at_once(
    address: tuple[str, int], clients: ExitStack, header: bytes, status: int
) -> None:
    request = b"POST / HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n"
    refused = answer(connect(address, clients, request))
    assert refused is not None
    assert refused[0] == status


ODD_LINES = [
    *(b"Content-Length: 5", b"content-length:\t5 ", b"Content-Length : 5"),
    *(b"Content-Length: 5, 5", b"Content-Length:\r\n 5", b"Content-Length: 0005"),
    *(b"Content-Length: +5", b"Content-Length:", b"Content_Length: 5"),
    b"Transfer-Encoding: chunked",
    *(b"Transfer-Encoding : chunked", b"Transfer-Encoding:\r\n chunked"),
    *(b"Expect: 100-continue", b"Upgrade: h2c", b"Connection: Upgrade, HTTP2-Settings"),
    *(b"Host: localhost", b" folded", b"X: \n", b"X:\r", b"\0: 1", b""),
]


def needs_more(received: bytes) -> bool:
    """Return whether gunicorn waits for more than this, as a thread would."""
    waited: list[bool] = []

    def sent() -> Iterator[bytes]:
        yield received
        waited.append(True)

    with suppress(ParseException, OSError):
        next(get_parser(Config(), sent(), ("", 0))).body.read()
    return bool(waited)


def test_of_what_has_arrived_gunicorn_never_waits_for_more() -> None:
    arrived = 0
    for one, other in product(ODD_LINES, repeat=2):
        for body in (b"", b"hel", b"hello", b"hello\r\n\r\n"):
            received = b"\r\n".join([b"POST / HTTP/1.1", one, other, b"", body])
            with suppress(Refused):
                if has_arrived(received):
                    arrived += 1
                    assert not needs_more(received), received
    assert arrived > 500
    assert needs_more(POST + b"hel")
