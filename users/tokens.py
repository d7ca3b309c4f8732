"""API tokens: stored as hashes, with an expiry, and no more rights than their user."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha512
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import TokenAuthentication as DrfAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from clouds.access import narrow_access
from clouds.models import CloudAccount
from users.models import ApiToken
from users.signed_in_user import read_user

# Random ones of a token's text, which has two letters for each.
TOKEN_BYTES = 32
USE_RECORDED_EVERY = timedelta(hours=1)
OWN_COLUMNS = """
    , token.id AS token_id, token.expires_at, token.last_used_at, token.is_read_only,
    token.scope, token.all_accounts AS token_to_all
"""
BY_DIGEST = """
    JOIN users_apitoken token ON token.user_id = auth_user.id WHERE token.digest = %s
"""


class TooManyTokens(Exception):
    """The user has the maximum number of tokens; the message says what to do."""


class TokenAuthentication(DrfAuthentication):
    """`Authorization: Token TEXT`.

    The hash of a token is its key, so one query finds the user and their rights.
    """

    scope = ApiToken.Scope.API
    # Of read-only tokens.
    is_refusing_writes = True

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        found: tuple[User, ApiToken] | None = super().authenticate(request)
        if found and found[1].scope != self.scope:
            raise PermissionDenied(
                f"This token is for {found[1].get_scope_display()} only."
            )
        is_write = self.is_refusing_writes and request.method not in SAFE_METHODS
        if found and found[1].is_read_only and is_write:
            raise PermissionDenied("This token is read-only.")
        return found

    def authenticate_credentials(self, key: str) -> tuple[User, ApiToken]:
        token = _find(hash_token(key))
        now = timezone.now()
        if token is None:
            raise AuthenticationFailed("This token is unknown or revoked.")
        if token.expires_at is not None and token.expires_at < now:
            raise AuthenticationFailed(
                f"This token expired on {token.expires_at:%Y-%m-%d}. Create a new one "
                "at /tokens/."
            )
        if not token.user.is_active:
            raise AuthenticationFailed("The user of this token is disabled.")
        if not token.all_accounts:
            narrow_access(token.user, ApiToken.accounts.through, apitoken=token.pk)
        _record_use(token, now)
        return token.user, token


def wall_token(text: str) -> ApiToken:
    """Return the token of a wall's link, with its user. Raise AuthenticationFailed."""
    _, token = TokenAuthentication().authenticate_credentials(text)
    if token.scope != ApiToken.Scope.WALL:
        raise AuthenticationFailed(
            "This is no link of a wall. Create one under API tokens."
        )
    return token


def _find(digest: str) -> ApiToken | None:
    """Return the token with its user, their access and permissions. One query."""
    user: Any = read_user(BY_DIGEST, [digest], OWN_COLUMNS)
    if user is None:
        return None
    return ApiToken(
        id=user.token_id,
        user=user,
        scope=user.scope,
        is_read_only=bool(user.is_read_only),
        all_accounts=bool(user.token_to_all),
        expires_at=_aware(user.expires_at),
        last_used_at=_aware(user.last_used_at),
    )


def _aware(at: datetime | None) -> datetime | None:
    """SQLite's have no time zone."""
    return at.replace(tzinfo=UTC) if at and timezone.is_naive(at) else at


def _record_use(token: ApiToken, now: datetime) -> None:
    used = token.last_used_at
    if used is None or now - used >= USE_RECORDED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def hash_token(text: str) -> str:
    return sha512(text.encode()).hexdigest()


def make_token(
    user: User,
    days: int,
    *,
    name: str = "",
    scope: str = ApiToken.Scope.API,
    is_read_only: bool = False,
    accounts: Iterable[CloudAccount] | None = None,
) -> tuple[ApiToken, str]:
    """Return a new token and its text, which is known only now. Raise TooManyTokens.

    With `accounts` it sees only those of them that its user sees. The user's expired
    tokens are deleted.
    """
    limit, now = settings.TOKENS_PER_USER, timezone.now()
    text = secrets.token_hex(TOKEN_BYTES)
    with transaction.atomic():
        # Two requests at once wait here for each other, so that both count.
        User.objects.select_for_update().get(pk=user.pk)
        user.api_tokens.filter(expires_at__lt=now).delete()
        if user.api_tokens.count() >= limit:
            raise TooManyTokens(
                f"{user} has {limit} tokens, the maximum. Revoke one first."
            )
        token = ApiToken.objects.create(
            name=name,
            user=user,
            digest=hash_token(text),
            prefix=text[: ApiToken._meta.get_field("prefix").max_length],
            scope=scope,
            is_read_only=is_read_only,
            all_accounts=accounts is None,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        token.accounts.set(accounts or ())
    return token, text


def active_tokens(user: User) -> list[ApiToken]:
    """Return the tokens that are not expired, the last to expire first."""
    active = Q(expires_at__gt=timezone.now()) | Q(expires_at=None)
    return list(user.api_tokens.filter(active).prefetch_related("accounts"))


def token_facts(token: ApiToken) -> dict[str, Any]:
    """Return what the audit log says of a token."""
    # One text: a list of two is a value before and after.
    names = ", ".join(str(account) for account in token.accounts.all())
    return {
        "token": token.prefix,
        "name": token.name,
        "scope": token.get_scope_display(),
        "read_only": token.is_read_only,
        "accounts": "all" if token.all_accounts else names,
        "until": f"{token.expires_at:%Y-%m-%d}",
    }
