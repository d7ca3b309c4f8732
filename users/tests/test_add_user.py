"""`manage.py add_user`: a person, his role, and the accounts that he may see."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from clouds.models import CloudAccount
from users.activity.sentences import facts_of
from users.models import AuditEntry
from users.roles import Role

pytestmark = pytest.mark.django_db


def account(number: int, name: str) -> CloudAccount:
    return CloudAccount.objects.create(account_id=f"{number:012}", name=name)


def add_user(*arguments: str) -> str:
    out = StringIO()
    call_command("add_user", *arguments, stdout=out)
    return out.getvalue()


def test_it_makes_a_user_who_can_sign_in_with_what_it_prints() -> None:
    answer = add_user("ada", "--role", "operator")
    user = User.objects.get(username="ada")
    assert user.check_password(answer.split()[-1])
    assert user.groups.get().name == Role.OPERATOR


def test_a_name_is_stored_as_the_page_to_sign_in_reads_it() -> None:
    add_user("\ufb01ona", "--role", "viewer")
    answer = add_user("fiona", "--role", "operator")
    assert answer.endswith("\nChanged fiona.\n")


def test_a_new_user_sees_no_account_unless_it_is_given_or_they_choose_it() -> None:
    account(1, "one")
    assert "vera sees no account yet" in add_user("vera", "--role", "viewer")
    assert seen("vera") == []
    assert "no account" not in add_user("ada", "--role", "administrator")
    assert len(seen("ada")) == 1
    assert "no account" not in add_user("vera", "--all-accounts")
    assert len(seen("vera")) == 1
    account(2, "two")
    assert len(seen("vera")) == 2


def test_it_limits_a_user_to_accounts_and_lifts_the_limit_again() -> None:
    one, two, _ = account(1, "one"), account(2, "two"), account(3, "three")
    add_user("ada", "--role", "viewer", "--account", "one", "--account", f"{2:012}")
    assert set(seen("ada")) == {one, two}
    add_user("ada", "--account", "two")
    assert seen("ada") == [two]
    add_user("ada", "--all-accounts")
    assert len(seen("ada")) == 3


def seen(name: str) -> list[CloudAccount]:
    return list(CloudAccount.objects.visible_to(User.objects.get(username=name)))


def test_run_again_it_changes_what_is_given_and_nothing_else() -> None:
    password = add_user("ada", "--role", "viewer").split()[-1]
    assert add_user("ada", "--role", "administrator") == "Changed ada.\n"
    user = User.objects.get(username="ada")
    assert user.check_password(password)
    assert user.groups.get().name == Role.ADMINISTRATOR
    assert user.is_staff


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["ada"], "give a --role"),
        (["a b/c", "--role", "viewer"], "valid username"),
        (["ada", "--role", "viewer", "--account", "no"], "no account no"),
        (
            ["ada", "--role", "viewer", "--account", "one", "--all-accounts"],
            "Use either --account",
        ),
    ],
)
def test_bad_arguments_add_nobody(arguments: list[str], reason: str) -> None:
    account(1, "one")
    with pytest.raises(CommandError, match=reason) as caught:
        add_user(*arguments)
    assert caught.value.returncode == 2
    assert not User.objects.exists()


def test_two_accounts_are_not_recorded_as_a_change_of_one() -> None:
    one, two = account(1, "one"), account(2, "two")
    add_user("ada", "--role", "viewer", "--account", "one", "--account", "two")
    facts = list(facts_of(AuditEntry.objects.get()))
    assert facts == ["role: viewer", f"accounts: {one}, {two}"]


def test_it_is_kept_without_the_password() -> None:
    account(1, "one")
    password = add_user("ada", "--role", "viewer", "--account", "one").split()[-1]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_label) == ("user.add", "ada")
    assert entry.details["role"] == "viewer"
    assert password not in str(entry.details)
