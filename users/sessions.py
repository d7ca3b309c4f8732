"""Sessions in the database; what cannot be the key of one is the key of none."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.utils import timezone

from core.api.problems import DATABASE_AWAY

# In SQL, as each request asks it, and takes longer to compile than to run.
FIND = """
    SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s
"""


class SessionStore(db.SessionStore):
    def __init__(self, session_key: str | None = None) -> None:
        """PostgreSQL refuses to look for some texts, such as a NUL."""
        is_key = session_key is not None and session_key.isalnum()
        super().__init__(session_key if is_key else None)

    def load(self) -> dict[str, Any]:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(FIND, [self.session_key, now])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(found[0])
        return data

    def save(self, must_create: bool = False) -> None:
        """Django takes a database that is away or full for a deleted session."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, DATABASE_AWAY):
                raise error.__context__ from None
            raise
