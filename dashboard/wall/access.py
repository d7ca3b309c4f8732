"""Who a wall screen shows the figures of: a token that only shows."""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework.exceptions import AuthenticationFailed

from live.application import EVENTS, WALL
from live.sign_in import WALL_COOKIE
from users import tokens
from users.models import ApiToken

COOKIE = "wall"
# What the panels show.
NEEDED = (
    *("costs.view_dailycost", "inventory.view_instance"),
    *("insights.view_anomaly", "insights.view_recommendation"),
)


class NoWall(Exception):
    """The screen may show nothing; the message says why and what to do."""


def wall_token(text: str) -> ApiToken:
    """Return the link's token, whose user is limited as it is. Raises NoWall."""
    try:
        return tokens.wall_token(text)
    except AuthenticationFailed as error:
        raise NoWall(
            f"{error.detail} Ask the person who made the link for a new one."
        ) from None


def user_of(request: HttpRequest) -> User:
    """Return the user of the screen's link, or who is signed in. Raises NoWall."""
    if text := request.COOKIES.get(COOKIE):
        user = wall_token(text).user
    elif isinstance(request.user, User):
        user = request.user
    else:
        raise NoWall("Open this screen by its link, or sign in.")
    if not user.has_perms(NEEDED):
        raise NoWall(f"{user} may not see what a wall shows: that needs a role.")
    return user


def socket_of(request: HttpRequest) -> str:
    """Return the address of the socket that takes what the screen is signed in by."""
    return WALL if request.COOKIES.get(COOKIE) else EVENTS


def remember(
    response: HttpResponse, text: str, token: ApiToken, *, is_secure: bool
) -> None:
    """Store the token's text in the browser, for the wall and its socket alone and as
    long as it is valid: a screen may be switched off. It is checked each time."""
    socket = f"{settings.SCRIPT_NAME}{WALL}"
    for name, path in ((COOKIE, reverse("wall")), (WALL_COOKIE, socket)):
        response.set_cookie(
            name,
            text,
            expires=token.expires_at,
            path=path,
            httponly=True,
            secure=is_secure,
            samesite="Lax",
        )
