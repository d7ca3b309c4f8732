"""Who gets the alerts of a budget, and a test of them from its form."""

import re
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from alerts.models import Channel, Notice
from alerts.outbox import deliver_due
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.testing import store_costs
from insights.budgets.refresh import is_due, refresh_budgets
from insights.models import Budget
from insights.testing import budget, somebody
from users.models import AuditEntry
from users.testing import operator

pytestmark = pytest.mark.django_db
MONTH = Window(TODAY.replace(day=1), TODAY)


@pytest.fixture(autouse=True)
def noon(settings: Any) -> Any:
    settings.ALERT_EMAILS = []
    settings.ALERT_WEBHOOK_URL = ""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(somebody("operator"))
    return client


def fields(**values: str) -> dict[str, str]:
    wanted = {"name": "All", "scope": "total", "currency": "USD", "amount": "100"}
    return {**wanted, "actual_percents": "80", "forecasted_percents": "", **values}


def test_its_recipients_get_its_alerts_without_a_channel(ada: Client) -> None:
    store_costs(account(), MONTH, {"EC2": "5"})
    one = budget(
        actual_percents=[90], forecasted_percents=[], recipients=["bo@example.com"]
    )
    refresh_budgets(NOW)
    assert not is_due(NOW)
    assert deliver_due(NOW) == 1
    page = ada.get(one.get_absolute_url()).content.decode()
    assert re.search(r"bo@example.com: sent \w", page)
    (letter,) = mail.outbox
    assert letter.to == ["bo@example.com"]
    assert "exceeds 90%" in letter.body


def test_recipients_that_are_given_later_get_this_months_alerts() -> None:
    store_costs(account(), MONTH, {"EC2": "5"})
    budget(actual_percents=[90], forecasted_percents=[])
    refresh_budgets(NOW)
    assert not is_due(NOW)
    Budget.objects.update(recipients=["bo@example.com"])
    assert is_due(NOW)
    refresh_budgets(NOW)
    assert Notice.objects.get().recipients == ["bo@example.com"]


def test_the_form_stores_recipients_and_shows_them_again(ada: Client) -> None:
    given = fields(recipients="bo@example.com; ann@example.com, bo@example.com")
    ada.post("/insights/budgets/add/", given)
    one = Budget.objects.get()
    assert one.recipients == ["bo@example.com", "ann@example.com"]
    page = ada.get(f"{one.get_absolute_url()}change/").content.decode()
    assert 'value="bo@example.com, ann@example.com"' in page
    shown = ada.get(one.get_absolute_url()).content.decode()
    assert "bo@example.com, ann@example.com" in shown


def test_the_form_refuses_what_is_no_address(ada: Client) -> None:
    answer = ada.post("/insights/budgets/add/", fields(recipients="bo"))
    assert "bo is not an e-mail address" in answer.content.decode()
    assert not Budget.objects.exists()


def test_the_api_takes_recipients() -> None:
    body = {**fields(), "actual_percents": [80], "forecasted_percents": []}
    sent = {**body, "recipients": ["bo@example.com"]}
    answer = operator().post("/api/v1/budgets/", sent, format="json")
    assert answer.json()["recipients"] == ["bo@example.com"]
    wrong = {**body, "name": "x", "recipients": ["bo"]}
    refused = operator().post("/api/v1/budgets/", wrong, format="json")
    assert refused.status_code == 400
    assert Budget.objects.count() == 1


def test_a_test_goes_to_recipients_and_channels_and_keeps_the_form(
    ada: Client,
) -> None:
    Channel.objects.create(
        name="Finance", kind="email", target="fin@example.com", created_at=NOW
    )
    given = fields(recipients="bo@example.com", name="Mine", amount="", test="yes")
    text = ada.post("/insights/budgets/add/", given).content.decode()
    assert [letter.to for letter in mail.outbox] == [
        ["bo@example.com"],
        ["fin@example.com"],
    ]
    assert text.count("sent. Check that it arrived.") == 2
    assert "The budget was not saved" not in text
    assert 'value="Mine"' in text and 'value="bo@example.com"' in text
    assert not Budget.objects.exists()
    assert AuditEntry.objects.filter(action="channel.test").count() == 2


@pytest.mark.parametrize(
    ("recipients", "reason"),
    [("", "They would reach nobody"), ("bo", "bo is not an e-mail address")],
)
def test_a_test_that_reaches_nobody_says_so(
    ada: Client, recipients: str, reason: str
) -> None:
    given = fields(recipients=recipients, test="yes")
    text = ada.post("/insights/budgets/add/", given).content.decode()
    assert reason in text
    assert mail.outbox == []


def test_a_test_from_the_form_of_a_budget_changes_nothing(ada: Client) -> None:
    one = budget(name="Before")
    given = fields(name="After", version="1", recipients="bo@example.com", test="yes")
    ada.post(f"{one.get_absolute_url()}change/", given)
    one.refresh_from_db()
    assert (one.name, one.version, len(mail.outbox)) == ("Before", 1, 1)


@pytest.mark.parametrize("path", ["/insights/budgets/"])
def test_the_list_says_that_no_alert_reaches_anybody(
    ada: Client, path: str, settings: Any
) -> None:
    assert "No alert channel is configured" in ada.get(path).content.decode()
    settings.ALERT_EMAILS = ["ops@example.com"]
    assert "No alert channel is configured" not in ada.get(path).content.decode()
