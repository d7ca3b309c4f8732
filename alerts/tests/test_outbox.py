"""The outbox: each channel gets each notice once, however often it is queued."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django import Settings

from alerts import channels
from alerts.channels import DeliveryFailed
from alerts.messages import Message
from alerts.models import Facts, Notice, Severity, Topic
from alerts.outbox import deliver_due, queue_notice, withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WARNING = Facts(Topic.OTHER, Severity.WARNING)


@pytest.fixture
def ada() -> User:
    """Something that a notice is about."""
    return User.objects.create_user("ada")


@pytest.fixture(autouse=True)
def noon(settings: Settings) -> Iterator[None]:
    settings.ALERT_EMAILS = ["ops@example.com"]
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def posted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    settings.ALERT_WEBHOOK_URL = "https://hooks.example.com/x"
    texts: list[str] = []
    monkeypatch.setattr(channels, "post_webhook", lambda _, one: texts.append(one.text))
    return texts


def queue(about: User, event: str = "opened", text: str = "It broke.") -> None:
    queue_notice(about, event, text, NOW, WARNING)


def test_each_channel_gets_it_once(ada: User, posted: list[str]) -> None:
    for _ in range(3):
        queue(ada)
        deliver_due(NOW)
    queue(ada, "closed", "It is over.")
    assert deliver_due(NOW) == 2
    assert posted == ["It broke.", "It is over."]
    assert [letter.body for letter in mail.outbox] == posted
    assert set(Notice.objects.values_list("sent_at", "attempts")) == {(NOW, 1)}


def test_the_subject_is_one_short_line(ada: User) -> None:
    queue(ada, text="one " * 99 + "\ntwo")
    deliver_due(NOW)
    (letter,) = mail.outbox
    assert letter.to == ["ops@example.com"]
    assert letter.subject.startswith("cloudintel: one one")
    assert len(letter.subject) < 150 and "\n" not in letter.subject
    assert letter.body.endswith("two")


def test_a_channel_that_fails_is_tried_again_with_pauses_that_double_up_to_an_hour(
    ada: User, posted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DeliveryFailed("The webhook answered 500.")

    monkeypatch.setattr(channels, "post_webhook", refuse)
    queue(ada)
    now, pauses = NOW, []
    for _ in range(8):
        deliver_due(now)
        notice = Notice.objects.get(channel="webhook")
        assert notice.due_at is not None
        pauses.append((notice.due_at - now) / MINUTE)
        now = notice.due_at
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (notice.sent_at, notice.error) == (None, "The webhook answered 500.")
    assert len(mail.outbox) == 1  # the other channel does not wait for it


def test_what_a_killed_process_had_begun_is_sent_later(
    ada: User, posted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as killed, pytest.raises(SystemExit):
        killed.setattr(channels, "send_email", die)
        queue(ada)
        deliver_due(NOW)
    deliver_due(NOW)
    assert mail.outbox == []  # it may still be at it
    deliver_due(NOW + 2 * MINUTE)
    assert mail.outbox == []  # a task that runs so long would have been ended
    deliver_due(NOW + 3 * MINUTE)
    assert len(mail.outbox) == 1
    assert Notice.objects.unsent().count() == 0


def test_a_clock_that_was_ahead_holds_nothing_back(ada: User) -> None:
    queue_notice(ada, "opened", "It broke.", NOW + 9 * DAY, WARNING)
    Notice.objects.update(sending_since=NOW + 9 * DAY)
    assert deliver_due(NOW) == 1


def test_a_slow_channel_leaves_the_rest_to_the_next_delivery(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        queue(ada, f"event {number}")
    with time_machine.travel(NOW, tick=False) as clock:
        slow = 20 * timedelta(seconds=1)
        monkeypatch.setattr(channels, "send_email", lambda *_: clock.shift(slow))
        assert deliver_due(NOW) == 3
    assert Notice.objects.unsent().count() == 6


def test_an_email_for_nobody_waits_until_there_are_addresses(
    ada: User, settings: Settings
) -> None:
    queue(ada)
    settings.ALERT_EMAILS = []
    queue_notice(ada, "x", "To Bo.", NOW, WARNING, recipients=["bo@x.org"])
    assert deliver_due(NOW) == 1
    settings.ALERT_EMAILS = ["ops@example.com"]
    assert deliver_due(NOW) == 1
    assert [letter.body for letter in mail.outbox] == ["To Bo.", "It broke."]


def test_what_is_withdrawn_is_not_sent(ada: User) -> None:
    queue(ada)
    queue(ada, "closed")
    withdraw(ada, "opened")
    assert deliver_due(NOW) == 1


def test_what_is_withdrawn_while_it_is_sent_is_not_tried_again(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def fail_late(_: object, message: Message) -> None:
        withdraw(ada, "opened")
        tried.append(message.text)
        raise DeliveryFailed("The relay hung up.")

    monkeypatch.setattr(channels, "send_email", fail_late)
    queue(ada)
    for minutes in range(0, 200, 20):
        deliver_due(NOW + minutes * MINUTE)
    assert tried == ["It broke."]
    notice = Notice.objects.get()  # it may have arrived: who closes it asks for this
    assert (notice.due_at, notice.error) == (None, "The relay hung up.")


def test_the_admin_shows_what_could_not_be_sent(
    ada: User, admin_client: Client, posted: list[str]
) -> None:
    queue(ada)
    Notice.objects.filter(channel="webhook").update(
        failed_at=NOW, error="The webhook answered 500."
    )
    failed = Notice.objects.get(channel="webhook")
    queue_notice(ada, "sent", "It is over.", NOW, WARNING, channels=["email"])
    Notice.objects.filter(text="It is over.").update(sent_at=NOW, failed_at=NOW)
    waiting, sent = Notice.objects.filter(channel="email").order_by("pk")
    for delivery, shown in (("failed", failed), ("waiting", waiting), ("sent", sent)):
        page = admin_client.get(f"/admin/alerts/notice/?delivery={delivery}")
        assert list(page.context["cl"].result_list) == [shown]
    text = admin_client.get(
        f"/admin/alerts/notice/{failed.pk}/change/"
    ).content.decode()
    assert "The webhook answered 500." in text
    assert "_save" not in text
    assert admin_client.get("/admin/alerts/notice/add/").status_code == 403
