"""Sign-in, and the lock-out after too many failures."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.api.problems import problem_response
from users.audit import record
from users.models import AuditEntry

TOO_MANY_REQUESTS = 429


class Backend(ModelBackend):
    """Django's, which loads the account access too, as every page needs it."""

    def get_user(self, user_id: int) -> User | None:
        users = User.objects.select_related("account_access")
        user = users.filter(pk=user_id).first()
        return user if self.user_can_authenticate(user) else None


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: Any
) -> HttpResponse:
    """Return django-axes' response during a lock-out, even to the right password."""
    name = str((credentials or {}).get("username") or "")
    # One entry per lock-out, not one per attempt.
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    same = AuditEntry.objects.filter(action="sign_in.lock_out", at__gte=since)
    if not same.filter(user_name=name[:150]).exists():
        record(request, "sign_in.lock_out", user_name=name)
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    if request.accepts("text/html"):
        context = {"minutes": wait // 60, "failures": settings.AXES_FAILURE_LIMIT}
        page = "users/locked_out.html"
        locked = render(request, page, context, status=TOO_MANY_REQUESTS)
    else:
        detail = f"Too many failed sign-ins. Try again in {wait // 60} minutes."
        locked = problem_response(TOO_MANY_REQUESTS, detail)
    locked["Retry-After"] = str(wait)
    return locked
