"""Where a request comes from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def client_address(request: HttpRequest | Request) -> str | None:
    """The client's IP address, behind as many proxies as TRUSTED_PROXIES says.

    Each proxy adds whom it talks to at the end of X-Forwarded-For; what stands before
    those is what the client itself may have made up. None where nothing tells it.
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
