"""The endpoints: ask, list and export what was asked, judge answers, reports."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from archives.retention.deletions import delete_expired
from assistant.agents import AGENTS
from assistant.models import Interaction
from clouds.models import CloudAccount
from core.testing.clock import NOW
from insights.testing import somebody
from users.models import AuditEntry
from users.testing import session_of, text_of
from users.tokens import make_token

ASK = "/api/v1/assistant/ask/"
LIST = "/api/v1/assistant/questions/"


def ask(user: User, **body: Any) -> Any:
    return session_of(user).post(ASK, body, format="json")


def test_a_question_is_answered_with_its_links(ada: User) -> None:
    answer = ask(ada, question="What did S3 cost in October?")
    assert answer.status_code == 201
    found = answer.json()
    assert (found["user"], found["source"], found["intent"]) == ("ada", "api", "cost")
    assert found["answer"]["text"].startswith("$77.50")


def test_an_intent_can_be_given_instead(ada: User) -> None:
    slots = {"period": "last_month", "service": "S3"}
    found = ask(ada, intent="cost", slots=slots).json()
    assert found["answer"]["text"].startswith("$77.50")
    assert found["understood_by"] == "arguments"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": "x" * 501},
        {"question": "a", "intent": "cost"},
        {"intent": "drop"},
        {"question": "a", "slots": {}},
        {"question": "a", "sql": "select 1"},
        {"intent": "cost", "slots": ["x"]},
    ],
)
def test_what_cannot_be_read_is_refused(body: dict[str, Any], ada: User) -> None:
    assert ask(ada, **body).status_code == 400
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    "slots",
    [
        {"period": "yesteryear"},
        {"service": [1]},
        {"service": ["a\0b"]},
        {"a\0b": "c"},
        {"currency": {"a": "\0"}},
        {"service": {"a": 1}},
        {"start": "01/02/2026"},
        {"limit": 5},
        {"metric": ["billed"]},
        {"currency": "XXX"},
        {"start": "2026-02-02", "end": "2026-02-01"},
        {"start": "2026-02-02"},
        {"end": "2026-02-02"},
        {"start": "2026-02-30", "end": "2026-03-31"},
        {"previous_start": "2026-02-02"},
    ],
)
def test_wrong_slots_are_refused_in_a_sentence(slots: Any, ada: User) -> None:
    found = ask(ada, intent="cost", slots=slots).json()
    assert not found["is_answered"]
    assert found["answer"]["text"].endswith(".")


def test_one_sees_and_exports_only_ones_own(ada: User) -> None:
    other = somebody("operator", name="other")
    ask(ada, question="cost in October")
    ask(other, question="cost of S3 in October")
    listed = session_of(ada).get(LIST).json()
    assert [one["question"] for one in listed["results"]] == ["cost in October"]
    file = text_of(session_of(ada).get(LIST, {"format": "csv"}))
    assert "cost in October" in file
    assert "S3" not in file
    boss = somebody("administrator", name="boss")
    assert session_of(boss).get(LIST).json()["count"] == 2


def test_a_token_of_fewer_accounts_lists_what_was_asked_with_it(
    ada: User, accounts: tuple[CloudAccount, CloudAccount]
) -> None:
    ask(ada, question="cost in October")
    clients = []
    for owner in accounts:
        text = make_token(ada, 1, accounts=[owner])[1]
        clients.append(APIClient(headers={"authorization": f"Token {text}"}))
    clients[0].post(ASK, {"question": "cost in September"}, format="json")
    first, second = (client.get(LIST).json()["results"] for client in clients)
    assert [one["question"] for one in first] == ["cost in September"]
    assert second == []


def test_a_limited_administrator_reads_no_answers_of_others(
    ada: User, accounts: tuple[CloudAccount, CloudAccount]
) -> None:
    ask(ada, question="cost in October")
    boss = somebody("administrator", accounts[1], name="boss")
    assert session_of(boss).get(LIST).json()["count"] == 0


def test_an_answer_is_judged_by_who_asked(ada: User) -> None:
    number = ask(ada, question="cost in October").json()["id"]
    own, other = session_of(ada), session_of(somebody("operator", name="other"))
    body = {"rating": -1, "comment": "Without tax, please."}
    assert own.patch(f"{LIST}{number}/", body, format="json").status_code == 200
    assert other.patch(f"{LIST}{number}/", body, format="json").status_code == 404
    wrong = own.patch(f"{LIST}{number}/", {"rating": 7}, format="json")
    assert wrong.status_code == 400
    row = Interaction.objects.get()
    assert (row.rating, row.comment) == (-1, "Without tax, please.")
    entry = AuditEntry.objects.get(action="answer.rate")
    assert (entry.user, entry.object_label) == (ada, "cost in October")


def test_the_tools_are_listed_with_their_schemas(ada: User) -> None:
    found = session_of(ada).get("/api/v1/assistant/tools/").json()
    cost = next(one for one in found if one["name"] == "cost")
    assert "period" in cost["schema"]["properties"]


@pytest.mark.parametrize("agent", AGENTS)
def test_each_agent_reports_over_the_data(agent: str, ada: User) -> None:
    found = session_of(ada).get(f"/api/v1/assistant/reports/{agent}/").json()
    assert [one["title"] for one in found["sections"] if "is_refused" in one] == []
    assert session_of(ada).get("/api/v1/assistant/reports/poet/").status_code == 404


def test_the_command_prints_a_report(ada: User, capsys: Any) -> None:
    call_command("report", "financial-analyst")
    assert "$576.25 is forecast" in capsys.readouterr().out
    call_command("report", "financial-analyst", "--user", "ada")
    assert "2 open recommendations" in capsys.readouterr().out
    User.objects.create_user("bob", is_active=False)
    with pytest.raises(CommandError, match="no active user 'bob'"):
        call_command("report", "financial-analyst", "--user", "bob")


def test_what_is_older_than_it_is_kept_is_deleted(ada: User, settings: Any) -> None:
    for _ in range(2):
        ask(ada, question="cost in October")
    old = Interaction.objects.order_by("pk").first()
    assert old
    span = timedelta(days=settings.ASSISTANT_KEEP_DAYS, seconds=1)
    Interaction.objects.filter(pk=old.pk).update(asked_at=NOW - span)
    for _ in range(2):
        delete_expired(NOW)
        assert Interaction.objects.count() == 1
