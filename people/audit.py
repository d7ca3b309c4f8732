"""The audit log: what users, commands and scripts did."""

import getpass
import os
from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from people.address import client_address
from people.models import AuditEntry


def record(
    request: HttpRequest | Request,
    action: str,
    about: Model | None = None,
    *,
    user_name: str = "",
    **details: Any,
) -> AuditEntry:
    """Record that the request's user did `action` to `about`.

    `details` are JSON: the request, or {"field": [before, after]}. Never a secret.
    `user_name` is the claimed name of a client that is not signed in.
    """
    user = request.user if request.user.is_authenticated else None
    entry = _entry(action, about, details)
    entry.user = user
    entry.user_name = (user.get_username() if user else user_name)[:150]
    entry.address = client_address(request)
    entry.save()
    return entry


def record_each(
    request: HttpRequest | Request, action: str, about: Iterable[Model]
) -> None:
    """Record the same action on several objects."""
    for one in about:
        record(request, action, one)


def record_command(
    action: str, about: Model | None = None, **details: Any
) -> AuditEntry:
    """Record an action of a command, under the operating system's username."""
    entry = _entry(action, about, details)
    entry.user_name = f"{_who_runs()} (command)"
    entry.save()
    return entry


def _entry(action: str, about: Model | None, details: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        at=timezone.now(),
        action=action,
        object_type=about._meta.label_lower if about else "",
        object_id=str(about.pk) if about else "",
        object_label=str(about)[:255] if about else "",
        details=details,
    )


def _who_runs() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return f"user {os.getuid()}"
