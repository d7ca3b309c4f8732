"""first_start: what is missing is made once, and what exists stays."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_to_collect(settings: Settings) -> None:
    """Other tests' clients would look through hundreds of collected files each."""
    settings.STATICFILES_FINDERS = []


def printed() -> str:
    out = StringIO()
    call_command("first_start", stdout=out)
    return out.getvalue()


def test_an_administrator_is_made_once() -> None:
    said, _, password = printed().strip().rpartition(" ")
    assert said == "Sign in as admin with the password"
    (admin,) = User.objects.all()
    assert admin.check_password(password)
    assert printed() == ""
    assert [one.password for one in User.objects.all()] == [admin.password]
