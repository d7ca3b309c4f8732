"""Who is told of stale and failing syncs: once, and once more when it is over."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from pytest_django import Settings

from alerts import channels
from alerts.models import Notice
from alerts.outbox import deliver_due
from alerts.querysets import SENDING_EXPIRES_AFTER
from alerts.tasks import deliver_notices
from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator.builders import ACCOUNT, OTHER
from core.testing.postgres import free_port
from syncs.incidents.recording import update_incidents
from syncs.models import Incident, SyncRun
from syncs.tasks import schedule_tick
from syncs.testing import OF_AWS

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
EC2 = f"Instances of {ACCOUNT} ({ACCOUNT})"


class Channel:
    """A webhook's receiver, which can be made to fail."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.status = 200
        channel = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                answer = json.loads(self.rfile.read(length))
                assert self.headers["Content-Type"] == "application/json"
                if channel.status == 200:
                    channel.texts.append(answer["text"])
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
    for dataset in OF_AWS:
        run(mine, now - HOUR, dataset=dataset)
    return mine


def run(
    mine: CloudAccount, at: datetime, status: str = "succeeded", **fields: Any
) -> None:
    values = {
        "dataset": "instances",
        "error": "AccessDenied." if "fail" in status else "",
        "finished_at": None if status == "running" else at,
    }
    SyncRun.objects.create(
        account=mine,
        status=status,
        started_at=at,
        heartbeat_at=at,
        **{**values, **fields},
    )


def fail_twice(mine: CloudAccount, now: datetime) -> None:
    for attempt in (1, 2):
        run(mine, now + timedelta(seconds=attempt), "failed", attempt=attempt)


def tick(now: datetime) -> None:
    """What beat starts each minute: the scheduler's tick, and the delivery."""
    update_incidents(now)
    deliver_due(now)


def test_a_dataset_that_goes_on_failing_is_reported_once_and_its_recovery_once(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    run(mine, now, "failed")
    tick(now)
    assert channel.texts == []  # the next try may well succeed
    run(mine, now + HOUR, "failed", attempt=2)
    for minutes in range(3):
        tick(now + HOUR + timedelta(minutes=minutes))
    assert channel.texts == [
        f"{EC2} can't be read: last read well 2\xa0hours ago. AccessDenied."
    ]
    run(mine, now + 2 * HOUR)
    for minutes in range(3):
        tick(now + 2 * HOUR + timedelta(minutes=minutes))
    assert channel.texts[1:] == [f"{EC2} is read again."]
    incident = Incident.objects.get()
    assert (incident.opened_at, incident.closed_at) == (now + HOUR, now + 2 * HOUR)


def test_the_next_incident_is_reported_again(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    for hours in (0, 10):
        at = now + hours * HOUR
        fail_twice(mine, at)
        tick(at + HOUR)
        run(mine, at + 2 * HOUR)
        tick(at + 2 * HOUR)
    assert len(channel.texts) == 4


def test_each_stale_dataset_is_an_incident_of_its_own(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    tick(now + 90 * HOUR)
    (text,) = channel.texts  # they have one cause
    assert text.count("is stale: last read well") == len(OF_AWS)
    assert Incident.objects.count() == len(OF_AWS)
    # What fails after being stale is the same incident.
    fail_twice(mine, now + 91 * HOUR)
    tick(now + 92 * HOUR)
    assert (len(channel.texts), Incident.objects.count()) == (1, len(OF_AWS))


def test_by_e_mail_too(mine: CloudAccount, now: datetime, settings: Settings) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    fail_twice(mine, now)
    for _ in range(2):
        tick(now + HOUR)
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
    tick(now + HOUR)
    assert len(mail.outbox[0].subject) < 150
    assert "two" in mail.outbox[0].body


def test_while_the_channel_is_away_it_is_tried_again(
    mine: CloudAccount, channel: Channel, now: datetime, settings: Settings
) -> None:
    fail_twice(mine, now)
    channel.status = 500
    tick(now + HOUR)
    notice = Notice.objects.get()
    assert (notice.failed_at, notice.attempts) == (now + HOUR, 1)
    assert notice.error == "The webhook answered 500. Check ALERT_WEBHOOK_URL."
    settings.ALERT_WEBHOOK_URL = f"http://127.0.0.1:{free_port()}/nobody"
    tick(now + HOUR + MINUTE)
    assert channel.texts == []
    settings.ALERT_WEBHOOK_URL, channel.status = channel.url, 200
    for minutes in (2, 3, 4):  # the pause is two minutes by now
        tick(now + HOUR + minutes * MINUTE)
    assert len(channel.texts) == 1
    notice.refresh_from_db()
    assert (notice.sent_at, notice.attempts, notice.error) == (
        *(now + HOUR + 3 * MINUTE, 3),
        "",
    )


def test_while_a_third_try_is_at_work_nobody_is_told(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    fail_twice(mine, now)
    started = now + MINUTE
    run(mine, started, "running", attempt=3)
    tick(now + 2 * MINUTE)
    assert not Incident.objects.exists()
    SyncRun.objects.filter(status="running").update(
        status="failed", finished_at=started
    )
    tick(now + 3 * MINUTE)
    assert Incident.objects.count() == len(channel.texts) == 1


def test_while_a_try_is_at_work_an_open_incident_stays_open(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    fail_twice(mine, now)
    tick(now + MINUTE)
    run(mine, now + MINUTE, "running", attempt=3)
    tick(now + 2 * MINUTE)
    assert Incident.objects.open().count() == len(channel.texts) == 1


def test_what_beat_sends_ends_within_minutes() -> None:
    """A hung part of it never holds a worker for as long as a sync may take."""
    for task in (schedule_tick, deliver_notices):
        assert 0 < task.soft_time_limit < task.time_limit <= 120
    assert deliver_notices.time_limit < SENDING_EXPIRES_AFTER.total_seconds()


def test_the_tick_only_records_and_waits_for_no_channel(
    mine: CloudAccount,
    channel: Channel,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("The tick calls something outside.")

    fail_twice(mine, now)
    with time_machine.travel(now + MINUTE, tick=False):
        with monkeypatch.context() as closed:
            for name in ("connect", "connect_ex"):
                closed.setattr(f"socket.socket.{name}", forbidden)
            schedule_tick()
        assert channel.texts == []
        assert Notice.objects.unsent().get().account == mine
        deliver_notices()
    assert len(channel.texts) == 1


def test_a_partial_dataset_is_a_warning_from_its_second_attempt_on(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    run(mine, now, "partial", error="eu-west-1: AccessDenied.")
    tick(now)
    assert channel.texts == []
    run(mine, now + HOUR, "partial", attempt=2, error="eu-west-1: AccessDenied.")
    tick(now + 2 * HOUR)
    assert channel.texts == [
        f"{EC2} was read in part 1\xa0hour ago. Missing: eu-west-1: AccessDenied."
    ]
    assert Incident.objects.get().severity == Notice.objects.get().severity == "warning"


def test_what_ends_while_a_channel_takes_it_is_reported_as_ended(
    mine: CloudAccount,
    channel: Channel,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether it arrived before the end or its process was killed, nobody knows."""

    def recover_and_die(*_: object) -> None:
        run(mine, now + 2 * HOUR)
        update_incidents(now + 2 * HOUR)
        raise SystemExit

    fail_twice(mine, now)
    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(channels, "post_webhook", recover_and_die)
        tick(now + HOUR)
    for hours in (2, 3, 4):
        tick(now + hours * HOUR)
    assert channel.texts == [f"{EC2} is read again."]


def test_what_is_over_before_a_channel_took_it_is_sent_to_nobody(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    channel.status = 500
    fail_twice(mine, now)
    tick(now + HOUR)
    channel.status = 200
    run(mine, now + 2 * HOUR)
    tick(now + 3 * HOUR)
    assert channel.texts == []
    assert not Notice.objects.exists()


def test_a_channel_that_is_away_does_not_keep_another_from_being_told_once(
    mine: CloudAccount, channel: Channel, now: datetime, settings: Settings
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    channel.status = 500
    fail_twice(mine, now)
    for _ in range(3):
        tick(now + HOUR)
    assert len(mail.outbox) == 1


def test_without_a_channel_it_is_kept_and_nothing_is_sent(
    mine: CloudAccount, now: datetime
) -> None:
    fail_twice(mine, now)
    tick(now + HOUR)
    assert Incident.objects.get().notified_at is None
    assert mail.outbox == []


def test_a_disabled_account_is_not_reported(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    other = aws_account(OTHER, is_enabled=False)
    fail_twice(other, now)
    tick(now + HOUR)
    assert channel.texts == []


@pytest.mark.django_db(transaction=True)
def test_schedulers_side_by_side_tell_once(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    fail_twice(mine, now)
    if connection.vendor == "sqlite":  # in memory it has no locks to wait for
        for _ in range(4):
            tick(now + HOUR)
    else:
        together = threading.Barrier(4)

        def tell() -> None:
            together.wait()
            tick(now + HOUR)
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
    tick(now)
    run(mine, now + HOUR)
    tick(now + HOUR)
    settings.ALERT_WEBHOOK_URL = channel.url
    tick(now + 2 * HOUR)
    assert Incident.objects.filter(closed_at__isnull=False).exists()
    assert channel.texts == []


def test_of_two_channels_the_one_that_was_away_is_told_later(
    mine: CloudAccount, channel: Channel, settings: Settings, now: datetime
) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    channel.status = 500
    run(mine, now, "failed", attempt=2)
    tick(now)
    assert (len(mail.outbox), channel.texts) == (1, [])
    channel.status = 200
    tick(now + HOUR)
    tick(now + 2 * HOUR)
    assert (len(mail.outbox), len(channel.texts)) == (1, 1)
    run(mine, now + 3 * HOUR)
    tick(now + 3 * HOUR)
    tick(now + 4 * HOUR)
    assert (len(mail.outbox), len(channel.texts)) == (2, 2)


def test_what_is_not_read_any_more_is_not_reported_as_recovered(
    mine: CloudAccount, channel: Channel, now: datetime
) -> None:
    fail_twice(mine, now)
    tick(now + HOUR)
    CloudAccount.objects.filter(pk=mine.pk).update(is_enabled=False)
    tick(now + 2 * HOUR)
    assert channel.texts[1:] == [
        f"{EC2} is not read any more: the account is disabled."
    ]
