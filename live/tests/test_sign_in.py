"""Who may open a socket, and what ends it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as live_settings
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings

from clouds.testing import account, see_all, see_only
from live.sign_in import (
    Refused,
    Watcher,
    sign_in,
    sign_in_wall,
    still_signed_in,
)
from users.models import ApiToken
from users.roles import Role, assign_role
from users.testing import person, session_of
from users.tokens import make_token

pytestmark = pytest.mark.django_db
HOST = "127.0.0.1:8001"
OURS = "http://127.0.0.1:8000"


def watcher(user: User, origin: str = OURS, host: str = HOST) -> Watcher:
    client = session_of(user)
    name = live_settings.SESSION_COOKIE_NAME
    return of_headers(
        host=host, origin=origin, cookie=f"{name}={client.cookies[name].value}"
    )


def of_headers(**headers: str) -> Watcher:
    return sign_in((name.encode(), text.encode()) for name, text in headers.items())


def refusal(*arguments: object, **headers: str) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        watcher(*arguments) if arguments else of_headers(**headers)  # type: ignore[arg-type]
    return caught.value.status, str(caught.value)


def test_a_session_watches_what_its_user_may_see() -> None:
    first = account()
    limited = person(Role.VIEWER)
    see_only(limited, first)
    found = watcher(limited)
    assert found.scope == {first.pk}
    assert {"costs", "runs", "anomalies", "recommendations"} <= found.topics
    assert watcher(person(Role.OPERATOR)).scope is None
    assert watcher(User.objects.create(username="nobody")).topics == frozenset()


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (OURS, HOST),
        ("http://127.0.0.1:8001", HOST),
        ("https://costs.test", "costs.test"),
        ("https://costs.test", "costs.test:443"),
        ("http://costs.test", "costs.test:80"),
        ("https://trusted.test", "costs.test"),
    ],
)
def test_pages_of_this_host_may_connect(
    origin: str, host: str, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["costs.test", "127.0.0.1"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.test"]
    assert watcher(person(Role.VIEWER), origin, host)


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "",
            "null",
            "http://evil.test",
            "http://127.0.0.1:9999",
            "http://127.0.0.1:x",
        ),
        *("ftp://127.0.0.1:8000", "http://127.0.0.1.evil.test:8000"),
    ],
)
def test_other_pages_may_not_whoever_is_signed_in(origin: str) -> None:
    assert refusal(person(Role.VIEWER), origin) == (
        *(403, "This page is not one of cloudintel."),
    )


def test_who_is_not_signed_in_is_told_how() -> None:
    status, told = refusal(host=HOST, origin=OURS)
    assert (status, "Sign in" in told) == (401, True)
    assert refusal(host="evil.test", origin=OURS)[0] == 400
    wrong = "Token " + "0" * 64
    assert refusal(host=HOST, authorization=wrong)[0] == 401
    assert refusal(host=HOST, authorization="Basic YTpi")[0] == 401


def test_a_token_needs_no_page_and_sees_no_more_than_its_accounts() -> None:
    first, _ = account(), account(2, "other")
    user = person(Role.VIEWER)
    _, text = make_token(user, 1, accounts=[first])
    assert of_headers(host=HOST, authorization=f"Token {text}").scope == {first.pk}
    _, text = make_token(user, 1, scope=ApiToken.Scope.MCP)
    assert refusal(host=HOST, authorization=f"Token {text}")[0] == 403


def disable(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def new_password(user: User) -> None:
    user.set_password("another long password")
    user.save()


def sign_out(user: User) -> None:
    Session.objects.all().delete()


def expire(user: User) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def lose_a_right(user: User) -> None:
    group = Group.objects.get(user=user)
    group.permissions.remove(Permission.objects.get(codename="view_anomaly"))


def gain_a_right(user: User) -> None:
    user.user_permissions.add(Permission.objects.get(codename="start_sync"))


def lose_the_role(user: User) -> None:
    user.groups.clear()


def become_limited(user: User) -> None:
    see_only(user, account(3, "third"))


def become_administrator(user: User) -> None:
    assign_role(user, Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    "change",
    [
        *(disable, new_password, sign_out, expire, lose_a_right, gain_a_right),
        *(lose_the_role, become_limited, become_administrator),
    ],
)
def test_a_change_of_rights_ends_it(change: Callable[[User], None]) -> None:
    user = person(Role.VIEWER)
    found = {watcher(user)}
    assert still_signed_in(found) == found
    change(user)
    assert still_signed_in(found) == set()


def test_other_accounts_of_a_limited_user_end_it_and_those_of_others_do_not() -> None:
    first, second = account(), account(2, "other")
    limited, other = person(Role.VIEWER), person(Role.OPERATOR)
    see_only(limited, first)
    found, others = watcher(limited), watcher(other)
    see_only(limited, second)
    assert still_signed_in({found, others}) == {others}
    see_all(limited)
    assert still_signed_in({found}) == set()


def test_a_token_that_is_revoked_or_expired_ends_it() -> None:
    user = person(Role.VIEWER)
    (kept, text), (late, other), (gone, third) = (make_token(user, 1) for _ in range(3))
    found = {
        of_headers(host=HOST, authorization=f"Token {t}") for t in (text, other, third)
    }
    ApiToken.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    gone.delete()
    assert {one.token_id for one in still_signed_in(found)} == {kept.pk}


def of_wall(text: str, origin: str = OURS) -> Watcher:
    headers = {"host": HOST, "origin": origin, "cookie": f"wall_socket={text}"}
    return sign_in_wall((name.encode(), one.encode()) for name, one in headers.items())


def test_a_walls_link_opens_the_walls_socket_until_it_is_revoked() -> None:
    first = account()
    account(2)
    token, text = make_token(
        person(Role.VIEWER), 1, scope=ApiToken.Scope.WALL, accounts=[first]
    )
    found = of_wall(text)
    assert (found.scope, found.token_id) == ({first.pk}, token.pk)
    assert still_signed_in([found]) == {found}
    token.delete()
    assert still_signed_in([found]) == set()
    with pytest.raises(Refused, match="unknown or revoked") as caught:
        of_wall(text)
    assert caught.value.status == 401


def test_no_other_page_and_no_other_token_opens_the_walls_socket() -> None:
    _, text = make_token(person(Role.VIEWER), 1, scope=ApiToken.Scope.WALL)
    with pytest.raises(Refused, match="not one of cloudintel"):
        of_wall(text, "http://evil.test")
    _, of_api = make_token(person(Role.VIEWER), 1)
    with pytest.raises(Refused, match="no link of a wall"):
        of_wall(of_api)
