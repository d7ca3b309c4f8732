"""manage.py remediate, for who is at a shell."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from clouds.testing import account
from insights.models import Remediation
from insights.remediation.testing import FakeActing, proposed, running
from providers.errors import ErrorKind, ProviderError

pytestmark = pytest.mark.django_db


def said(*args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("remediate", *map(str, args), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def row(acting: FakeActing, settings: Settings) -> Remediation:
    settings.REMEDIATION_SECOND_PERSON = False
    return proposed(running(account(), acting))


def test_it_lists_what_is_open(row: Remediation) -> None:
    assert said().startswith(f"{row.pk}  proposed  Stop instance web in production")
    assert "by ada" in said()
    Remediation.objects.update(status="rejected")
    assert said() == "No action is open.\n"


def test_it_approves_and_runs_one(row: Remediation, acting: FakeActing) -> None:
    assert "approved" in said(row.pk, "approve", note="Maintenance.")
    text = said(row.pk, "run")
    assert text.startswith(f"{row.pk}  succeeded")
    assert "It is stopped." in text
    assert "(command)  approved  Maintenance." in text
    assert len(acting.acted) == 1
    with pytest.raises(CommandError, match="waits for nobody"):
        said(row.pk, "run")


@pytest.mark.parametrize("decision", ["approve", "roll_back"])
def test_who_is_at_a_shell_is_no_second_user(
    row: Remediation, settings: Settings, decision: str
) -> None:
    settings.REMEDIATION_SECOND_PERSON = True
    with pytest.raises(CommandError, match="at a shell nobody is signed in"):
        said(row.pk, decision)
    assert "cancelled" in said(row.pk, "cancel")


def test_it_says_why_not(row: Remediation, acting: FakeActing) -> None:
    with pytest.raises(CommandError, match="There is no action 7"):
        said(7)
    with pytest.raises(CommandError, match="Give a reason for rejecting it"):
        said(row.pk, "reject")
    said(row.pk, "approve")
    acting.errors = [ProviderError(ErrorKind.DENIED, "Stop i-web", "denied", "Ask.")]
    with pytest.raises(CommandError, match="Stop i-web: denied. Ask."):
        said(row.pk, "run")


def test_a_dry_run_that_fails_is_a_failure(
    row: Remediation, acting: FakeActing
) -> None:
    said(row.pk, "check")
    acting.records.clear()
    with pytest.raises(CommandError, match="it is gone"):
        said(row.pk, "run")
    row.refresh_from_db()
    assert row.status == "proposed"
