"""The client address of a request."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def client_address(request: HttpRequest | Request) -> str | None:
    """Return the client's IP address, behind TRUSTED_PROXIES proxies.

    Each proxy appends its peer to X-Forwarded-For; anything before those entries may be
    forged by the client. None if unknown.
    """
    passed: list[str] = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    hops = min(settings.TRUSTED_PROXIES, len(passed))
    forwarded = passed[-hops].strip() if hops else ""
    return _valid(forwarded) or _valid(request.META.get("REMOTE_ADDR", ""))


def _valid(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:  # a socket of this machine has none
        return None
