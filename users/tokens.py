"""API tokens: stored as hashes, with an expiry."""

from datetime import UTC, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from clouds.models import AccountAccess

# In SQL, as each request of the API asks it, and takes longer to compile than to run.
FIND_USER = """
    SELECT auth_user.*, token.expiry AS token_expiry,
        access.id AS access_id, access.all_accounts AS access_to_all
    FROM knox_authtoken token JOIN auth_user ON auth_user.id = token.user_id
    LEFT JOIN clouds_accountaccess access ON access.user_id = auth_user.id
    WHERE token.digest = %s
"""


class TooManyTokens(Exception):
    """The user has the maximum number of tokens; the message says what to do."""


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]
    """Knox's; it says when an expired token expired, instead of deleting it.

    The hash of a token is its key, so one query finds the user and their access.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        stored = _find(hash_token(token.decode(errors="replace")))
        if stored is None:
            raise AuthenticationFailed("This token is unknown or revoked.")
        if stored.expiry is not None and stored.expiry < timezone.now():
            raise AuthenticationFailed(
                f"This token expired on {stored.expiry:%Y-%m-%d}. Create a new one at "
                "/tokens/."
            )
        if not stored.user.is_active:
            raise AuthenticationFailed("The user of this token is disabled.")
        return stored.user, stored


def _find(digest: str) -> AuthToken | None:
    """Return the token with its user and their access. One query."""
    users = list(User.objects.raw(FIND_USER, [digest]))
    if not users:
        return None
    user: Any = users[0]
    access = None
    if user.access_id:
        access = AccountAccess(
            id=user.access_id,
            user_id=user.pk,
            all_accounts=bool(user.access_to_all),  # SQLite has integers
        )
    User._meta.get_field("account_access").set_cached_value(user, access)
    expiry = user.token_expiry
    if expiry and timezone.is_naive(expiry):  # SQLite
        expiry = expiry.replace(tzinfo=UTC)
    return AuthToken(digest=digest, user=user, expiry=expiry)


def make_token(user: User, days: int) -> tuple[AuthToken, str]:
    """Return a new token and its text, which is known only now. Raise TooManyTokens.

    The user's expired tokens are deleted.
    """
    limit = settings.REST_KNOX["TOKEN_LIMIT_PER_USER"]
    own = AuthToken.objects.filter(user=user)
    with transaction.atomic():
        # Two requests at once wait here for each other, so that both count.
        User.objects.select_for_update().get(pk=user.pk)
        own.filter(expiry__lt=timezone.now()).delete()
        if own.count() >= limit:
            raise TooManyTokens(
                f"{user} has {limit} tokens, the maximum. Revoke one first."
            )
        made: tuple[AuthToken, str] = AuthToken.objects.create(
            user=user, expiry=timedelta(days=days)
        )
    return made


def active_tokens(user: User) -> list[AuthToken]:
    """Return the tokens that are not expired, the last to expire first."""
    active = Q(expiry__gt=timezone.now()) | Q(expiry=None)
    own = AuthToken.objects.filter(active, user=user)
    return list(own.order_by("-expiry", "digest"))
