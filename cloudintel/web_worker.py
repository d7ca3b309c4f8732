"""gunicorn's threads, but a thread takes a request only when all of it has arrived.

So a client that sends slowly, or does not hang up, holds a socket and no thread, and
each wait has a deadline. TLS ends at a proxy.
"""

import logging
import re
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_WR, socket
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

logger = logging.getLogger(__name__)

# From a request's first byte to its last; and of each part of a response.
REQUEST_SECONDS = 20.0
# Of a connection that has sent nothing.
SILENT_SECONDS = 5.0
# After the response, for the client to hang up: closed at once, it might lose the end.
HANG_UP_SECONDS = 2.0

MAX_HEAD_BYTES = 64 * 1024
# Nothing is uploaded; the largest form of the admin has about 100 KiB.
MAX_BODY_BYTES = 1024 * 1024
READ_BYTES = 64 * 1024
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.I)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.I)


class Refused(Exception):
    """A request that is not waited for; the text is a status."""


def has_arrived(received: bytes) -> bool:
    """Return whether this is a whole request, for gunicorn to parse."""
    head, end, body = received.partition(b"\r\n\r\n")
    if len(head) > MAX_HEAD_BYTES:
        raise Refused("431 Request Header Fields Too Large")
    if not end:
        return False
    if CHUNKED.search(head):
        raise Refused("411 Length Required")
    length = LENGTH.search(head + b"\r\n")
    if length and (len(length[1]) > 9 or int(length[1]) > MAX_BODY_BYTES):
        raise Refused("413 Content Too Large")
    return not length or len(body) >= int(length[1])


class BufferedRequestWorker(ThreadWorker):  # type: ignore[misc]
    """`pending_conns` are those that the main loop waits for, each with a timeout."""

    def enqueue_req(self, conn: Any) -> None:
        """Receive a request on this connection, new or kept alive."""
        conn.received = b""
        self.wait(conn, SILENT_SECONDS, self.receive)
        if conn.parser and (read_ahead := conn.parser.unreader.take_buffered()):
            self.take(conn, read_ahead)

    def wait(
        self, conn: Any, seconds: float, then: Callable[[Any, socket], None]
    ) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + seconds
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(then, conn))

    def receive(self, conn: Any, client: socket) -> None:
        if part := read(client):
            self.take(conn, part)
        else:
            self.drop(conn)

    def take(self, conn: Any, part: bytes) -> None:
        if not conn.received:
            conn.timeout = time.monotonic() + REQUEST_SECONDS
        conn.received += part
        try:
            if has_arrived(conn.received):
                self.forget(conn)
                conn.data_ready = True
                super().enqueue_req(conn)
        except Refused as status:
            end = "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            with suppress(OSError):
                conn.sock.send(f"HTTP/1.1 {status}{end}".encode())
            self.forget(conn)
            self.hang_up(conn)

    def handle(self, conn: Any) -> Any:
        """Serve the request, in a thread."""
        conn.init()
        conn.parser.unreader.unread(conn.received)
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> bool:
        conn.sock.settimeout(REQUEST_SECONDS)
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError:
            logger.warning("a client did not take the response of %s", req.path)
            return False

    def finish_request(self, conn: Any, fs: "Future[bool]") -> None:
        if not fs.cancelled() and not fs.exception() and fs.result():
            super().finish_request(conn, fs)
        else:
            self.hang_up(conn)

    def hang_up(self, conn: Any) -> None:
        """Close when the client has; gunicorn's main loop would wait for each."""
        with suppress(OSError):
            conn.sock.shutdown(SHUT_WR)
        self.wait(conn, HANG_UP_SECONDS, self.discard)

    def discard(self, conn: Any, client: socket) -> None:
        if not read(client):
            self.drop(conn)

    def murder_pending(self) -> None:
        """Close what is over its deadline, and at shutdown what has sent nothing."""
        now = time.monotonic()
        for conn in list(self.pending_conns):
            if conn.timeout < now or not (self.alive or conn.received):
                self.drop(conn)

    def drop(self, conn: Any) -> None:
        self.forget(conn)
        self.nr_conns -= 1
        conn.close()

    def forget(self, conn: Any) -> None:
        self.pending_conns.remove(conn)
        self.poller.unregister(conn.sock)


def read(client: socket) -> bytes:
    """Return what has arrived; nothing if the client has hung up."""
    with suppress(OSError):
        return client.recv(READ_BYTES)
    return b""
