"""Acknowledging and snoozing: by the link in a message, on the page and by API."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from pytest_django import Settings

from alerts.models import (
    Channel,
    Facts,
    Notice,
    Route,
    Severity,
    Snooze,
    Topic,
)
from alerts.outbox import deliver_due, queue_notice
from alerts.tasks import deliver_notices
from clouds.models import CloudAccount
from clouds.testing import account
from core.refusals import Refusal
from core.testing.clock import NOW
from users.models import AuditEntry
from users.testing import ask, operator, person, viewer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
STALE = Facts(Topic.FRESHNESS, Severity.CRITICAL)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Links expire, and snoozes end."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def one_channel(settings: Settings) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ops@example.com"], ""
    settings.BASE_URL = "https://cloud.example.com"


@pytest.fixture
def sent_notice(mailoutbox: Any) -> Any:
    """A notice that was e-mailed, and its link."""
    queue_notice(account(), "opened", "It broke.", NOW, STALE)
    at(NOW)
    return Notice.objects.get()


def at(now: datetime) -> int:
    with time_machine.travel(now, tick=False):
        return deliver_notices()


def about_of(notice: Notice) -> Model:
    assert notice.about is not None
    about: Model = notice.about
    return about


def link_in(body: str) -> str:
    (found,) = re.findall(r"https://cloud\.example\.com(/alerts/act/\S+)", body)
    return str(found)


def test_whoever_has_the_message_acknowledges_it_and_opening_changes_nothing(
    sent_notice: Notice, mailoutbox: Any, client: Client
) -> None:
    link = link_in(mailoutbox[0].body)
    assert "It broke." in client.get(link).content.decode()
    sent_notice.refresh_from_db()
    assert sent_notice.acknowledged_at is None
    assert "Acknowledged." in client.post(link).content.decode()
    sent_notice.refresh_from_db()
    assert sent_notice.acknowledged_by == "link in email"
    entry = AuditEntry.objects.get(action="notice.acknowledge")
    assert (entry.user, entry.user_name) == (None, "link in email")
    again = client.get(link).content.decode()
    assert "Acknowledged by link in email." in again
    assert "<button" not in again.split("<main")[-1].split("</main>")[0]


def test_a_forged_or_old_link_is_refused_in_a_sentence(
    sent_notice: Notice, mailoutbox: Any, client: Client
) -> None:
    link = link_in(mailoutbox[0].body)
    for wrong in ("/alerts/act/x/", link[:-2] + "x/", "/alerts/act/MQ:1:x/"):
        for answer in (client.get(wrong), client.post(wrong)):
            assert answer.status_code == 409
            assert "The link has expired" in answer.content.decode()
    with time_machine.travel(NOW + 15 * DAY, tick=False):
        assert client.post(link).status_code == 409
    assert Notice.objects.get().acknowledged_at is None


def test_what_is_snoozed_is_reported_again_when_that_ends(
    sent_notice: Notice, mailoutbox: Any, client: Client
) -> None:
    link = link_in(mailoutbox[0].body)
    page = client.post(link, {"days": "1"}).content.decode()
    assert "Snoozed until" in page
    queue_notice(about_of(sent_notice), "worse", "It is worse.", NOW, STALE)
    assert at(NOW + DAY / 2) == 0
    assert at(NOW + DAY) == 2
    assert not Snooze.objects.exists()
    bodies = "".join(letter.body for letter in mailoutbox[1:])
    assert "Snoozed until now by link in email: It broke." in bodies
    assert "It is worse." in bodies
    assert at(NOW + 2 * DAY) == 0


def test_what_is_over_by_then_is_not_reported_again(
    sent_notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_api = operator().post(
        f"/api/v1/notices/{sent_notice.pk}/snooze/",
        {"until": (NOW + DAY).isoformat()},
        format="json",
    )
    assert by_api.status_code == 200
    Snooze.objects.update(until=NOW)
    monkeypatch.setattr(CloudAccount, "is_open", False, raising=False)
    assert at(NOW + DAY) == 0
    assert not Snooze.objects.exists()


def test_acknowledging_ends_the_snooze_and_takes_back_what_waits(
    sent_notice: Notice,
) -> None:
    about = about_of(sent_notice)
    Snooze.objects.create(
        about=about, subject="x", until=NOW + DAY, user_name="ada", created_at=NOW
    )
    queue_notice(about, "worse", "It is worse.", NOW, STALE)
    path = f"/api/v1/notices/{sent_notice.pk}/acknowledge/"
    answer = operator().post(path)
    assert answer.json()["acknowledged_by"] == "operator"
    assert not Snooze.objects.exists()
    assert deliver_due(NOW + DAY) == 0
    assert ask("notices/", acknowledged="true")["count"] == 2
    assert ask("notices/", acknowledged="false")["count"] == 0


def test_what_was_acknowledged_before_it_was_sent_is_not_queued_again() -> None:
    one = account()
    queue_notice(one, "opened", "It broke.", NOW, STALE)
    number = Notice.objects.get().pk
    answer = operator().post(f"/api/v1/notices/{number}/acknowledge/")
    assert answer.json()["acknowledged_by"] == "operator"
    queue_notice(one, "opened", "It broke.", NOW, STALE)
    assert at(NOW + DAY) == 0


def test_the_end_and_the_hand_over_of_what_is_acknowledged_are_reported(
    sent_notice: Notice, mailoutbox: Any
) -> None:
    about = about_of(sent_notice)
    handed = Facts(Topic.HAND_OVER, Severity.INFO)
    queue_notice(about, "assigned", "It is yours.", NOW, handed)
    queue_notice(about, "closed", "It is over.", NOW, STALE, is_end=True)
    operator().post(f"/api/v1/notices/{sent_notice.pk}/acknowledge/")
    assert at(NOW + DAY) == 2


def test_who_was_told_at_first_is_told_again_by_a_message_of_the_same_cause(
    mailoutbox: Any,
) -> None:
    Channel.objects.create(
        name="Finance", kind="email", target="fin@example.com", created_at=NOW
    )
    Route.objects.create(channel="email", topic=Topic.BUDGET, created_at=NOW)
    text, cause = "It broke. No access.", "No access."
    queue_notice(
        *(account(), "opened", text, NOW, STALE),
        cause=cause,
        recipients=["bo@example.com"],
    )
    assert at(NOW) == 2
    operator().post(
        f"/api/v1/notices/{Notice.objects.earliest('pk').pk}/snooze/",
        {"until": (NOW + DAY).isoformat()},
        format="json",
    )
    Snooze.objects.update(until=NOW + DAY)
    del mailoutbox[:]
    assert at(NOW + DAY) == 2
    to = sorted(letter.to for letter in mailoutbox)
    assert to == [["bo@example.com"], ["fin@example.com"]]
    assert set(Notice.objects.values_list("cause", flat=True)) == {cause}


def test_a_link_says_how_many_alerts_of_its_message_it_acknowledges(
    mailoutbox: Any, client: Client
) -> None:
    for number in range(3):
        owner = account(number + 1)
        cause = "No access."
        queue_notice(owner, "opened", f"{number}. {cause}", NOW, STALE, cause=cause)
    assert at(NOW) == 3
    (letter,) = mailoutbox
    link = link_in(letter.body)
    assert "2 more alerts of the same cause" in client.get(link).content.decode()
    client.post(link)
    assert Notice.objects.exclude(acknowledged_at=None).count() == 3


def test_what_only_informs_is_neither_acknowledged_nor_snoozed(
    sent_notice: Notice,
) -> None:
    Notice.objects.update(topic=Topic.DIGEST)
    for way in ("acknowledge", "snooze"):
        answer = operator().post(f"/api/v1/notices/{sent_notice.pk}/{way}/")
        assert answer.status_code == 400
        assert "only informs" in answer.content.decode()


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "2090-01-01T00:00:00Z", "x"])
def test_a_snooze_ends_within_90_days(sent_notice: Notice, until: str) -> None:
    path = f"/api/v1/notices/{sent_notice.pk}/snooze/"
    answer = operator().post(path, {"until": until}, format="json")
    assert answer.status_code == 400
    assert "until" in answer.json()["errors"]
    assert viewer().post(path, {"until": until}, format="json").status_code == 403


def test_on_the_page_a_user_acknowledges_and_snoozes(
    sent_notice: Notice, client: Client
) -> None:
    client.force_login(User.objects.get_or_create(username="nobody")[0])
    assert client.post(f"/alerts/notices/{sent_notice.pk}/act/").status_code == 403
    client.force_login(person("operator"))
    shown = client.post(
        f"/alerts/notices/{sent_notice.pk}/act/", {"days": "7"}, follow=True
    )
    assert "Snoozed until" in shown.content.decode()
    assert "notified again then" in shown.content.decode()
    wrong = client.post(
        f"/alerts/notices/{sent_notice.pk}/act/", {"days": "4"}, follow=True
    )
    assert "Choose one of 1 day, 7 days" in wrong.content.decode()
    done = client.post(
        f"/alerts/notices/{sent_notice.pk}/act/", follow=True
    ).content.decode()
    assert "operator" in done
    assert Notice.objects.get().acknowledged_by == "operator"


def test_what_it_is_about_may_refuse(
    sent_notice: Notice,
    client: Client,
    mailoutbox: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise Refusal("Somebody changed it meanwhile.")

    monkeypatch.setattr(CloudAccount, "acknowledge", refuse, raising=False)
    refused = client.post(link_in(mailoutbox[0].body))
    assert refused.status_code == 409
    client.force_login(person("operator"))
    shown = client.post(f"/alerts/notices/{sent_notice.pk}/act/", follow=True)
    for answer in (refused, shown):
        assert "Somebody changed it meanwhile." in answer.content.decode()
    assert Notice.objects.get().acknowledged_at is None
