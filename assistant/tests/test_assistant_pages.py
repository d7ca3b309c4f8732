"""The page: ask, read how it was understood, judge; and the agents' reports."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from assistant.agents import AGENTS
from assistant.models import Interaction
from insights.testing import somebody
from users.testing import last_message

PAGE = "/assistant/"


def page_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_question_is_asked_and_its_answer_shown(ada: User) -> None:
    client = page_of(ada)
    assert "Nothing was asked yet" in client.get(PAGE).content.decode()
    asked = client.post(PAGE, {"question": "What did <b>S3</b> cost in October?"})
    row = Interaction.objects.get()
    assert asked["Location"] == f"{PAGE}#question-{row.pk}"
    client.post(PAGE, {"question": "What did S3 cost in October?"})
    shown = client.get(PAGE).content.decode()
    assert "$77.50 for 1 Oct 2026" in shown
    assert "service Amazon Simple Storage Service" in shown
    assert "What did &lt;b&gt;S3&lt;/b&gt;" in shown


@pytest.mark.parametrize("question", ["", "  ", "x" * 501, "a\0b"])
def test_what_is_no_question_is_refused_on_the_page(question: str, ada: User) -> None:
    answer = page_of(ada).post(PAGE, {"question": question})
    assert answer.status_code == 400
    assert not Interaction.objects.exists()


def test_an_answer_is_judged_by_who_asked_alone(ada: User) -> None:
    client = page_of(ada)
    client.post(PAGE, {"question": "cost in October"})
    row = Interaction.objects.get()
    address = reverse("rate-answer", args=[row.pk])
    judged = client.post(address, {"rating": "1", "comment": "Right."})
    assert last_message(judged) == "Thank you: your judgment is stored."
    other = page_of(somebody("administrator", name="other"))
    assert other.post(address, {"rating": "-1"}).status_code == 404
    refused = client.post(address, {"rating": "9"})
    assert last_message(refused).startswith("Choose right or wrong")
    row.refresh_from_db()
    assert (row.rating, row.comment) == (1, "Right.")


def test_each_agents_report_is_a_page(ada: User) -> None:
    client = page_of(ada)
    for name, agent in AGENTS.items():
        assert agent.title in client.get(f"{PAGE}reports/").content.decode()
        shown = client.get(f"{PAGE}reports/{name}/").content.decode()
        assert all(one.title in shown for one in agent.sections)
        assert "Not answered" not in shown
    assert client.get(f"{PAGE}reports/poet/").status_code == 404
    assert not Interaction.objects.exists()


def test_who_has_no_role_may_not_ask(ada: User) -> None:
    ada.groups.clear()
    assert page_of(ada).get(PAGE).status_code == 403
