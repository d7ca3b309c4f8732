"""Sign-in, and the lock-out after too many failures.

A name is locked for the address that guesses its password, and an address that fails
with many names is locked for all of them.
"""

from ipaddress import ip_network
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.api.problems import problem_response
from users.audit import client_address, record
from users.models import AuditEntry
from users.signed_in_user import read_user

TOO_MANY_REQUESTS = 429


class Backend(ModelBackend):
    """Django's, which loads access and permissions too, as every page needs them."""

    def get_user(self, user_id: int) -> User | None:
        user = read_user("WHERE auth_user.id = %s", [user_id])
        return user if user and self.user_can_authenticate(user) else None


class LockOut(AxesDatabaseHandler):  # type: ignore[misc]
    """Axes' own lock of a name and address, and that of an address."""

    def is_locked(self, request: HttpRequest, credentials: Any = None) -> bool:
        return super().is_locked(request, credentials) or address_is_locked(request)


def address_is_locked(request: HttpRequest) -> bool:
    """Return whether the address failed too often, whatever names it tried."""
    attempts = AccessAttempt.objects.filter(
        ip_address=sign_in_address(request),
        attempt_time__gte=get_cool_off_threshold(request),
    )
    failures = attempts.aggregate(all=Sum("failures_since_start"))["all"] or 0
    return bool(failures >= settings.SIGN_IN_FAILURES_PER_ADDRESS)


def sign_in_address(request: HttpRequest) -> str | None:
    """Return the address that is counted: of IPv6 the network, as one client has it."""
    address = client_address(request)
    if address is None or ":" not in address:
        return address
    return str(ip_network(f"{address}/64", strict=False).network_address)


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: Any
) -> HttpResponse:
    """Return django-axes' response during a lock-out, even to the right password."""
    name = str((credentials or {}).get("username") or "")[:150]
    of_address = address_is_locked(request)
    _record_lock_out(request, "" if of_address else name)
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    if request.accepts("text/html"):
        limits = (settings.AXES_FAILURE_LIMIT, settings.SIGN_IN_FAILURES_PER_ADDRESS)
        context = {
            "minutes": wait // 60,
            "failures": limits[of_address],
            "of_address": of_address,
        }
        page = "users/locked_out.html"
        locked = render(request, page, context, status=TOO_MANY_REQUESTS)
    else:
        detail = f"Too many failed sign-ins. Try again in {wait // 60} minutes."
        locked = problem_response(TOO_MANY_REQUESTS, detail)
    locked["Retry-After"] = str(wait)
    return locked


def _record_lock_out(request: HttpRequest, name: str) -> None:
    """Record a lock-out once, not with each attempt; that of an address has no name."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    same = AuditEntry.objects.filter(
        action="sign_in.lock_out",
        at__gte=since,
        user_name=name,
        address=client_address(request),
    )
    if not same.exists():
        record(request, "sign_in.lock_out", user_name=name)
