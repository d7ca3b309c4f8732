"""Channels that were added beside those of the settings, and tests of any."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import ValidationError
from pytest_django import Settings

from alerts import channels
from alerts.channels import DeliveryFailed, configured_channels, missing_delivery
from alerts.models import Channel, Facts, Notice, Severity, Topic
from alerts.outbox import deliver_due, queue_notice, send_test
from core.testing.clock import NOW

pytestmark = pytest.mark.django_db
HOOK = "https://hooks.example.com/services/secret"
INFO = Facts(Topic.OTHER, Severity.INFO)


def added(name: str, kind: str, target: str) -> Channel:
    channel = Channel(name=name, kind=kind, target=target, created_at=NOW)
    channel.full_clean()
    channel.save()
    return channel


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


def queue(about: User, **more: Any) -> None:
    queue_notice(about, "x", "It broke.", NOW, INFO, **more)


def test_what_is_queued_goes_to_each_channel(
    ada: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    added("Finance", "email", "fin@example.com, cfo@example.com")
    added("Slack", "webhook", HOOK)
    posted: list[str] = []
    monkeypatch.setattr(
        channels, "post_webhook", lambda channel, _: posted.append(channel.target)
    )
    queue(ada)
    assert deliver_due(NOW) == 3
    assert [letter.to for letter in mail.outbox] == [
        ["ops@example.com"],
        ["fin@example.com", "cfo@example.com"],
    ]
    assert posted == [HOOK]


def test_recipients_get_it_without_any_channel(ada: User, settings: Settings) -> None:
    settings.ALERT_EMAILS = []
    queue(ada, recipients=["bo@example.com"])
    assert deliver_due(NOW) == 1
    assert [letter.to for letter in mail.outbox] == [["bo@example.com"]]


def test_recipients_are_told_beside_the_channels_own(
    ada: User, settings: Settings
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    queue(ada, recipients=["bo@example.com", "ops@example.com"])
    assert deliver_due(NOW) == 1
    assert mail.outbox[0].to == ["ops@example.com", "bo@example.com"]


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("email", ""),
        ("email", "ops"),
        ("email", ",".join(f"a{number}@example.com" for number in range(21))),
        ("webhook", "hooks.example.com/x"),
        ("webhook", "ftp://example.com/x"),
        ("webhook", "https:///x"),
        ("webhook", "https://example.com:99999/x"),
        ("webhook", "https://example.com/a b"),
    ],
)
def test_a_place_where_nothing_could_arrive_is_refused(kind: str, target: str) -> None:
    with pytest.raises(ValidationError) as refused:
        added("Finance", kind, target)
    assert "target" in refused.value.message_dict


def test_a_name_of_the_settings_is_refused() -> None:
    with pytest.raises(ValidationError, match="ALERT_EMAILS"):
        added("email", "email", "ops@example.com")


def test_the_secret_of_a_webhook_is_not_shown() -> None:
    assert added("Slack", "webhook", HOOK).place == "hooks.example.com"


def test_a_test_that_arrives_is_a_notice_that_was_sent(ada: User) -> None:
    notice = send_test(added("Finance", "email", "fin@example.com"), ada, NOW)
    (letter,) = mail.outbox
    assert letter.subject == "cloudintel: Test of Finance"
    assert "sent by ada" in letter.body
    notice.refresh_from_db()
    assert (notice.sent_at, notice.failed_at, notice.error) == (NOW, None, "")
    assert deliver_due(NOW) == 0


def test_a_test_that_fails_says_why_and_is_not_retried(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DeliveryFailed("The webhook answered 404. Check its URL.")

    monkeypatch.setattr(channels, "post_webhook", refuse)
    notice = send_test(added("Slack", "webhook", HOOK), ada, NOW)
    notice.refresh_from_db()
    assert (notice.sent_at, notice.failed_at) == (None, NOW)
    assert notice.error == "The webhook answered 404. Check its URL."
    assert not Notice.objects.due(NOW).exists()


def test_a_test_without_a_mail_server_is_no_success(
    ada: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    notice = send_test(added("Finance", "email", "fin@example.com"), ada, NOW)
    assert notice.sent_at is None
    assert "set EMAIL_URL to a mail server" in notice.error


def test_it_says_why_no_alert_reaches_anybody(settings: Settings) -> None:
    settings.ALERT_EMAILS = []
    assert missing_delivery().startswith("No alert channel is configured")
    added("Finance", "email", "fin@example.com")
    assert missing_delivery() == ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "set EMAIL_URL" in missing_delivery()
    added("Slack", "webhook", HOOK)
    assert missing_delivery() == ""


def test_a_channel_that_was_removed_gets_nothing_more(
    ada: User, settings: Settings
) -> None:
    settings.ALERT_EMAILS = []
    channel = added("Finance", "email", "fin@example.com")
    queue(ada)
    channel.delete()
    assert configured_channels() == {}
    assert deliver_due(NOW) == 0
