"""What one query finds of a request's user is what Django finds in several."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from clouds.access import access_of, limit_of, set_access
from clouds.testing import account
from users.roles import Role, assign_role
from users.sign_in import Backend
from users.testing import person

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


def by_role_and_alone() -> User:
    user = person(Role.OPERATOR)
    user.user_permissions.add(Permission.objects.get(codename="delete_budget"))
    return user


def limited() -> User:
    user = person(Role.VIEWER)
    set_access(user, [account()], all_accounts=False)
    return user


def nobody() -> User:
    return User.objects.create_user("nobody")


def superuser() -> User:
    return User.objects.create_superuser("root")


@pytest.mark.parametrize("made", [by_role_and_alone, limited, nobody, superuser])
def test_permissions_and_access_are_those_that_django_finds(made: object) -> None:
    user = made()  # type: ignore[operator]
    found, plain = Backend().get_user(user.pk), User.objects.get(pk=user.pk)
    assert found == plain
    assert found.get_all_permissions() == plain.get_all_permissions()
    assert found.is_superuser is plain.is_superuser
    assert access_of(found) == access_of(plain)
    assert limit_of(found) == limit_of(plain)


def test_rights_of_a_request_are_those_of_that_moment(client: Client) -> None:
    user = person(Role.VIEWER)
    client.force_login(user)
    page = f"/admin/clouds/cloudaccount/{account().pk}/change/"
    assert client.get(page).status_code != 200
    assign_role(user, Role.ADMINISTRATOR)
    assert client.get(page).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(page).status_code != 200


def test_a_session_ends_when_it_expires(client: Client) -> None:
    client.force_login(person(Role.VIEWER))
    assert client.get("/costs/").status_code == 200
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.update(expire_date=past)
    assert client.get("/costs/").status_code == 302
