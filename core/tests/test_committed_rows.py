"""What a test committed is gone after it, and what the migrations wrote is not."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import TransactionTestCase

from core.testing import committed_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_each_database]


def roles() -> list[tuple[str, int]]:
    groups = Group.objects.order_by("name")
    return [(one.name, one.permissions.count()) for one in groups]


def test_rows_are_gone_and_roles_stay() -> None:
    User.objects.create_superuser("ada").groups.add(*Group.objects.all())
    before = roles()
    assert len(before) > 1
    committed_rows._delete(TransactionTestCase())
    assert not User.objects.exists()
    assert roles() == before


def test_what_a_killed_test_left_is_gone_when_the_database_is_used_again() -> None:
    User.objects.create_superuser("ada")
    before = roles()
    committed_rows.begin()
    assert not User.objects.exists()
    assert roles() == before


def test_roles_that_a_test_changed_are_written_again() -> None:
    before = roles()
    first, *_, last = Group.objects.order_by("name")
    first.permissions.clear()
    last.delete()
    committed_rows._delete(TransactionTestCase())
    assert roles() == before
