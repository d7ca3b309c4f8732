"""People: invited, changed, disabled and let in again, by administrators."""

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from clouds.models import AccountAccess, CloudAccount
from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW
from users.models import AuditEntry
from users.people.rights import days_of_link
from users.testing import last_message, person
from users.tokens import make_token

pytestmark = pytest.mark.django_db
PASSWORD = "three quiet otters"  # noqa: S105 - of a test


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(person("administrator"))
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return response.content.decode()


def form(**asked: Any) -> dict[str, Any]:
    return {"email": "", "role": "viewer", "access": "none", **asked}


def invited(client: Client, username: str = "vera", **asked: Any) -> tuple[User, str]:
    """Invite somebody; return them and the link that the page shows."""
    asked = form(username=username, **asked)
    page = client.post("/people/invite/", asked).content.decode()
    found = re.search(r'<code class="token">http://testserver([^<]+)</code>', page)
    assert found, page
    return User.objects.get(username=username), found[1]


def names_seen(user: User) -> list[str]:
    seen = CloudAccount.objects.visible_to(User.objects.get(pk=user.pk))
    return sorted(seen.values_list("name", flat=True))


def change(client: Client, user: User, **asked: Any) -> str:
    response = client.post(f"/people/{user.pk}/", form(**asked), follow=True)
    return html.unescape(response.content.decode())


def test_one_form_invites_and_one_link_lets_in(boss: Client) -> None:
    staging, _ = account(1, "staging"), account(2, "production")
    vera, link = invited(
        boss, email="vera@example.com", access="some", accounts=[staging.pk]
    )
    assert names_seen(vera) == ["staging"]
    assert vera.groups.get().name == "viewer"
    assert (vera.email, vera.has_usable_password()) == ("vera@example.com", False)
    visitor = Client()
    page = visitor.get(link, follow=True)
    assert "You will sign in as <strong>vera</strong>" in page.content.decode()
    new = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    home = visitor.post(page.request["PATH_INFO"], new, follow=True)
    assert home.request["PATH_INFO"] == "/"
    assert "You see staging only." in home.content.decode()
    vera.refresh_from_db()
    assert vera.check_password(PASSWORD)


def test_who_is_invited_sees_no_account_unless_some_are_chosen(boss: Client) -> None:
    account()
    page = text(boss, "/people/invite/")
    assert re.search(r'name="access" value="none"\s+checked', page)
    vera, _ = invited(boss)
    assert names_seen(vera) == []
    assert not AccountAccess.objects.filter(user=vera).exists()
    olga, _ = invited(boss, "olga", access="all")
    account(2, "later")
    assert names_seen(olga) == ["later", "production"]


def test_a_link_works_once_and_for_three_days(boss: Client, settings: Settings) -> None:
    assert days_of_link() == 3
    vera, link = invited(boss)
    new = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    first = Client()
    set_at = first.get(link, follow=True).request["PATH_INFO"]
    first.post(set_at, new)
    again = Client().get(link, follow=True, headers={"accept": "text/html"})
    assert again.status_code == 403
    assert "Ask an administrator for another" in again.content.decode()
    _, other = invited(boss, "olga")
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert Client().get(other, follow=True).status_code == 403
    assert Client().get("/invitation/x/y/").status_code == 403


def test_a_link_made_before_somebody_was_disabled_lets_nobody_in(boss: Client) -> None:
    vera, link = invited(boss)
    visitor = Client()
    address = visitor.get(link, follow=True).request["PATH_INFO"]
    boss.post(f"/people/{vera.pk}/disable/")
    new = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert visitor.post(address, new).status_code == 403
    assert Client().get(link, follow=True).status_code == 403
    vera.refresh_from_db()
    assert not vera.has_usable_password()


def test_a_password_that_is_easy_to_guess_is_refused(boss: Client) -> None:
    vera, link = invited(boss)
    visitor = Client()
    address = visitor.get(link, follow=True).request["PATH_INFO"]
    weak = {"new_password1": "password", "new_password2": "password"}
    assert "easy to guess" in visitor.post(address, weak).content.decode()
    vera.refresh_from_db()
    assert not vera.has_usable_password()


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"username": ""}, "Give a username."),
        ({"username": "a b/c"}, "Enter a valid username"),
        ({"username": "Taken"}, "There is a user Taken already."),
        ({"username": "\uff34aken"}, "There is a user Taken already."),
        ({"username": "Me"}, "Me is a word of filters by owner."),
        ({"role": ""}, "Choose a role."),
        ({"role": "boss"}, "boss is not one of the available choices"),
        ({"access": "some"}, "Choose at least one account."),
        ({"email": "vera"}, "Enter a valid email address."),
        ({"role": "administrator"}, "An administrator sees all accounts, or those"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_adds_nobody(
    boss: Client, asked: dict[str, str], reason: str
) -> None:
    User.objects.create_user("taken")
    filled = form(username="vera") | asked
    page = boss.post("/people/invite/", filled).content.decode()
    assert reason in html.unescape(page)
    assert not User.objects.filter(username="vera").exists()


def test_role_and_accounts_are_changed_by_the_same_form(boss: Client) -> None:
    staging, _ = account(1, "staging"), account(2, "production")
    vera, _ = invited(boss, access="some", accounts=[staging.pk])
    page = text(boss, f"/people/{vera.pk}/")
    assert re.search(r'name="role" value="viewer" required checked', page)
    assert re.search(rf'name="accounts" value="{staging.pk}" checked', page)
    assert "vera was changed." in change(boss, vera, role="operator", access="all")
    assert names_seen(vera) == ["production", "staging"]
    assert vera.groups.get().name == "operator"
    same = change(boss, vera, role="operator", access="all")
    assert "vera has these rights already." in same
    change(boss, vera, role="operator", access="none")
    assert names_seen(vera) == []


def test_an_administrator_who_becomes_a_viewer_leaves_the_admin(boss: Client) -> None:
    vera, _ = invited(boss, role="administrator", access="all")
    assert User.objects.get(pk=vera.pk).is_staff
    change(boss, vera, role="viewer", access="all")
    assert not User.objects.get(pk=vera.pk).is_staff


def test_who_is_disabled_is_out_at_once_and_may_be_let_in_again(boss: Client) -> None:
    vera = User.objects.create_user("vera")
    see_all(vera)
    visitor, token = Client(), make_token(vera, 1)[1]
    visitor.force_login(vera)
    headers = {"authorization": f"Token {token}"}
    disabled = boss.post(f"/people/{vera.pk}/disable/")
    assert last_message(disabled) == "vera is disabled."
    assert visitor.get("/password/").status_code == 302
    assert Client().get("/api/v1/", headers=headers).status_code == 401
    refused = boss.post(f"/people/{vera.pk}/link/")
    assert refused.status_code == 403
    enabled = boss.post(f"/people/{vera.pk}/enable/")
    assert last_message(enabled) == "vera may sign in again."
    assert visitor.get("/password/").status_code == 200


def test_a_link_for_a_forgotten_password_ends_the_old_one(boss: Client) -> None:
    vera = User.objects.create_user("vera", password="the old password")  # noqa: S106
    page = boss.post(f"/people/{vera.pk}/link/").content.decode()
    link = re.search(r"http://testserver([^<]+)</code>", page)
    assert link
    visitor = Client()
    address = visitor.get(link[1], follow=True).request["PATH_INFO"]
    visitor.post(address, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    vera.refresh_from_db()
    assert vera.check_password(PASSWORD)


def test_each_change_is_in_the_audit_log_and_no_link_is(boss: Client) -> None:
    staging = account(1, "staging")
    vera, link = invited(boss)
    change(boss, vera, role="operator", access="some", accounts=[staging.pk])
    boss.post(f"/people/{vera.pk}/disable/")
    boss.post(f"/people/{vera.pk}/disable/")
    entries = AuditEntry.objects.filter(object_type="auth.user").order_by("pk")
    assert [entry.action for entry in entries] == [
        "user.invite",
        "user.sign_in_link",
        "user.change",
        "user.change",
    ]
    assert entries[0].details["role"] == [None, "viewer"]
    assert entries[2].details == {
        "role": ["viewer", "operator"],
        "accounts": [[], [str(staging)]],
    }
    assert entries[3].details == {"is_active": [True, False]}
    assert link.split("/")[3] not in str(list(AuditEntry.objects.values()))


def test_a_persons_page_lists_their_tokens(boss: Client) -> None:
    vera = User.objects.create_user("vera")
    make_token(vera, 1, name="Grafana", is_read_only=True)
    page = text(boss, f"/people/{vera.pk}/")
    assert "Grafana" in page
    assert "never used" in page
    link = f"/admin/users/apitoken/?user__id__exact={vera.pk}"
    assert f'href="{link}"' in page
    assert "Grafana" in text(boss, link)
    assert "never expires" not in page
    vera.api_tokens.update(expires_at=None)
    assert "never expires" in text(boss, f"/people/{vera.pk}/")


def test_tokens_and_activity_are_for_who_may_view_them(client: Client) -> None:
    vera = User.objects.create_user("vera")
    make_token(vera, 1, name="Grafana")
    AuditEntry.objects.create(at=NOW, user=vera, user_name="vera", action="sign_out")
    helper = User.objects.create_user("helper")
    codes = ["change_user", "change_accountaccess"]
    helper.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(helper)
    page = text(client, f"/people/{vera.pk}/")
    assert "Grafana" not in page and "signed out" not in page
    client.force_login(person("administrator"))
    page = text(client, f"/people/{vera.pk}/")
    assert "Grafana" in page and "signed out" in page


def test_nobody_changes_themselves_or_a_superuser_here(boss: Client) -> None:
    root = User.objects.create_superuser("root")
    for user in (person("administrator"), root):
        page = f"/people/{user.pk}/"
        assert boss.get(page).status_code == 403
        for address in (page, f"{page}disable/", f"{page}link/"):
            assert boss.post(address, form()).status_code == 403
    root.refresh_from_db()
    assert root.is_active
    assert boss.get("/people/999999/").status_code == 404


@pytest.mark.parametrize("path", ["", "invite/"])
def test_it_is_for_administrators_without_a_limit(client: Client, path: str) -> None:
    for role in ("viewer", "operator"):
        client.force_login(person(role))
        assert client.get(f"/people/{path}").status_code == 403
    limited = person("administrator")
    client.force_login(limited)
    assert client.get(f"/people/{path}").status_code == 200
    see_only(limited, account())
    assert client.get(f"/people/{path}").status_code == 403
    assert "/people/" not in client.get("/password/").content.decode()


def test_the_list_says_who_may_do_what_and_sees_what(boss: Client) -> None:
    accounts = [account(n, f"account-{n}") for n in range(1, 5)]
    see_only(User.objects.create_user("few"), *accounts[:2])
    see_only(User.objects.create_user("many"), *accounts)
    User.objects.create_superuser("root")
    User.objects.create_user("nobody", is_active=False)
    rights = Permission.objects.filter(codename="change_accountaccess")
    User.objects.create_user("chooser").user_permissions.set(rights)
    invited(boss)
    people = text(boss, "/people/")
    assert all(f'name="{name}"' in people for name in ("search", "role", "state"))
    page = re.sub(r"<[^>]+>|\s+", " ", people)
    rows = re.sub(r" +", " ", page)
    assert "few no role account-1, account-2 never" in rows
    assert "many no role 4 accounts never" in rows
    assert "root superuser all never" in rows
    assert "nobody no role none never disabled" in rows
    assert "chooser no role all never" in rows
    assert "vera viewer none never invited" in rows
    assert "administrator you administrator all" in rows


def test_the_list_is_searched_and_filtered(boss: Client) -> None:
    invited(boss, email="v@example.com")
    for query, found in (
        ("search=VER", True),
        ("search=example.com", True),
        ("search=olga", False),
        ("role=viewer", True),
        ("role=operator", False),
        ("state=invited", True),
        ("state=active", False),
        ("state=disabled", False),
    ):
        assert (">vera</a>" in text(boss, f"/people/?{query}")) is found, query
    assert "Invalid filters" in text(boss, "/people/?role=boss")
    assert ">vera</a>" in text(boss, "/people/?page=99")


def test_more_people_take_no_more_queries(
    boss: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    owner = account()
    for number in range(12):
        see_only(User.objects.create_user(f"user-{number}"), owner)
    # Session, user, permissions twice, count, users, groups, access, accounts,
    # who sees all by role, and the frame's watermarks.
    with django_assert_max_num_queries(12):
        text(boss, "/people/")
