"""One's own tokens: made and shown once, listed, revoked, and ended by themselves."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from core.testing.waiting import HANGS_AFTER_SECONDS
from users.models import ApiToken, AuditEntry
from users.testing import person
from users.tokens import TooManyTokens, make_token

pytestmark = pytest.mark.django_db
ACCOUNTS = "/api/v1/accounts/"
PASSWORD, NEW = "correct horse battery", "three quiet otters"


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def form(**asked: object) -> dict[str, object]:
    """What is sent to create a token that may do what its user may."""
    return {"name": "a script", "days": "30", "access": "all", **asked}


def made(client: Client, **asked: object) -> str:
    """The text of a new token, as its page shows it."""
    page = client.post("/tokens/", form(**asked)).content.decode()
    found = re.search(r'<code class="token">(\w+)</code>', page)
    assert found, page
    return found[1]


def asked(token: str, scheme: str = "Token") -> int:
    headers = {"authorization": f"{scheme} {token}"}
    status: int = APIClient().get(ACCOUNTS, headers=headers).status_code
    return status


def test_a_token_is_shown_once_and_opens_the_api(viewer: Client) -> None:
    make_token(person("operator"), days=1)
    token = made(viewer)
    assert asked(token) == 200
    page = viewer.get("/tokens/").content.decode()
    assert token not in page
    assert token[:8] in page
    assert "1 of 20 tokens" in page


def test_a_token_for_mcp_is_made_on_the_page_and_by_command(viewer: Client) -> None:
    assert asked(made(viewer, scope="mcp")) == 403
    assert "MCP: asks questions" in viewer.get("/tokens/").content.decode()
    call_command("create_token", "viewer", "--mcp", stdout=StringIO())
    scopes = ApiToken.objects.values_list("scope", flat=True)
    assert list(scopes) == ["mcp", "mcp"]


def test_it_is_valid_for_90_days_unless_told_otherwise(viewer: Client) -> None:
    assert 'value="90"' in viewer.get("/tokens/").content.decode()
    made(viewer)
    expires_at = ApiToken.objects.get().expires_at
    assert expires_at is not None
    left = expires_at - timezone.now()
    assert timedelta(days=29) < left <= timedelta(days=30)


@pytest.mark.parametrize("days", ["0", "-1", "366", "for ever", ""])
def test_a_time_that_makes_no_sense_is_refused(viewer: Client, days: str) -> None:
    page = viewer.post("/tokens/", form(days=days)).content.decode()
    assert 'role="alert"' in page
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_by_its_owner_alone(viewer: Client) -> None:
    token = made(viewer)
    key = ApiToken.objects.get().prefix
    other = Client()
    other.force_login(person("operator"))
    other.post("/tokens/revoke/", {"token": key})
    assert asked(token) == 200
    answer = viewer.post("/tokens/revoke/", {"token": key}, follow=True)
    assert "was revoked" in answer.content.decode()
    assert asked(token) == 401


def test_a_user_has_only_so_many_and_those_that_ended_make_room(
    viewer: Client, settings: Settings
) -> None:
    settings.TOKENS_PER_USER = 2
    make_token(person("operator"), days=1)
    made(viewer)
    made(viewer)
    page = viewer.post("/tokens/", form()).content.decode()
    assert "Revoke one first" in page
    with pytest.raises(CommandError, match="Revoke one first"):
        call_command("create_token", "viewer", stdout=StringIO())
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "0 of 2 tokens" in viewer.get("/tokens/").content.decode()
    assert asked(made(viewer)) == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_two_at_once_do_not_exceed_the_limit(settings: Settings) -> None:
    settings.TOKENS_PER_USER = 3
    user = person("viewer")
    together = Barrier(6)

    def make(number: int) -> bool:
        together.wait(HANGS_AFTER_SECONDS)
        try:
            make_token(user, days=1)
        except TooManyTokens:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(make, range(6)))
    assert sum(done) == ApiToken.objects.count() == 3


def changed_on_its_page(client: Client) -> None:
    User.objects.filter(username="viewer").update(password=make_password(PASSWORD))
    client.force_login(person("viewer"))
    fields = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    page = client.post("/password/", fields, follow=True).content.decode()
    assert "your API tokens are revoked" in page


def changed_in_the_admin(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ada"))
    fields = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    page = reverse("admin:auth_user_password_change", args=[person("viewer").pk])
    assert client.post(page, fields).status_code == 302


def changed_by_command(client: Client) -> None:
    with patch("getpass.getpass", return_value=NEW):
        call_command("changepassword", "viewer", stdout=StringIO())


@pytest.mark.parametrize(
    "change", [changed_on_its_page, changed_in_the_admin, changed_by_command]
)
def test_tokens_end_with_the_old_password_wherever_it_is_changed(
    viewer: Client, change: Callable[[Client], None]
) -> None:
    token = made(viewer)
    other = make_token(person("operator"), days=1)[1]
    change(viewer)
    assert asked(token) == 401
    assert asked(other) == 200


def test_a_new_hash_of_the_same_password_ends_no_token(
    viewer: Client, settings: Settings
) -> None:
    """As when Django makes its hashes stronger: it stores one at the next sign-in."""
    token = made(viewer)
    settings.PASSWORD_HASHERS = [
        f"django.contrib.auth.hashers.{name}PasswordHasher"
        for name in ("MD5", "PBKDF2")
    ]
    old = make_password(PASSWORD, hasher="pbkdf2_sha256")
    User.objects.filter(username="viewer").update(password=old)
    Client().post("/login/", {"username": "viewer", "password": PASSWORD})
    assert User.objects.get(username="viewer").password.startswith("md5$")
    assert asked(token) == 200


def test_one_that_ended_is_refused_with_its_day_and_where_to_make_another(
    viewer: Client,
) -> None:
    token = made(viewer)
    ended = timezone.now() - timedelta(days=3)
    ApiToken.objects.update(expires_at=ended)
    answer = APIClient().get(ACCOUNTS, headers={"authorization": f"Token {token}"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    shown = answer.json()["detail"]
    assert (
        shown
        == f"This token expired on {ended:%Y-%m-%d}. Create a new one at /tokens/."
    )


def test_a_token_of_who_left_is_refused(viewer: Client) -> None:
    token = made(viewer)
    user = person("viewer")
    user.is_active = False
    user.save()
    assert asked(token) == 401


@pytest.mark.parametrize("token", ["", "a b", "0" * 64, "\N{SNOWMAN}", "%00"])
def test_what_is_no_token_is_refused(token: str) -> None:
    header = f"Token {token}".encode().decode("latin-1")
    answer = APIClient().get(ACCOUNTS, HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401


def test_a_token_does_what_its_owner_may_and_no_more(viewer: Client) -> None:
    token = made(viewer)
    headers = {"authorization": f"Token {token}"}
    assert APIClient().post("/api/v1/sync/cost/", headers=headers).status_code == 403
    # Nor is it a session of the pages.
    assert Client().get("/", headers=headers).status_code == 302


def test_tokens_made_and_revoked_are_kept_without_their_text(viewer: Client) -> None:
    token = made(viewer)
    viewer.post("/tokens/revoke/", {"token": ApiToken.objects.get().prefix})
    call_command("create_token", "viewer", stdout=StringIO())
    kept = list(AuditEntry.objects.order_by("pk").values_list("action", "user_name"))
    assert kept[:2] == [("token.make", "viewer"), ("token.revoke", "viewer")]
    assert kept[2][0] == "token.make"
    assert kept[2][1].endswith(" (command)")
    assert token not in str(list(AuditEntry.objects.values()))


def test_the_page_with_a_token_is_kept_nowhere(viewer: Client) -> None:
    answer = viewer.post("/tokens/", form())
    assert "no-store" in answer["Cache-Control"]
