"""Sessions in the database; what cannot be the key of one is the key of none."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def __init__(self, session_key: str | None = None) -> None:
        """PostgreSQL refuses to look for some texts, such as a NUL."""
        is_key = session_key is not None and session_key.isalnum()
        super().__init__(session_key if is_key else None)
