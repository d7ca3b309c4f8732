"""Who signs in, and who is locked out for failing too often."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from people.audit import record
from people.models import AuditEntry
from rest.errors import problem_response

TOO_MANY_REQUESTS = 429


class Backend(ModelBackend):
    """Django's own; it finds a user together with the accounts that he is limited to,
    as every page asks for them."""

    def get_user(self, user_id: int) -> User | None:
        users = User.objects.select_related("account_access")
        user = users.filter(pk=user_id).first()
        return user if self.user_can_authenticate(user) else None


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: Any
) -> HttpResponse:
    """What django-axes answers whoever failed too often, right password or not."""
    name = str((credentials or {}).get("username") or "")
    _keep(request, name)
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    answer: HttpResponse
    if request.accepts("text/html"):
        told = {"minutes": wait // 60, "failures": settings.AXES_FAILURE_LIMIT}
        answer = render(request, "locked_out.html", told, status=TOO_MANY_REQUESTS)
    else:
        detail = f"Too many failed sign-ins. Try again in {wait // 60} minutes."
        answer = problem_response(TOO_MANY_REQUESTS, detail)
    answer["Retry-After"] = str(wait)
    return answer


def _keep(request: HttpRequest, name: str) -> None:
    """One entry per lock-out: each further try is the same one."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    same = AuditEntry.objects.filter(action="sign_in.lock_out", at__gte=since)
    if not same.filter(user_name=name[:150]).exists():
        record(request, "sign_in.lock_out", user_name=name)
