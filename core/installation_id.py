"""What names this installation among others that use the same place or server."""

from django.utils.crypto import salted_hmac


def installation_id() -> str:
    """Return eight hexadecimal digits, which SECRET_KEY decides."""
    return salted_hmac("archives", "installation").hexdigest()[:8]
