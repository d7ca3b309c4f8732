"""Who a wall screen shows the figures of: a token that only shows."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework.exceptions import AuthenticationFailed

from users.models import ApiToken
from users.tokens import TokenAuthentication

COOKIE = "wall"
# What the panels show.
NEEDED = (
    *("costs.view_dailycost", "inventory.view_instance"),
    *("insights.view_anomaly", "insights.view_recommendation"),
)


class NoWall(Exception):
    """The screen may show nothing; the message says why and what to do."""


class WallTokens(TokenAuthentication):
    scope = ApiToken.Scope.WALL


def wall_token(text: str) -> ApiToken:
    """Return the link's token, whose user is limited as it is. Raises NoWall."""
    try:
        _, token = WallTokens().authenticate_credentials(text)
    except AuthenticationFailed as error:
        raise NoWall(
            f"{error.detail} Ask whoever made the link for a new one."
        ) from None
    if token.scope != ApiToken.Scope.WALL:
        raise NoWall("This is no link of a wall. Create one under API tokens.")
    return token


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


def remember(
    response: HttpResponse, text: str, token: ApiToken, *, is_secure: bool
) -> None:
    """Keep the token's text in the browser, for the wall alone and as long as it is
    valid: a screen may be switched off. It is checked each time."""
    response.set_cookie(
        COOKIE,
        text,
        expires=token.expires_at,
        path=reverse("wall"),
        httponly=True,
        secure=is_secure,
        samesite="Lax",
    )
