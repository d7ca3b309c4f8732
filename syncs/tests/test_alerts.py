"""Who is told of stale and failing syncs: once, and once more when it is over."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from pytest_django import Settings

from clouds.testing import aws_account
from core.testing.aws_emulator.builders import ACCOUNT, OTHER
from core.testing.postgres import free_port
from syncs.alerts import tell_incidents
from syncs.models import CloudAccount, Incident, SyncRun

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
EC2 = f"EC2 instances of {ACCOUNT} ({ACCOUNT})"


class Channel:
    """A webhook's receiver, which can be made to fail."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.status = 200
        channel = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                told = json.loads(self.rfile.read(length))
                assert self.headers["Content-Type"] == "application/json"
                if channel.status == 200:
                    channel.texts.append(told["text"])
                self.send_response(channel.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Receiver)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(
            target=self.server.serve_forever, args=(0.01,), daemon=True
        ).start()


@pytest.fixture
def channel(settings: Settings) -> Iterator[Channel]:
    opened = Channel()
    settings.ALERT_WEBHOOK_URL = opened.url
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


@pytest.fixture
def mine(now: datetime) -> CloudAccount:
    """An account all of which was read well an hour ago."""
    mine = aws_account()
    for dataset in ("ec2", "cost", "cpu"):
        run(mine, now - HOUR, dataset=dataset)
    return mine


def run(
    mine: CloudAccount, at: datetime, status: str = "succeeded", **fields: Any
) -> None:
    values = {"dataset": "ec2", "error": "AccessDenied." if "fail" in status else ""}
    SyncRun.objects.create(
        account=mine,
        status=status,
        started_at=at,
        heartbeat_at=at,
        finished_at=at,
        **{**values, **fields},
    )


def fail_twice(mine: CloudAccount, now: datetime) -> None:
    for attempt in (1, 2):
        run(mine, now + timedelta(seconds=attempt), "failed", attempt=attempt)


def test_a_dataset_that_goes_on_failing_is_told_once_and_its_recovery_once(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    run(mine, now, "failed")
    tell_incidents(now)
    assert channel.texts == []  # the next try may well succeed
    run(mine, now + HOUR, "failed", attempt=2)
    for minutes in range(3):
        tell_incidents(now + HOUR + timedelta(minutes=minutes))
    assert channel.texts == [
        f"{EC2} can't be read: last read well 2\xa0hours ago. AccessDenied."
    ]
    run(mine, now + 2 * HOUR)
    for minutes in range(3):
        tell_incidents(now + 2 * HOUR + timedelta(minutes=minutes))
    assert channel.texts[1:] == [f"{EC2} is read again."]
    incident = Incident.objects.get()
    assert (incident.opened_at, incident.closed_at) == (now + HOUR, now + 2 * HOUR)


def test_the_next_incident_is_told_anew(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    for hours in (0, 10):
        at = now + hours * HOUR
        fail_twice(mine, at)
        tell_incidents(at + HOUR)
        run(mine, at + 2 * HOUR)
        tell_incidents(at + 2 * HOUR)
    assert len(channel.texts) == 4


def test_each_stale_dataset_is_an_incident_of_its_own(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    tell_incidents(now + 90 * HOUR)
    assert len(channel.texts) == 3
    assert all("is stale: last read well" in text for text in channel.texts)
    # What fails after being stale is the same incident.
    fail_twice(mine, now + 91 * HOUR)
    tell_incidents(now + 92 * HOUR)
    assert len(channel.texts) == 3


def test_by_e_mail_too(mine: CloudAccount, now: datetime, settings: Settings) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    fail_twice(mine, now)
    for _ in range(2):
        tell_incidents(now + HOUR)
    (letter,) = mail.outbox
    assert letter.to == ["ops@example.com"]
    assert letter.subject.startswith(f"cloudintel: {EC2} can't be read")
    assert "\n" not in letter.subject
    assert letter.body.endswith("AccessDenied.")


def test_what_has_several_lines_has_a_subject_of_one(
    mine: CloudAccount, now: datetime, settings: Settings
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    for attempt in (1, 2):
        at = now + timedelta(seconds=attempt)
        run(mine, at, "partial", attempt=attempt, error="one\ntwo\n" + "x" * 500)
    tell_incidents(now + HOUR)
    assert len(mail.outbox[0].subject) < 150
    assert "two" in mail.outbox[0].body


def test_while_the_channel_is_away_it_is_tried_again(
    mine: CloudAccount, channel: Channel, now: datetime, settings: Settings
) -> None:
    fail_twice(mine, now)
    channel.status = 500
    tell_incidents(now + HOUR)
    settings.ALERT_WEBHOOK_URL = f"http://127.0.0.1:{free_port()}/nobody"
    tell_incidents(now + HOUR)
    assert channel.texts == []
    settings.ALERT_WEBHOOK_URL, channel.status = channel.url, 200
    for _ in range(2):
        tell_incidents(now + HOUR)
    assert len(channel.texts) == 1


def test_a_channel_that_is_away_does_not_keep_another_from_being_told_once(
    mine: CloudAccount, channel: Channel, now: datetime, settings: Settings
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    channel.status = 500
    fail_twice(mine, now)
    for _ in range(3):
        tell_incidents(now + HOUR)
    assert len(mail.outbox) == 1


def test_without_a_channel_it_is_kept_and_nothing_is_sent(
    mine: CloudAccount, now: datetime
) -> None:
    fail_twice(mine, now)
    tell_incidents(now + HOUR)
    assert Incident.objects.get().told_at is None
    assert mail.outbox == []


def test_a_disabled_account_is_not_told_of(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    other = aws_account(OTHER, is_enabled=False)
    fail_twice(other, now)
    tell_incidents(now + HOUR)
    assert channel.texts == []


@pytest.mark.django_db(transaction=True)
def test_schedulers_side_by_side_tell_once(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    fail_twice(mine, now)
    if connection.vendor == "sqlite":  # in memory it has no locks to wait for
        for _ in range(4):
            tell_incidents(now + HOUR)
    else:
        together = threading.Barrier(4)

        def tell() -> None:
            together.wait()
            tell_incidents(now + HOUR)
            connection.close()

        threads = [threading.Thread(target=tell) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(channel.texts) == 1
    assert Incident.objects.count() == 1


def test_a_channel_that_is_set_up_later_does_not_hear_of_what_is_over(
    mine: CloudAccount, channel: Channel, settings: Settings, now: datetime
) -> None:
    settings.ALERT_WEBHOOK_URL = ""
    run(mine, now, "failed", attempt=2)
    tell_incidents(now)
    run(mine, now + HOUR)
    tell_incidents(now + HOUR)
    settings.ALERT_WEBHOOK_URL = channel.url
    tell_incidents(now + 2 * HOUR)
    assert Incident.objects.filter(closed_at__isnull=False).exists()
    assert channel.texts == []


def test_of_two_channels_the_one_that_was_away_is_told_later(
    mine: CloudAccount, channel: Channel, settings: Settings, now: datetime
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    channel.status = 500
    run(mine, now, "failed", attempt=2)
    tell_incidents(now)
    assert (len(mail.outbox), channel.texts) == (1, [])
    channel.status = 200
    tell_incidents(now + HOUR)
    tell_incidents(now + 2 * HOUR)
    assert (len(mail.outbox), len(channel.texts)) == (1, 1)
    run(mine, now + 3 * HOUR)
    tell_incidents(now + 3 * HOUR)
    tell_incidents(now + 4 * HOUR)
    assert (len(mail.outbox), len(channel.texts)) == (2, 2)
