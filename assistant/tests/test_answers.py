"""Answers have the figures of the API and of the page that they link to."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.ask import ask
from assistant.models import Interaction
from assistant.operation_answers import answer_action
from core.testing.clock import NOW
from insights.testing import budget
from users.testing import session_of

API = Interaction.Source.API


def asked(question: str, user: User) -> Any:
    row = ask(question, user, API)
    assert row.is_answered, row.answer
    return row.answer


def text(question: str, user: User) -> str:
    return str(asked(question, user)["text"])


def test_a_cost_is_that_of_the_bill_beside_the_period_before(ada: User) -> None:
    found = asked("What did S3 cost in October?", ada)
    assert found["text"] == (
        "$77.50 for 1 Oct 2026 to 31 Oct 2026. It was $75.00 in the period before "
        "(+3.3%)."
    )
    assert found["understood"] == [
        "Cost",
        "service Amazon Simple Storage Service",
        "1 Oct 2026 to 31 Oct 2026",
    ]


def test_every_budget_is_counted_by_its_state(ada: User) -> None:
    for number in range(9):
        budget(name=f"Team {number}")
    found = asked("Are we within budget?", ada)
    count, _, states = found["text"].partition(" budgets this month: ")
    counts = [one.split()[0] for one in states.split(", ")]
    assert int(count) == sum(int(one) for one in counts if one != "none") == 10
    shown = {row["cells"][-1] for row in found["rows"]}
    assert all(f" {state}" in states for state in shown)


def test_a_period_of_anomalies_is_that_of_their_days(ada: User) -> None:
    found = asked("anomalies last month", ada)
    assert "start=2026-10-01&end=2026-11-01" in found["query"]


def test_what_there_is_none_of_in_a_currency_is_said_of_that(ada: User) -> None:
    assert text("cost in EUR last month", ada).startswith("No costs in EUR are stored")


def test_lines_are_named_by_one_query(ada: User) -> None:
    asked("cost by service last month", ada)  # what a process asks once
    with CaptureQueriesContext(connection) as few:
        asked("top 1 services last month", ada)
    with CaptureQueriesContext(connection) as many:
        asked("top 3 services last month", ada)
    assert len(many) <= len(few)


@pytest.mark.parametrize(
    "question",
    [
        "What did S3 cost in October?",
        "cost of staging last month",
        "top 2 services last month",
        "Show the cost per month since September",
        "daily cost of CloudFront last week",
        "Why did costs rise last month?",
        "compare October with September",
        "What will this month cost?",
        "forecast for staging for the next 7 days",
        "Which anomalies are open?",
        "unusual costs in the last 30 days",
        "Which instances are idle?",
        "Where can we save money?",
        "how much have we saved",
        "How many instances are there?",
        "Are we within budget?",
        "What are our carbon emissions by account?",
        "Is the data of production fresh?",
        "Which usage types cost the most?",
        "Which actions are pending?",
        "When was the last backup?",
        "Is the installation healthy?",
    ],
)
def test_each_answer_links_to_a_page_and_a_query_that_work(
    question: str, ada: User, client: Client
) -> None:
    client.force_login(ada)
    found = asked(question, ada)
    assert client.get(found["page"]).status_code == 200, found["page"]
    again = session_of(ada).get(found["query"])
    assert again.status_code == 200, again.content


def test_the_page_has_the_same_figure(ada: User, client: Client) -> None:
    client.force_login(ada)
    for question in ("cost of staging last month", "top services last month"):
        found = asked(question, ada)
        amount = found["text"].split(" for ")[0].split()[-1].rstrip(".")
        assert amount in client.get(found["page"]).content.decode(), found


def test_what_costs_most_comes_first(ada: User) -> None:
    found = asked("top 5 services in October", ada)
    assert [row["cells"][0] for row in found["rows"]] == [
        "Amazon CloudFront",
        "Amazon Simple Storage Service",
    ]
    assert found["rows"][0]["cells"][1] == {"amount": "503.75", "currency": "USD"}


def test_accounts_are_called_by_name(ada: User) -> None:
    found = asked("costs by account", ada)
    assert [row["cells"][0] for row in found["rows"]] == ["production", "staging"]


def test_a_trend_tells_its_lowest_and_highest(ada: User) -> None:
    output = text("cost per month since September", ada)
    assert "from $356.25 (Nov 2026) to $581.25 (Oct 2026)" in output


def test_a_change_is_described_as_it_was_whatever_is_asked(ada: User) -> None:
    output = text("Why did costs fall in October?", ada)
    assert output.startswith("Costs rose by $18.75: $581.25 for 1 Oct 2026")


def test_a_forecast_is_of_the_month_with_what_is_billed(ada: User) -> None:
    output = text("What will this month cost?", ada)
    assert output.startswith("$576.25 is forecast for 1 Nov 2026 to 30 Nov 2026")


def test_a_forecast_that_does_not_reach_so_far_is_refused(ada: User) -> None:
    row = ask("forecast for June 2027", ada, API)
    assert not row.is_answered
    assert "2027-01-18" in row.answer["text"]


def test_savings_are_summed_by_the_endpoint(ada: User) -> None:
    output = text("Where can we save money?", ada)
    assert output == "2 open recommendations would save $140.16 a month."


def test_resources_are_counted_by_kind(ada: User) -> None:
    assert text("How many disks are there?", ada) == "There is 1 volume."
    assert text("How many instances run?", ada) == "There are 2 instances."
    assert text("number of stopped instances", ada) == (
        "There are 0 stopped instances."
    )


def test_a_limited_user_gets_only_their_accounts_figures(limited: User) -> None:
    assert text("cost in October", limited).startswith("$116.25 for 1 Oct 2026")
    assert text("Where can we save money?", limited).startswith("1 open rec")
    found = asked("What will this month cost?", limited)
    assert [row["cells"][0] for row in found["rows"]] == ["staging"]
    assert "You see staging only." in found["data_status"]


def test_that_there_is_no_backup_is_not_said_to_who_sees_some_accounts(
    ada: User, limited: User, accounts: object
) -> None:
    assert text("When was the last backup?", ada) == "There is no such backup."
    assert "is of all accounts" in text("When was the last backup?", limited)


def test_a_limited_user_who_names_another_account_is_refused(limited: User) -> None:
    row = ask("cost of production in October", limited, API)
    assert (row.is_answered, row.intent) == (False, "")
    assert row.answer["unknown"] == ["production"]
    assert "production" not in str(row.answer["nearest"])


def test_without_the_permission_of_a_page_its_question_is_refused(
    ada: User, accounts: object
) -> None:
    ada.groups.clear()
    ada = User.objects.get(pk=ada.pk)
    row = ask("Which anomalies are open?", ada, API)
    assert not row.is_answered
    assert row.answer["text"] == "This needs the permission insights.view_anomaly."


def test_days_that_are_not_stored_are_said_to_be_so(ada: User) -> None:
    assert text("cost in 2024", ada) == (
        "No costs are stored for 1 Jan 2024 to 31 Dec 2024."
    )


def test_what_is_asked_is_kept_with_how_it_was_understood(ada: User) -> None:
    ask("What did S3 cost in October?", ada, API)
    row = Interaction.objects.get()
    assert (row.user, row.source, row.intent) == (ada, "api", "cost")
    assert (row.understood_by, row.confidence) == ("grammar", 1.0)
    assert row.context["slots"]["service"] == ["Amazon Simple Storage Service"]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (2, "2 open actions. Each waits for its approval."),
        (3, "3 open actions. Of those listed 2 wait for their approval."),
    ],
)
def test_actions_say_how_many_wait_for_their_approval(count: int, said: str) -> None:
    facts = {"id": 1, "title": "Stop web", "proposed_at": NOW.isoformat()}
    waits = {**facts, "status": "proposed", "proposed_by": "ada"}
    question: Any = SimpleNamespace(
        slots={}, get=lambda *_, **__: {"count": count, "results": [waits, waits]}
    )
    assert answer_action(question).text == said
