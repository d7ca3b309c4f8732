"""The audit log: what users, commands and scripts did, when and from where."""

import getpass
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from users.client_address import client_address
from users.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a user who is signed in, or somebody known by name only."""

    user: User | None
    name: str
    address: str | None = None


def actor_of(request: HttpRequest | Request, user_name: str = "") -> Actor:
    """Return who sent the request; `user_name` names somebody who is not signed in."""
    user = request.user if isinstance(request.user, User) else None
    name = user.get_username() if user else user_name
    return Actor(user, name[:150], client_address(request))


def command_actor() -> Actor:
    """Return who runs this command, by the user name on the host."""
    return Actor(None, f"{_who_runs()} (command)")


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
    request: HttpRequest | Request,
    action: str,
    about: Model | None = None,
    *,
    user_name: str = "",
    **details: Any,
) -> AuditEntry:
    """Record what the request's user did."""
    return record_by(actor_of(request, user_name), action, about, **details)


def record_each(
    request: HttpRequest | Request, action: str, about: Iterable[Model]
) -> None:
    """Record the same of several things."""
    for one in about:
        record(request, action, one)


def record_command(
    action: str, about: Model | None = None, **details: Any
) -> AuditEntry:
    """Record what somebody did by a command."""
    return record_by(command_actor(), action, about, **details)


def _who_runs() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return f"user {os.getuid()}"
