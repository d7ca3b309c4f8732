"""first_start: what is missing is made once, and what exists stays."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from dashboard.management.commands import first_start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_to_collect(settings: Settings) -> None:
    """Other tests' clients would look through hundreds of collected files each."""
    settings.STATICFILES_FINDERS = []


def printed() -> str:
    out = StringIO()
    call_command("first_start", stdout=out)
    return out.getvalue()


def test_without_an_account_the_demo_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        first_start, "call_command", lambda name, **_: asked.append(name)
    )
    assert "creating the demo company" in printed()
    assert asked == ["migrate", "collectstatic", "demo"]


def test_an_administrator_is_made_once_and_no_demo_beside_a_cloud_account() -> None:
    aws_account()
    said, _, password = printed().strip().rpartition(" ")
    assert said == "Sign in as admin with the password"
    (admin,) = User.objects.all()
    assert admin.check_password(password)
    assert printed() == ""
    assert [one.password for one in User.objects.all()] == [admin.password]
    assert not CloudAccount.objects.filter(provider="demo").exists()
