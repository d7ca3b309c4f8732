"""Who a wall screen shows the figures of: a token that only shows."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import AuthenticationFailed

from users.models import ApiToken
from users.tokens import TokenAuthentication

COOKIE = "wall"
PATH = "/wall/"
# What the panels show.
NEEDED = (
    *("costs.view_dailycost", "inventory.view_instance"),
    *("insights.view_anomaly", "insights.view_recommendation"),
)


class NoWall(Exception):
    """The screen may show nothing; the message says why and what to do."""


class WallTokens(TokenAuthentication):
    scope = ApiToken.Scope.WALL


def wall_user(text: str) -> User:
    """Return the user of the link's token, limited as the token is. Raises NoWall."""
    try:
        user, token = WallTokens().authenticate_credentials(text)
    except AuthenticationFailed as error:
        raise NoWall(
            f"{error.detail} Ask whoever made the link for a new one."
        ) from None
    if token.scope != ApiToken.Scope.WALL:
        raise NoWall("This is no link of a wall. Create one under API tokens.")
    return user


def user_of(request: HttpRequest) -> User:
    """Return the user of the screen's link, or who is signed in. Raises NoWall."""
    if text := request.COOKIES.get(COOKIE):
        user = wall_user(text)
    elif isinstance(request.user, User):
        user = request.user
    else:
        raise NoWall("Open this screen by its link, or sign in.")
    if not user.has_perms(NEEDED):
        raise NoWall(f"{user} may not see what a wall shows: that needs a role.")
    return user


def remember(response: HttpResponse, text: str, *, is_secure: bool) -> None:
    """Keep the token in the browser for the wall alone; it is checked each time."""
    response.set_cookie(
        COOKIE, text, path=PATH, httponly=True, secure=is_secure, samesite="Lax"
    )
