"""Anomalies are told through the channels, once, and acknowledged from there."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import Channel, Notice, Route
from alerts.outbox import deliver_due
from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from costs.allocation.testing import team_rule
from insights.anomalies.anomaly_notices import queue_anomalies, queue_ends
from insights.models import Anomaly
from insights.owners.notices import queue_due
from insights.testing import anomaly, recommendation, request_of, somebody
from insights.transitions import change_status

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def told(settings: Settings) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ops@example.com"], ""
    settings.BASE_URL = "https://cloud.example.com"


def new(account_: Any, /, **values: Any) -> Anomaly:
    return anomaly(account_, **{"seen_on": YESTERDAY, "peak_day": YESTERDAY, **values})


def test_each_is_reported_once_with_its_money(mailoutbox: Any) -> None:
    row = new(account())
    for _ in range(2):
        queue_anomalies(NOW)
        deliver_due(NOW)
    (letter,) = mailoutbox
    assert f"{row.title}: $50.00 on" in letter.body
    assert "$120.00 more than expected in all." in letter.body
    assert f"https://cloud.example.com/insights/anomalies/{row.pk}/" in letter.body
    notice = Notice.objects.get()
    assert (notice.amount, notice.currency, notice.topic) == (120, "USD", "anomaly")


def test_those_of_old_days_low_ones_and_those_that_are_looked_at_are_not() -> None:
    owner = account()
    new(owner, service="S3", severity="low")
    new(owner, service="RDS", status="acknowledged")
    anomaly(owner, service="Athena")
    queue_anomalies(NOW)
    assert not Notice.objects.exists()


def test_the_same_service_in_several_accounts_is_one_message(mailoutbox: Any) -> None:
    for number in range(1, 4):
        new(account(number), service="Amazon Athena")
    queue_anomalies(NOW)
    assert deliver_due(NOW) == 3
    (letter,) = mailoutbox
    assert letter.subject.startswith("cloudintel: 3 accounts, one cause: Amazon Athena")
    assert "Amazon Athena is above what is expected." in letter.body


def test_more_of_them_are_no_more_queries_to_find(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    owner = account()
    counts = []
    for number in range(2):
        new(owner, service=f"Service {'ab'[number]}")
        with django_assert_max_num_queries(99) as counted:
            queue_anomalies(NOW)
        counts.append(len(counted))
    # Each is one insert, after the channels and the routes.
    assert counts[1] - counts[0] <= 4


def test_a_team_gets_those_that_it_pays_for() -> None:
    one, other = account(1), account(2)
    team_rule(to={"Shop": "100"}, accounts=[one.account_id])
    Route.objects.create(channel="email", team="Shop", created_at=NOW)
    mine, theirs = new(one), new(other)
    queue_anomalies(NOW)
    about = set(Notice.objects.values_list("about_id", flat=True))
    assert about == {mine.pk} and theirs.pk not in about


def test_it_is_acknowledged_by_the_link_in_the_message(
    mailoutbox: Any, client: Client
) -> None:
    row = new(account())
    queue_anomalies(NOW)
    deliver_due(NOW)
    (link,) = re.findall(r"example\.com(/alerts/act/\S+)", mailoutbox[0].body)
    client.post(link)
    row.refresh_from_db()
    assert row.status == "acknowledged"
    (change,) = row.changes.all()
    assert (change.user, change.user_name) == (None, "link in email")
    assert not row.is_closed_automatically


def test_the_owner_is_told_on_the_day_until_which_it_was_to_be_done(
    mailoutbox: Any,
) -> None:
    ada = somebody(name="ada")
    ada.email = "ada@example.com"
    ada.save()
    owner = account()
    due = {"owner": ada, "due_on": TODAY}
    row = new(owner, **due)
    recommendation(owner, status="done", **due)
    new(owner, service="S3", owner=ada, due_on=TODAY + timedelta(days=1))
    for _ in range(2):
        queue_due(NOW)
        deliver_due(NOW)
    (letter,) = mailoutbox
    assert letter.to[-1] == "ada@example.com"
    assert str(row) in letter.subject


def test_pagerduty_is_told_once_when_one_that_it_was_told_of_is_closed() -> None:
    Channel.objects.create(
        name="On call",
        kind="pagerduty",
        target="https://events.example.com/v2/enqueue",
        secret="0" * 32,
        created_at=NOW,
    )
    row, other = new(account()), new(account(2))
    queue_anomalies(NOW)
    Notice.objects.filter(about_id=row.pk).update(sent_at=NOW)
    queue_ends(NOW)
    assert not Notice.objects.filter(is_end=True).exists()
    told_of_an_account = Notice.objects.get(about_id=row.pk, channel="On call")
    told_of_an_account.pk, told_of_an_account.key = None, "of an account"
    told_of_an_account.about_type = ContentType.objects.get_for_model(CloudAccount)
    told_of_an_account.about_id = other.pk
    told_of_an_account.save()
    for one in (row, other):
        change_status(one, "resolved", 1, NOW, request=request_of())
    for _ in range(2):
        queue_ends(NOW)
    ended = Notice.objects.get(is_end=True)
    assert (ended.channel, ended.about_id) == ("On call", row.pk)
