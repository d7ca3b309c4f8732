"""A server that takes connections and never says anything."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager


@contextmanager
def silent_server() -> Iterator[int]:
    """Yield its port. The system completes the handshakes; nobody accepts them."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]
