"""Who may open a socket: a session whose page is ours, or a token; and until when."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.exceptions import DisallowedHost
from django.db.models import Q
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port
from django.utils import timezone
from rest_framework.exceptions import APIException, AuthenticationFailed

from clouds.access import visible_accounts
from clouds.models import AccountAccess
from live.topics import allowed_topics
from live.watch import Scope
from users.models import ApiToken
from users.sessions import SessionStore
from users.tokens import TokenAuthentication, wall_token

# A wall's link in the browser, for the address of the wall's sockets alone.
WALL_COOKIE = "wall_socket"


class Refused(Exception):
    """The socket is not opened; the status is HTTP's, and the message says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is signed in, by what, and what they may see as long as `rights` stay."""

    user_id: int
    session: str
    token_id: int | None
    topics: frozenset[str]
    scope: Scope
    rights: int


def sign_in(headers: Iterable[tuple[bytes, bytes]]) -> Watcher:
    """Return who opens the socket with these headers. Raise Refused."""
    request = _request(headers)
    user, token = _of_token(request) if _has_token(request) else _of_session(request)
    return _watcher(request, user, token)


def sign_in_wall(headers: Iterable[tuple[bytes, bytes]]) -> Watcher:
    """Return whose figures the screen shows that opens the socket. Raise Refused."""
    request = _request(headers)
    cookies = _cookies(request)
    try:
        token = wall_token(cookies.get(WALL_COOKIE, ""))
    except AuthenticationFailed as error:
        raise Refused(401, f"{error.detail}") from None
    return _watcher(request, token.user, token)


def _watcher(request: HttpRequest, user: User, token: ApiToken | None) -> Watcher:
    scope: Scope = None
    if (accounts := visible_accounts(user)) is not None:
        scope = frozenset(accounts.values_list("cloudaccount", flat=True))
    return Watcher(
        user_id=user.pk,
        session="" if token else request.session.session_key or "",
        token_id=token.pk if token else None,
        topics=allowed_topics(user),
        scope=scope,
        rights=rights_of([user.pk])[user.pk],
    )


def _request(headers: Iterable[tuple[bytes, bytes]]) -> HttpRequest:
    request = HttpRequest()
    request.method = "GET"
    for name, value in headers:
        key = name.decode("latin-1").upper().replace("-", "_")
        request.META[f"HTTP_{key}"] = value.decode("latin-1")
    try:
        request.get_host()
    except DisallowedHost:
        raise Refused(400, "This host is not one of ALLOWED_HOSTS.") from None
    return request


def _has_token(request: HttpRequest) -> bool:
    return "HTTP_AUTHORIZATION" in request.META


def _of_token(request: Any) -> tuple[User, ApiToken]:
    try:
        found = TokenAuthentication().authenticate(request)
    except APIException as error:
        status = 403 if error.status_code == 403 else 401
        raise Refused(status, f"{error.detail}") from None
    if found is None:
        raise Refused(401, "Send the header Authorization: Token TEXT.")
    return found


def _of_session(request: HttpRequest) -> tuple[User, None]:
    cookies = _cookies(request)
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    if not isinstance(user, User):
        raise Refused(401, "Sign in, or send the header Authorization: Token TEXT.")
    return user, None


def _cookies(request: HttpRequest) -> dict[str, str]:
    """Return those that the browser sends for our page. Raise Refused for another's."""
    # Any page may ask the browser to connect, which sends our cookies along.
    if not _is_ours(request.META.get("HTTP_ORIGIN", ""), request.get_host()):
        raise Refused(403, "This page is not one of cloudintel.")
    return parse_cookie(request.META.get("HTTP_COOKIE", ""))


def _is_ours(origin: str, host: str) -> bool:
    """Return whether the page is of this host: of its own port, or the web server's."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        page = urlsplit(origin)
        ports = {page.port, page.port or {"http": 80, "https": 443}.get(page.scheme)}
    except ValueError:
        return False
    name, port = split_domain_port(host)
    is_same_host = split_domain_port(page.netloc)[0] == name
    own = {int(port) if port else None, settings.WEB_PORT}
    return is_same_host and page.scheme in ("http", "https") and bool(ports & own)


def rights_of(user_ids: Collection[int]) -> dict[int, int]:
    """Return a number for each active user, another when their rights change.

    It is made of all that rights are made of, so a change may also leave them as they
    are. Six queries, however many users there are.
    """
    users = User.objects.filter(pk__in=user_ids, is_active=True)
    active = list(users.values_list("pk", "password", "is_superuser", "is_staff"))
    access = AccountAccess.objects.filter(user__in=user_ids)
    parts: dict[int, set[object]] = defaultdict(set)
    for kind, rows in (
        ("user", active),
        ("group", _groups_of(user_ids)),
        ("permission", users.values_list("pk", "user_permissions")),
        ("all accounts", access.values_list("user", "all_accounts")),
        ("account", access.values_list("user", "accounts")),
    ):
        for user_id, *values in rows:
            parts[user_id].add((kind, *values))
    return {user_id: hash(frozenset(parts[user_id])) for user_id, *_ in active}


def _groups_of(user_ids: Collection[int]) -> list[tuple[int, int, frozenset[int]]]:
    """Return the groups of each user, with their permissions."""
    groups = Group.objects.filter(user__in=user_ids)
    permissions = defaultdict(set)
    for group, permission in groups.distinct().values_list("pk", "permissions"):
        permissions[group].add(permission)
    return [
        (user, group, frozenset(permissions[group]))
        for user, group in groups.values_list("user", "pk")
    ]


def still_signed_in(watchers: Collection[Watcher]) -> set[Watcher]:
    """Return those whose session or token is valid and whose rights are the same."""
    now = timezone.now()
    rights = rights_of({one.user_id for one in watchers})
    sessions = set(
        Session.objects.filter(
            pk__in={one.session for one in watchers if one.session}, expire_date__gt=now
        ).values_list("pk", flat=True)
    )
    tokens = set(
        ApiToken.objects.filter(
            pk__in={one.token_id for one in watchers if one.token_id}
        )
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .values_list("pk", flat=True)
    )
    return {
        one
        for one in watchers
        if rights.get(one.user_id) == one.rights
        and (one.session in sessions or one.token_id in tokens)
    }
