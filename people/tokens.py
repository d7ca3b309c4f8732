"""Tokens of the API: stored as hashes, with an end."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed


class TooManyTokens(Exception):
    """The user has as many as he may have; the message says what to do."""


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]
    """Knox's; it says of a token that has ended when that was, instead of deleting it.

    The hash of a token is its key, so one query finds the user and his limit.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        stored = AuthToken.objects.select_related("user__account_access")
        found = stored.filter(digest=hash_token(token.decode(errors="replace"))).first()
        if found is None:
            raise AuthenticationFailed("There is no such token; it may be revoked.")
        if found.expiry is not None and found.expiry < timezone.now():
            raise AuthenticationFailed(
                f"This token ended on {found.expiry:%Y-%m-%d}. Make a new one at "
                "/tokens/."
            )
        if not found.user.is_active:
            raise AuthenticationFailed("The user of this token is not active any more.")
        return found.user, found


def make_token(user: User, days: int) -> tuple[AuthToken, str]:
    """A new token and its text, which is known only now. Raises TooManyTokens.

    The user's tokens that have ended make room.
    """
    now = timezone.now()
    own = AuthToken.objects.filter(user=user)
    own.filter(expiry__lt=now).delete()
    limit = settings.REST_KNOX["TOKEN_LIMIT_PER_USER"]
    if own.count() >= limit:
        raise TooManyTokens(
            f"{user} has {limit} tokens, as many as one may have. Revoke one first."
        )
    made: tuple[AuthToken, str] = AuthToken.objects.create(
        user=user, expiry=timedelta(days=days)
    )
    return made


def living(user: User) -> list[AuthToken]:
    """Those that still open the API, the one that ends last first."""
    lives = Q(expiry__gt=timezone.now()) | Q(expiry=None)
    return list(
        AuthToken.objects.filter(lives, user=user).order_by("-expiry", "digest")
    )
