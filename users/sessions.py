"""Sessions in the database; what cannot be the key of one is the key of none."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError

from core.api.problems import DATABASE_AWAY


class SessionStore(db.SessionStore):
    def __init__(self, session_key: str | None = None) -> None:
        """PostgreSQL refuses to look for some texts, such as a NUL."""
        is_key = session_key is not None and session_key.isalnum()
        super().__init__(session_key if is_key else None)

    def save(self, must_create: bool = False) -> None:
        """Django takes a database that is away or full for a deleted session."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, DATABASE_AWAY):
                raise error.__context__ from None
            raise
