"""Tokens that may do less than their user: read only, and of some accounts only."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW
from users.activity.sentences import facts_of
from users.admin import accounts_of_token
from users.models import ApiToken, AuditEntry
from users.testing import person
from users.tokens import make_token, token_facts

pytestmark = pytest.mark.django_db


def asking_with(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def names_seen(token: str) -> list[str]:
    answer = asking_with(token).get("/api/v1/accounts/").json()
    return sorted(row["name"] for row in answer["results"])


@pytest.fixture
def three() -> list[CloudAccount]:
    return [account(n, name) for n, name in enumerate(("one", "two", "three"), 1)]


def test_a_read_only_token_reads_and_starts_nothing() -> None:
    account()
    operator = person("operator")
    client = asking_with(make_token(operator, 1, is_read_only=True)[1])
    assert client.get("/api/v1/accounts/").status_code == 200
    assert client.options("/api/v1/accounts/").status_code == 200
    refused = client.post("/api/v1/sync/cost/")
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "This token is read-only.",
    )
    free = asking_with(make_token(operator, 1)[1])
    assert free.post("/api/v1/sync/cost/").status_code != 403


def test_a_token_of_some_accounts_sees_those_alone(three: list[CloudAccount]) -> None:
    viewer = person("viewer")
    token = make_token(viewer, 1, accounts=three[:2])[1]
    assert names_seen(token) == ["one", "two"]
    assert names_seen(make_token(viewer, 1)[1]) == ["one", "three", "two"]
    refused = asking_with(token).get(
        "/api/v1/costs/summary/", {"account": three[2].account_id}
    )
    assert refused.status_code == 400
    assert "You see one and two only." in refused.content.decode()


def test_it_never_sees_more_than_its_user(three: list[CloudAccount]) -> None:
    viewer = person("viewer")
    token = make_token(viewer, 1, accounts=three[:2])[1]
    see_only(viewer, three[1], three[2])
    assert names_seen(token) == ["two"]
    see_only(viewer, three[2])
    assert names_seen(token) == []


def test_one_whose_accounts_are_gone_sees_none(three: list[CloudAccount]) -> None:
    token = make_token(person("viewer"), 1, accounts=[three[0]])[1]
    three[0].delete()
    assert names_seen(token) == []


def test_the_admin_says_which_accounts_each_sees(three: list[CloudAccount]) -> None:
    user = person("viewer")
    gone = make_token(user, 1, accounts=three[2:])[0]
    gone.accounts.clear()
    made = (make_token(user, 1)[0], make_token(user, 1, accounts=three[:1])[0], gone)
    assert [accounts_of_token(one) for one in made] == [
        *("all that its user sees", str(three[0]), "none"),
    ]


def test_what_concerns_all_accounts_is_closed_to_it(three: list[CloudAccount]) -> None:
    boss = person("administrator")
    narrow = asking_with(make_token(boss, 1, accounts=three[:1])[1])
    assert asking_with(make_token(boss, 1)[1]).get("/metrics").status_code == 200
    assert narrow.get("/metrics").status_code == 403
    assert narrow.get("/api/v1/audit/").status_code == 403


def test_tokens_of_one_user_never_share_an_answer(three: list[CloudAccount]) -> None:
    viewer = person("viewer")
    wide, narrow = (
        asking_with(make_token(viewer, 1, accounts=chosen)[1]).get(
            "/api/v1/costs/summary/"
        )
        for chosen in (None, three[:1])
    )
    assert wide.status_code == narrow.status_code == 200
    assert wide["ETag"] != narrow["ETag"]


def test_its_last_use_is_recorded_once_an_hour() -> None:
    token, text = make_token(person("viewer"), 1)
    client = asking_with(text)

    def used_at(minutes: int) -> Any:
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            client.get("/api/v1/accounts/")
        token.refresh_from_db()
        return token.last_used_at

    assert token.last_used_at is None
    ApiToken.objects.update(expires_at=NOW + timedelta(days=1))
    assert used_at(0) == used_at(59) == NOW
    assert used_at(60) == NOW + timedelta(minutes=60)


def test_one_that_is_refused_counts_as_no_use() -> None:
    token, text = make_token(person("viewer"), 1)
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert asking_with(text).get("/api/v1/accounts/").status_code == 401
    token.refresh_from_db()
    assert token.last_used_at is None


def test_its_page_makes_one_of_the_accounts_that_the_user_sees(
    client: Client, three: list[CloudAccount]
) -> None:
    viewer = person("viewer")
    see_only(viewer, *three[:2])
    client.force_login(viewer)
    page = client.get("/tokens/").content.decode()
    assert '<input type="checkbox" name="is_read_only" checked>' in page
    assert "three" not in page
    form = {"name": "Grafana", "days": "30", "access": "some", "is_read_only": "on"}
    for wrong in ([], [three[2].pk]):
        refused = client.post("/tokens/", {**form, "accounts": wrong}).content.decode()
        assert 'role="alert"' in refused
    assert not ApiToken.objects.exists()
    page = client.post("/tokens/", {**form, "accounts": [three[0].pk]}).content.decode()
    token = ApiToken.objects.get()
    assert (token.name, token.is_read_only, token.all_accounts) == (
        "Grafana",
        True,
        False,
    )
    assert [*token.accounts.all()] == [three[0]]
    assert "Your new token, Grafana" in page
    assert "never" in page


def test_a_token_without_a_name_is_refused(client: Client) -> None:
    client.force_login(person("viewer"))
    page = client.post("/tokens/", {"days": "30", "access": "all"}).content.decode()
    assert "Give a name." in page
    assert not ApiToken.objects.exists()


def test_the_command_makes_one_too(three: list[CloudAccount]) -> None:
    person("viewer")
    out = StringIO()
    options = ["--name", "cron", "--read-only", "--account", "one"]
    call_command("create_token", "viewer", *options, stdout=out)
    token = ApiToken.objects.get()
    assert (token.name, token.is_read_only) == ("cron", True)
    assert names_seen(out.getvalue().strip()) == ["one"]
    with pytest.raises(CommandError, match="no account four"):
        call_command("create_token", "viewer", "--account", "four", stdout=out)
    with pytest.raises(CommandError, match="at most 80 characters"):
        call_command("create_token", "viewer", "--name", "x" * 81, stdout=out)


def test_two_accounts_are_not_recorded_as_a_change_of_one(
    three: list[CloudAccount],
) -> None:
    token, _ = make_token(person("viewer"), 1, accounts=three[:2])
    facts = list(facts_of(AuditEntry(details=token_facts(token))))
    assert f"accounts: {three[0]}, {three[1]}" in facts
