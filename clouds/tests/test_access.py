"""Which accounts a user sees: those chosen for them, and none until then."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from pytest_django import DjangoAssertNumQueries

from clouds.access import is_limited, limit_of, set_access
from clouds.models import CloudAccount
from clouds.testing import account, see_all, see_only

pytestmark = pytest.mark.django_db


def names_seen(user: User | AnonymousUser) -> list[str]:
    fresh = User.objects.get(pk=user.pk) if user.pk else user
    seen = CloudAccount.objects.visible_to(fresh)
    return sorted(seen.values_list("name", flat=True))


def administrator(name: str = "boss") -> User:
    """Somebody who may choose what others see."""
    user = User.objects.create_user(name)
    group, _ = Group.objects.get_or_create(name="chooses access")
    group.permissions.add(Permission.objects.get(codename="change_accountaccess"))
    user.groups.add(group)
    return user


def test_nobody_sees_an_account_before_it_is_chosen() -> None:
    account()
    ada = User.objects.create_user("ada")
    assert names_seen(ada) == names_seen(AnonymousUser()) == []
    assert is_limited(ada)
    assert limit_of(ada) == "You have access to no account yet."


def test_an_administrator_sees_all_accounts_until_some_are_chosen() -> None:
    production, _ = account(), account(2, "staging")
    boss = administrator()
    root = User.objects.create_superuser("root")
    assert names_seen(boss) == names_seen(root) == ["production", "staging"]
    assert not is_limited(boss)
    for user in (boss, root):
        see_only(user, production)
        assert names_seen(user) == ["production"]


def test_all_accounts_are_those_connected_later_too() -> None:
    ada = User.objects.create_user("ada")
    see_all(ada)
    account()
    assert names_seen(ada) == ["production"]
    assert limit_of(ada) == ""


def test_a_choice_replaces_the_one_before() -> None:
    production, staging = account(), account(2, "staging")
    ada = User.objects.create_user("ada")
    see_only(ada, production)
    set_access(ada, [staging], all_accounts=False)
    assert names_seen(ada) == ["staging"]
    assert limit_of(ada) == "You see staging only."
    set_access(ada, [staging], all_accounts=True)
    assert names_seen(ada) == ["production", "staging"]
    set_access(ada, all_accounts=False)
    assert names_seen(ada) == []


def test_who_sees_some_is_told_which_while_they_are_few() -> None:
    ada = User.objects.create_user("ada")
    accounts = [account(n, f"account-{n}") for n in range(1, 5)]
    see_only(ada, *accounts[:3])
    assert limit_of(ada) == "You see account-1, account-2 and account-3 only."
    see_only(ada, *accounts)
    assert limit_of(ada) == "You see 4 accounts only."


def test_asking_for_rows_of_all_accounts_takes_no_query_of_access(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    see_all(User.objects.create_user("ada"))
    ada = User.objects.select_related("account_access").get()
    with django_assert_num_queries(1):
        list(CloudAccount.objects.visible_to(ada))
