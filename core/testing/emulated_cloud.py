"""A cloud on a local port: its clock, its HTTP server and what it was asked."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

STOP_SECONDS = 0.01  # how often the server looks whether it shall stop
CallT = TypeVar("CallT")


class QuietHandler(WSGIRequestHandler):
    """werkzeug's handler without a line of log for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: the cloud's `calls` have it all."""


class LoopbackServer:
    """A WSGI application on a port of 127.0.0.1 until it is closed."""

    def __init__(self, application: WSGIApplication, port: int = 0) -> None:
        self._server = make_server(
            *("127.0.0.1", port, application),
            threaded=True,
            request_handler=QuietHandler,
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(
            target=self._server.serve_forever, args=(STOP_SECONDS,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class EmulatedCloud(Generic[CallT]):
    """Answers over HTTP while it is entered, and counts what it is asked."""

    def __init__(
        self, now: datetime, latency_seconds: float = 0.0, port: int = 0
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be aware")
        self.now = now.astimezone(UTC)
        self.latency_seconds = latency_seconds
        # Results on a page, by operation, where it shall be less than the cloud's.
        self.page_size: dict[str, int] = {}
        self.requests: Counter[str] = Counter()
        self.calls: list[CallT] = []
        self.busy_seconds = 0.0  # the emulator's own processor time
        self.endpoint_url = ""
        # How long a change takes on the cloud's clock, such as of a stop.
        self.seconds_to_change = 0.0
        self._changes: list[tuple[datetime, Callable[[], None]]] = []
        self._port = port
        self._lock = Lock()
        self._server: LoopbackServer | None = None

    def respond(self, environ: WSGIEnvironment) -> WSGIApplication:
        """The answer to one request."""
        raise NotImplementedError

    def later(self, change: Callable[[], None]) -> None:
        """Have a change done once it took its time; for the next request at the
        soonest."""
        at = self.now + timedelta(seconds=self.seconds_to_change)
        with self._lock:
            self._changes.append((at, change))

    def wait(self, seconds: float) -> None:
        """Time goes by: what a client under test sleeps with."""
        with self._lock:
            self.now += timedelta(seconds=seconds)

    def _do_what_is_due(self) -> None:
        with self._lock:
            due = [change for at, change in self._changes if at <= self.now]
            self._changes = [each for each in self._changes if each[0] > self.now]
        for change in due:
            change()

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if self.latency_seconds:
            time.sleep(self.latency_seconds)
        began = time.thread_time()
        self._do_what_is_due()
        response = self.respond(environ)
        with self._lock:
            self.busy_seconds += time.thread_time() - began
        return response(environ, start_response)

    def __enter__(self) -> Self:
        self._server = LoopbackServer(self, self._port)
        self.endpoint_url = self._server.url
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server:
            self._server.close()

    def count(self, name: str) -> None:
        """Counts a request, answered or refused."""
        with self._lock:
            self.requests[name] += 1

    def record(self, call: CallT) -> None:
        """Keeps a call whose caller is known."""
        with self._lock:
            self.calls.append(call)

    def clear_calls(self) -> None:
        """Forgets what was asked so far."""
        with self._lock:
            self.requests.clear()
            self.calls.clear()
            self.busy_seconds = 0.0


@dataclass
class Turns:
    """Which of the calls that a fault is about it hits."""

    every: int = 1  # each so-manieth of them
    times: int | None = None  # so many of those; None: for ever
    after: int = 0  # calls that are answered first
    seen: int = 0

    def hits(self) -> bool:
        """Whether it is the turn of this call."""
        self.seen += 1
        hit, rest = divmod(self.seen - self.after, self.every)
        if self.seen <= self.after or rest:
            return False
        return self.times is None or hit <= self.times
