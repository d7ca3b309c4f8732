"""The audit log: what users, commands and scripts did, when and from where."""

import getpass
import os
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from users.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Actor:
    """A user who is signed in, or the name of somebody who is not."""

    user: User | None
    name: str
    address: str | None = None


AnyRequest = HttpRequest | Request


def actor_of(request: AnyRequest, user_name: str = "") -> Actor:
    """Return who sent the request; `user_name` names somebody who is not signed in."""
    user = request.user if isinstance(request.user, User) else None
    name = user.get_username() if user else user_name
    return Actor(user, name[:150], client_address(request))


def command_actor() -> Actor:
    """Return who runs this command, by the user name on the host."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        name = f"user {os.getuid()}"
    return Actor(None, f"{name[:139]} (command)")


def record_by(
    actor: Actor, action: str, about: Model | None = None, **details: Any
) -> AuditEntry:
    """Record that the actor did `action` to `about`.

    `details` are JSON: what was asked, or {"field": [before, after]}. Never a secret.
    """
    return AuditEntry.objects.create(
        at=timezone.now(),
        action=action,
        user=actor.user,
        user_name=actor.name,
        address=actor.address,
        object_type=about._meta.label_lower if about else "",
        object_id=str(about.pk) if about else "",
        object_label=str(about)[:255] if about else "",
        details=details,
    )


def record(
    request: AnyRequest,
    action: str,
    about: Model | None = None,
    *,
    user_name: str = "",
    **details: Any,
) -> AuditEntry:
    """Record what the request's user did."""
    return record_by(actor_of(request, user_name), action, about, **details)


def record_each(request: AnyRequest, action: str, about: Iterable[Model]) -> None:
    for one in about:
        record(request, action, one)


def record_command(
    action: str, about: Model | None = None, **details: Any
) -> AuditEntry:
    return record_by(command_actor(), action, about, **details)


def client_address(request: AnyRequest) -> str | None:
    """Return the client's IP address, behind TRUSTED_PROXIES proxies; None if unknown.

    Each proxy appends its peer to X-Forwarded-For; anything before those entries may be
    forged by the client.
    """
    passed: list[str] = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    hops = min(settings.TRUSTED_PROXIES, len(passed))
    forwarded = passed[-hops].strip() if hops else ""
    return _valid(forwarded) or _valid(request.META.get("REMOTE_ADDR", ""))


def _valid(text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:  # a socket of this machine has none
        return None
    # A server that listens on IPv6 has IPv4's clients as ::ffff:203.0.113.9.
    return str(getattr(address, "ipv4_mapped", None) or address)
