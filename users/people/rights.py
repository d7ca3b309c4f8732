"""What is written when somebody is invited, changed, disabled or let in again."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from clouds.access import access_of, is_limited, set_access
from users.audit import record
from users.forms import ALL, NONE
from users.roles import assign_role, role_of

SECONDS_OF_A_DAY = 86_400


def invite(request: HttpRequest, username: str, rights: Mapping[str, Any]) -> User:
    """Add a user who has no password yet. The rights are PersonForm's fields."""
    user = User(username=username)
    user.set_unusable_password()
    with transaction.atomic():
        user.save()
        _write(user, rights)
        facts: dict[str, Any] = {n: [None, value] for n, value in _facts(user).items()}
        record(request, "user.invite", user, **facts)
    return user


def change_rights(request: HttpRequest, user: User, rights: Mapping[str, Any]) -> bool:
    """Give the user these rights instead; False if they have them already."""
    with transaction.atomic():
        before = _facts(user)
        _write(user, rights)
        return _record_change(request, user, before)


def set_active(request: HttpRequest, user: User, is_active: bool) -> None:
    """Let the user sign in, or end it: sessions and tokens are refused at once."""
    with transaction.atomic():
        before = _facts(user)
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        _record_change(request, user, before)


def sign_in_link(request: HttpRequest, user: User) -> str:
    """Return an address at which the user sets a password, once.

    Nothing is stored: it is signed, and void after a sign-in or a new password.
    """
    key = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    record(request, "user.sign_in_link", user)
    return request.build_absolute_uri(reverse("invitation", args=[key, token]))


def days_of_link() -> int:
    return settings.PASSWORD_RESET_TIMEOUT // SECONDS_OF_A_DAY


def _write(user: User, rights: Mapping[str, Any]) -> None:
    user.email = rights["email"]
    user.save(update_fields=["email"])
    assign_role(user, rights["role"])
    chosen = rights["access"]
    if chosen != NONE or access_of(user):
        accounts = () if chosen == NONE else rights["accounts"]
        set_access(user, accounts, all_accounts=chosen == ALL)


def _facts(user: User) -> dict[str, Any]:
    access = access_of(user)
    accounts = sorted(str(one) for one in access.accounts.all()) if access else []
    return {
        "email": user.email,
        "role": role_of(user),
        "accounts": accounts if is_limited(user) else "all",
        "is_active": user.is_active,
    }


def _record_change(request: HttpRequest, user: User, before: dict[str, Any]) -> bool:
    after = _facts(user)
    changes: dict[str, Any] = {
        name: [before[name], after[name]]
        for name in after
        if before[name] != after[name]
    }
    if changes:
        record(request, "user.change", user, **changes)
    return bool(changes)
