"""Who may ask: nobody without signing in, by session or by token."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from clouds.testing import account, see_all
from tests.addresses import walk
from users.models import ApiToken
from users.roles import assign_role
from users.testing import session_of

pytestmark = pytest.mark.django_db
ACCOUNTS = "/api/v1/accounts/"


# With the short aliases for scripts.
BEGINS = ("/api/", "/sync-", "/cost-", "/cpu-")
EVERY_ROUTE = sorted(
    {one for one in walk(get_resolver().url_patterns) if one.startswith(BEGINS)}
)


def create_token(user: str, *options: str) -> str:
    out = StringIO()
    call_command("create_token", user, *options, stdout=out)
    return out.getvalue().strip()


def asking_with(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


@pytest.fixture
def ada() -> User:
    user = User.objects.create(username="ada")
    see_all(user)
    assign_role(user, "viewer")
    return user


def test_the_walk_finds_the_api() -> None:
    assert {ACCOUNTS, "/api/v1/costs/1/", "/api/v1/cpu/trend/", "/sync-ec2"} <= set(
        EVERY_ROUTE
    )
    assert len(EVERY_ROUTE) >= 26


@pytest.mark.parametrize("method", ["get", "post", "options", "delete"])
def test_without_signing_in_every_route_is_401(method: str) -> None:
    for route in EVERY_ROUTE:
        response = getattr(APIClient(), method)(route)
        assert (route, response.status_code) == (route, 401)
        assert response["WWW-Authenticate"] == "Token"


def test_a_session_signs_in(ada: User) -> None:
    assert session_of(ada).get(ACCOUNTS).status_code == 200


def test_a_token_signs_in(ada: User) -> None:
    assert asking_with(create_token("ada")).get(ACCOUNTS).status_code == 200


def test_a_session_cannot_post_from_another_site(ada: User) -> None:
    account()
    ada.is_superuser = True
    ada.save()
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post("/api/v1/sync/cost/").status_code == 403


def test_the_text_of_a_token_is_nowhere_in_the_database(ada: User) -> None:
    token = create_token("ada")
    tables = connection.introspection.table_names()
    assert "users_apitoken" in tables
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            assert token not in str(cursor.fetchall())


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "0" * 65])
def test_an_invented_token_is_refused(token: str) -> None:
    assert asking_with(token).get(ACCOUNTS).status_code == 401


def test_a_token_that_was_altered_or_deleted_is_refused(ada: User) -> None:
    token = create_token("ada")
    last = "0" if token[-1] != "0" else "1"
    assert asking_with(token[:-1] + last).get(ACCOUNTS).status_code == 401
    ApiToken.objects.all().delete()
    assert asking_with(token).get(ACCOUNTS).status_code == 401


def test_an_expired_token_is_refused(ada: User) -> None:
    token = create_token("ada", "--days", "1")
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert asking_with(token).get(ACCOUNTS).status_code == 401


def test_a_token_is_valid_for_90_days_or_as_long_as_chosen(ada: User) -> None:
    for options, days in ((), 90), (("--days", "7"), 7):
        ApiToken.objects.all().delete()
        create_token("ada", *options)
        expires_at = ApiToken.objects.get().expires_at
        assert expires_at is not None
        left = expires_at - timezone.now()
        assert timedelta(days=days, minutes=-1) < left <= timedelta(days=days)


def test_a_user_who_is_no_longer_active_is_refused(ada: User) -> None:
    token, session = create_token("ada"), session_of(ada)
    User.objects.update(is_active=False)
    assert asking_with(token).get(ACCOUNTS).status_code == 401
    assert session.get(ACCOUNTS).status_code == 401


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nobody"], "no active user 'nobody'"),
        (["ada", "--days", "0"], "--days must be between 1 and"),
        (["ada", "--days", "-3"], "--days must be between 1 and"),
    ],
)
def test_a_token_needs_a_user_and_a_time(
    ada: User, arguments: list[str], reason: str
) -> None:
    with pytest.raises(CommandError, match=reason) as caught:
        create_token(*arguments)
    assert caught.value.returncode == 2


def test_a_token_that_outlives_the_calendar_is_a_bad_argument(ada: User) -> None:
    with pytest.raises(CommandError):
        create_token("ada", "--days", "99999999")


def test_an_inactive_user_gets_no_token(ada: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="no active user 'ada'"):
        create_token("ada")
