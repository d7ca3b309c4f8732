"""The trail of who did what: one call in each door, beside the work itself."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from people.models import AuditEntry


def record(
    request: HttpRequest,
    action: str,
    about: Model | None = None,
    **details: Any,
) -> AuditEntry:
    """Keeps that the request's user did `action` to `about`.

    `details` are JSON: what was asked, or {"field": [before, after]}. Never a secret.
    """
    user = request.user if request.user.is_authenticated else None
    return AuditEntry.objects.create(
        at=timezone.now(),
        user=user,
        user_name=user.get_username() if user else "",
        action=action,
        object_type=about._meta.label_lower if about else "",
        object_id=str(about.pk) if about else "",
        object_label=str(about)[:255] if about else "",
        details=details,
        address=request.META.get("REMOTE_ADDR") or None,
    )
