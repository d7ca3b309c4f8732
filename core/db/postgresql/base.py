"""Django's PostgreSQL, which looks whether a connection still is without a question."""

from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """With CONN_HEALTH_CHECKS every request begins with this check."""

    connection: Any

    def is_usable(self) -> bool:
        """Return whether the server has not closed the connection.

        One that is idle is sent nothing: what can be read from it is its end.
        """
        if self.connection is None or self.connection.closed:
            return False
        socket = poll()
        socket.register(self.connection.fileno(), POLLIN)
        return not socket.poll(0)
