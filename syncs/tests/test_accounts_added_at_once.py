"""Two people add one account at the same instant: the later one finds it there."""

from collections.abc import Callable
from contextlib import ExitStack
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import SUBSCRIPTION
from clouds.versions import bump_shared_version
from core.testing.second_connection import is_a_lock_awaited, second_connection
from core.testing.waiting import wait_until
from syncs.accounts import changes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]


def added_in_admin() -> str:
    client = Client()
    client.force_login(User.objects.get(username="ada"))
    given = {"provider": "azure", "account_id": SUBSCRIPTION, "name": "prod"}
    answer = client.post(
        "/admin/clouds/cloudaccount/add/", given | {"regions": "[]"}, follow=True
    )
    return answer.content.decode()


def added_by_command() -> str:
    out = StringIO()
    way = ("--provider", "azure", "--managed-identity", "--subscription")
    call_command("add_account", *way, SUBSCRIPTION, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("add", "shown"),
    [
        (added_in_admin, "with this Provider and Account id already exists"),
        (added_by_command, f"Changed prod ({SUBSCRIPTION})."),
    ],
)
def test_the_later_one_is_told_that_it_is_there(
    add: Callable[[], str], shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.create_superuser("ada")
    answers: list[str] = []
    with ExitStack() as beside:

        def bump(subject: str) -> None:
            """Let the other one ask before this one's account can be seen."""
            monkeypatch.undo()
            other = beside.enter_context(
                second_connection(lambda: answers.append(add()))
            )
            wait_until(
                "the other one", lambda: is_a_lock_awaited() or not other.is_alive()
            )
            bump_shared_version(subject)

        monkeypatch.setattr(changes, "bump_shared_version", bump)
        assert "was added successfully" in added_in_admin()
    assert shown in answers[0]
    assert CloudAccount.objects.count() == 1
