"""Adding a user in the admin takes one form."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from clouds.testing import account
from users.models import AuditEntry

pytestmark = pytest.mark.django_db
ADD = "/admin/auth/user/add/"
PASSWORD = "a-long-password-4711"  # noqa: S105 - of a test


def test_one_form_has_all_that_a_user_needs(admin_client: Client) -> None:
    staging = account(1, "staging")
    role = Group.objects.get(name="viewer")
    answer = admin_client.post(
        ADD,
        {
            "username": "ada",
            "email": "ada@example.com",
            "groups": [role.pk],
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "account_access-TOTAL_FORMS": 1,
            "account_access-INITIAL_FORMS": 0,
            "account_access-0-accounts": [staging.pk],
            "_save": "Save",
        },
    )
    assert (answer.status_code, answer["Location"]) == (302, "/admin/auth/user/")
    ada = User.objects.get(username="ada")
    assert ada.check_password(PASSWORD)
    assert (ada.email, *ada.groups.all()) == ("ada@example.com", role)
    assert [*ada.account_access.accounts.all()] == [staging]
    assert PASSWORD not in str(AuditEntry.objects.get(action="user.add").details)


def test_the_form_offers_role_and_accounts(admin_client: Client) -> None:
    form = admin_client.get(ADD).content.decode()
    for name in ("username", "email", "groups", "account_access-TOTAL_FORMS"):
        assert f'name="{name}"' in form


def test_permissions_come_with_groups_alone(admin_client: Client) -> None:
    ada = User.objects.create_user("ada")
    form = admin_client.get(f"/admin/auth/user/{ada.pk}/change/").content.decode()
    assert 'name="groups"' in form
    assert "user_permissions" not in form
