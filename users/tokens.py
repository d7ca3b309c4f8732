"""API tokens: stored as hashes, with an expiry."""

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
    """The user has the maximum number of tokens; the message says what to do."""


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]
    """Knox's; it says when an expired token expired, instead of deleting it.

    The hash of a token is its key, so one query finds the user and their access.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        digest = hash_token(token.decode(errors="replace"))
        tokens = AuthToken.objects.select_related("user__account_access")
        stored = tokens.filter(digest=digest).first()
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


def make_token(user: User, days: int) -> tuple[AuthToken, str]:
    """Return a new token and its text, which is known only now. Raise TooManyTokens.

    The user's expired tokens are deleted.
    """
    now = timezone.now()
    own = AuthToken.objects.filter(user=user)
    own.filter(expiry__lt=now).delete()
    limit = settings.REST_KNOX["TOKEN_LIMIT_PER_USER"]
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
