"""Sessions of a Spark server, by the client of Spark Connect.

The client is installed by those who run a Spark: nothing imports this file before one
is asked.
"""

import atexit
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import Any
from urllib.parse import urlsplit

import grpc
from pyspark.errors import PySparkException
from pyspark.sql.connect.client.core import DefaultChannelBuilder
from pyspark.sql.connect.client.retries import DefaultPolicy
from pyspark.sql.connect.session import SparkSession

from costs.lines.engine import LinesFailed, LinesRefused, first_line, too_long

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # A sum that is too large is an error, not NULL.
    "spark.sql.ansi.enabled": "true",
    # Else the difference of two amounts has a place less.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
}
# Of one attempt to connect, of which there are three.
CONNECT_MS, RETRIES = 5000, 2
# A server that hangs does not answer an interruption either.
INTERRUPT_SECONDS = 5
AWAY = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNIMPLEMENTED,
}
DETAILS = re.compile(r'details = "(.*)"')


@contextmanager
def asking(url: str, seconds: int) -> Iterator[Any]:
    """Hold a session; what is asked of it ends after so many seconds.

    Each question has its own: none is stale, or shared with a fork of this process.
    Raises LinesFailed, or LinesRefused.
    """
    name = f"LINE_ITEMS_ENGINE sc://{urlsplit(url).hostname}"
    session, channel = _session(url, name)
    is_over = Event()

    def end() -> None:
        is_over.set()
        _timer(INTERRUPT_SECONDS, channel.close)
        with suppress(PySparkException, ValueError):
            session.interruptAll()

    timer = _timer(seconds, end)
    try:
        for setting in SETTINGS.items():
            session.conf.set(*setting)
        yield session
    # ValueError is of a channel that was closed.
    except (PySparkException, ValueError) as error:
        if is_over.is_set():
            raise LinesFailed(too_long(seconds)) from None
        if not isinstance(error, PySparkException):
            raise
        raise _failure(name, error) from error
    finally:
        if is_over.is_set():
            channel.close()
        else:
            session.stop()
        timer.cancel()


class _ChannelBuilder(DefaultChannelBuilder):  # type: ignore[misc]
    channel: grpc.Channel

    def toChannel(self) -> grpc.Channel:
        self.channel = super().toChannel()
        return self.channel


def _session(url: str, name: str) -> tuple[Any, grpc.Channel]:
    """Return a session, of which the server is not told yet, and its channel."""
    try:
        builder = _ChannelBuilder(url, [("grpc.min_reconnect_backoff_ms", CONNECT_MS)])
        session = SparkSession(builder, userId="cloudintel")
    except (PySparkException, ValueError):
        # Its own words would show the token.
        raise LinesFailed(
            f"{name} is not read by Spark's client: parameters are NAME=VALUE behind "
            "/; with ; between them, and %3D for = in a value."
        ) from None
    # At the end of the process it would wait for a server that may be away.
    atexit.unregister(session.client._cleanup_ml_cache)
    session.client.set_retry_policies([DefaultPolicy(max_retries=RETRIES)])
    # Else what it releases in the background comes after the session's end.
    session.client.disable_reattachable_execute()
    return session, builder.channel


def _timer(seconds: int, end: Any) -> Timer:
    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    return timer


def _failure(name: str, error: Any) -> LinesFailed:
    details = DETAILS.search(str(error))
    reason = details.group(1) if details else first_line(error)
    code = getattr(error, "getGrpcStatusCode", lambda: None)()
    if code in AWAY:
        return LinesFailed(f"{name} can't be reached: {reason}.")
    return LinesRefused(f"{name} refused: {reason}.")
