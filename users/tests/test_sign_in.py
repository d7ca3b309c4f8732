"""Signing in, being locked out, signing out, and one's own password."""

from base64 import b64encode
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from users.models import AuditEntry
from users.testing import person

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
WRONG = {"username": "viewer", "password": "wrong"}
RIGHT = {"username": "viewer", "password": PASSWORD}


@pytest.fixture(autouse=True)
def viewer() -> User:
    user = person("viewer")
    user.set_password(PASSWORD)
    user.save()
    return user


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def fail(client: Client, times: int, door: str = "/login/") -> None:
    for _ in range(times):
        client.post(door, WRONG)


def test_who_signs_in_and_out_is_kept_with_the_address(client: Client) -> None:
    client.post("/login/", RIGHT)
    client.post("/logout/")
    entries = AuditEntry.objects.order_by("pk")
    assert actions() == ["sign_in", "sign_out"]
    assert {(one.user_name, one.address) for one in entries} == {
        ("viewer", "127.0.0.1")
    }


def test_a_failure_is_kept_with_the_name_that_was_given(client: Client) -> None:
    answer = client.post("/login/", {"username": "mallory", "password": "x"})
    assert answer.status_code == 200
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user, entry.user_name) == (
        "sign_in.fail",
        None,
        "mallory",
    )
    assert "password" not in str(entry.details)
    client.post("/login/", {"username": "", "password": "x"})
    assert actions() == ["sign_in.fail"]


@pytest.mark.parametrize("door", ["/login/", "/admin/login/?next=/admin/"])
def test_after_five_failures_the_right_password_is_refused_too(
    client: Client, door: str
) -> None:
    # The admin has no door of its own.
    door = client.get(door, follow=True).request["PATH_INFO"]
    fail(client, 5, door)
    answer = client.post(door, RIGHT)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "is locked for 15 minutes" in answer.content.decode()
    assert client.get("/").status_code == 302
    # Once, however often it is tried.
    fail(client, 3, door)
    assert actions().count("sign_in.lock_out") == 1
    assert actions().count("sign_in.fail") == 4  # the fifth locked it


def test_a_program_is_told_of_the_lock_out_by_a_problem(client: Client) -> None:
    fail(client, 5)
    answer = client.post("/login/", RIGHT, headers={"accept": "application/json"})
    assert answer.status_code == 429
    assert answer["Content-Type"].startswith("application/problem+json")
    assert "Try again in 15 minutes" in answer.json()["detail"]


def test_the_lock_ends_by_itself_even_if_it_is_tried_meanwhile(client: Client) -> None:
    now = timezone.now()
    fail(client, 5)
    with time_machine.travel(now + timedelta(minutes=14)):
        assert client.post("/login/", RIGHT).status_code == 429
    with time_machine.travel(now + timedelta(minutes=16)):
        assert client.post("/login/", RIGHT).status_code == 302


def test_from_elsewhere_and_as_somebody_else_one_still_signs_in(
    client: Client, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1
    fail(client, 5)
    elsewhere = {"x-forwarded-for": "203.0.113.9"}
    assert client.post("/login/", RIGHT, headers=elsewhere).status_code == 302
    client.post("/logout/")
    ada = User.objects.create_user("ada", password=PASSWORD)
    answer = client.post("/login/", {"username": ada.username, "password": PASSWORD})
    assert answer.status_code == 302


def test_a_made_up_forwarded_address_does_not_help_to_guess(client: Client) -> None:
    for number in range(6):
        forged = {"x-forwarded-for": f"203.0.113.{number}"}
        answer = client.post("/login/", WRONG, headers=forged)
    assert answer.status_code == 429


def spray(client: Client, times: int, **headers: str) -> None:
    """Try one password with so many names."""
    for number in range(times):
        asked = {"username": f"name-{number}", "password": "Summer2026!"}
        client.post("/login/", asked, headers=headers)


def test_an_address_that_fails_with_many_names_is_locked_for_all_of_them(
    client: Client, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 7
    here, elsewhere = ({"x-forwarded-for": f"203.0.113.{n}"} for n in (7, 9))
    spray(client, 6, **here)
    answer = client.post("/login/", RIGHT, headers=here)
    assert answer.status_code == 302
    client.post("/logout/")
    spray(client, 7, **here)
    answer = client.post("/login/", RIGHT, headers=here)
    assert answer.status_code == 429
    assert "7 wrong passwords from one IP address" in answer.content.decode()
    entry = AuditEntry.objects.get(action="sign_in.lock_out")
    assert (entry.user_name, entry.address) == ("", "203.0.113.7")
    assert client.post("/login/", RIGHT, headers=elsewhere).status_code == 302


def test_the_lock_of_an_address_ends_by_itself(
    client: Client, settings: Settings
) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 7
    now = timezone.now()
    spray(client, 9)
    with time_machine.travel(now + timedelta(minutes=14)):
        assert client.post("/login/", RIGHT).status_code == 429
    with time_machine.travel(now + timedelta(minutes=16)):
        assert client.post("/login/", RIGHT).status_code == 302


@pytest.mark.parametrize(
    ("addresses", "code"),
    [
        # One client has a whole network of IPv6.
        (["2001:db8:1:2::5", "2001:db8:1:2:ffff::6"], 429),
        (["2001:db8:1:2::5", "2001:db8:1:3::5"], 302),
        # IPv4, as a server has it that listens on IPv6.
        (["::ffff:203.0.113.7", "203.0.113.7"], 429),
        (["::ffff:203.0.113.7", "::ffff:203.0.113.9"], 302),
    ],
)
def test_an_address_is_what_one_client_has(
    client: Client, settings: Settings, addresses: list[str], code: int
) -> None:
    settings.TRUSTED_PROXIES = 1
    first, second = ({"x-forwarded-for": address} for address in addresses)
    for _ in range(5):
        client.post("/login/", WRONG, headers=first)
    assert client.post("/login/", RIGHT, headers=second).status_code == code


def test_a_lock_out_after_another_is_kept_too(client: Client) -> None:
    now = timezone.now()
    for minutes in (0, 20):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            fail(client, 7)
    assert actions().count("sign_in.lock_out") == 2


def test_who_left_is_signed_out_of_the_pages_too(client: Client, viewer: User) -> None:
    client.post("/login/", RIGHT)
    assert client.get("/").status_code == 200
    viewer.is_active = False
    viewer.save()
    for page in ("/", "/costs/", "/tokens/", "/admin/"):
        assert client.get(page).status_code == 302, page
    assert client.get("/api/v1/accounts/").status_code == 401


def test_a_success_forgets_earlier_failures(client: Client) -> None:
    fail(client, 4)
    client.post("/login/", RIGHT)
    client.post("/logout/")
    fail(client, 4)
    assert client.post("/login/", RIGHT).status_code == 302


def test_an_administrator_lifts_a_lock_out(
    client: Client, admin_client: Client
) -> None:
    fail(client, 5)
    page = admin_client.get("/admin/axes/accessattempt/").content.decode()
    assert "viewer" in page
    key = AccessAttempt.objects.get().pk
    admin_client.post(f"/admin/axes/accessattempt/{key}/delete/", {"post": "yes"})
    assert client.post("/login/", RIGHT).status_code == 302


def test_a_name_and_password_do_not_open_the_api() -> None:
    """There passwords can't be guessed, so nothing has to be counted."""
    basic = b64encode(f"viewer:{PASSWORD}".encode()).decode()
    asked = APIClient().get(
        "/api/v1/accounts/", headers={"authorization": f"Basic {basic}"}
    )
    assert asked.status_code == 401


def test_a_session_that_is_open_stays_open_during_a_lock_out(client: Client) -> None:
    client.post("/login/", RIGHT)
    fail(Client(), 5)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "new",
    [
        *("short", "12345678901234", "password1234", "passwordpassword"),
        *("p@ssw0rdp@ssw0rd", "qwertyuiopasdf", "letmeinletmein1", "viewer-viewer-1"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(client: Client, new: str) -> None:
    client.post("/login/", RIGHT)
    asked = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    answer = client.post("/password/", asked)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert User.objects.get(username="viewer").check_password(PASSWORD)


LONG = "so many words, " + "quiet otters in Utrecht counting barges " * 3


@pytest.mark.parametrize(
    "new",
    ["three quiet otters", "sevenoaktrees", "x8Kf92nQpLz0", "ßßß mañana jirafa", LONG],
)
def test_a_password_that_is_hard_to_guess_is_taken(client: Client, new: str) -> None:
    client.post("/login/", RIGHT)
    asked = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/password/", asked).status_code == 302
    assert User.objects.get(username="viewer").check_password(new)


def test_a_changed_password_ends_other_sessions_and_keeps_this_one(
    client: Client,
) -> None:
    elsewhere = Client()
    for one in (client, elsewhere):
        one.post("/login/", RIGHT)
    new = "three quiet otters"
    asked = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    answer = client.post("/password/", asked, follow=True)
    assert "Your password was changed" in answer.content.decode()
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert actions()[-1] == "password.change"
    assert new not in str(list(AuditEntry.objects.values()))


def test_one_user_asks_the_api_only_so_often(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(
        "rest_framework.throttling.UserRateThrottle.THROTTLE_RATES", {"user": "3/min"}
    )
    client.post("/login/", RIGHT)
    codes = [client.get("/api/v1/accounts/").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    refused = client.get("/api/v1/accounts/")
    assert int(refused["Retry-After"]) > 0
    # Pages are not counted, and others ask on.
    assert client.get("/").status_code == 200
    client.force_login(person("operator"))
    assert client.get("/api/v1/accounts/").status_code == 200
    cache.clear()
