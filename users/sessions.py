"""Sessions in the database; what cannot be the key of one is the key of none."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """Return whether it is one of ours: PostgreSQL refuses to look for a NUL."""
        return bool(key) and super()._validate_session_key(key) and key.isalnum()
