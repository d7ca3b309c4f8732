"""The process of sockets, in a thread of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from core.testing.waiting import wait_until
from live.application import Application
from live.viewers import MAX_MESSAGE_BYTES


@contextmanager
def served(port: int) -> Iterator[Application]:
    """Serve sockets there until the end of the block."""
    application = Application()
    config = uvicorn.Config(
        application,
        port=port,
        lifespan="on",
        log_config=None,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        wait_until("the first look", lambda: has_looked(application))
        yield application
    finally:
        server.should_exit = True
        thread.join()


def has_looked(application: Application) -> bool:
    return application.hub is not None and not application.hub.is_away
