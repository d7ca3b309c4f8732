"""Django's PostgreSQL, which checks an idle connection without a query."""

from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """With CONN_HEALTH_CHECKS every request begins with this check."""

    connection: Any

    def is_usable(self) -> bool:
        """Return whether the server has not closed the connection.

        The server sends nothing to an idle connection, so what can be read is its end.
        One that the network dropped silently is not noticed; CONN_MAX_AGE bounds that.
        """
        if self.connection is None or self.connection.closed:
            return False
        socket = poll()
        socket.register(self.connection.fileno(), POLLIN)
        return not socket.poll(0)
