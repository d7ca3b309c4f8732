"""A worker tells of a full disk, and of a broker that it does not reach, by itself."""

import shutil
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from alerts.models import Notice
from alerts.outbox import deliver_due
from core.testing.clock import NOW
from monitoring.health.recording import check_health
from monitoring.health.worker_watch import is_unchecked, look_after_worker
from syncs.models import Worker

pytestmark = pytest.mark.django_db
GIB = 2**30


@pytest.fixture(autouse=True)
def mail_only(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ops@example.com"], ""
    disk(monkeypatch, 50)


def disk(monkeypatch: pytest.MonkeyPatch, used_percent: int) -> None:
    """Have 100 GiB, of which so many are used."""
    usage = type(shutil.disk_usage("/"))(
        100 * GIB, used_percent * GIB, (100 - used_percent) * GIB
    )
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)


def worker(name: str = "celery@one", silent_minutes: int = 0) -> str:
    at = NOW - timedelta(minutes=silent_minutes)
    Worker.objects.create(name=name, held_by=f"{name}:1", heartbeat_at=at)
    return name


@pytest.mark.parametrize(
    ("used", "severities"),
    [(89, []), (90, ["warning"]), (96, ["warning"]), (97, ["critical"])],
)
def test_a_disk_that_fills_is_reported_once_a_day(
    used: int, severities: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk(monkeypatch, used)
    name = worker()
    for _ in range(2):
        look_after_worker(name, NOW)
    assert [one.severity for one in Notice.objects.all()] == severities
    look_after_worker(name, NOW + timedelta(days=1, minutes=-NOW.minute))
    told = Notice.objects.filter(topic="health", key__contains=" disk ")
    assert told.count() == 2 * len(severities)


def test_workers_of_one_disk_are_one_message(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: Any
) -> None:
    disk(monkeypatch, 95)
    for name in ("celery@one", "celery@two"):
        look_after_worker(worker(name), NOW)
    deliver_due(NOW)
    (letter,) = mailoutbox
    assert "95% full, 5.0 GiB are free" in letter.body


def test_a_broker_that_is_away_is_reported_without_it(mailoutbox: Any) -> None:
    name = worker(silent_minutes=5)
    for _ in range(2):
        look_after_worker(name, NOW)
    (letter,) = mailoutbox
    assert "celery@one has not reached its broker since" in letter.subject


def test_one_that_takes_tasks_or_was_stopped_tells_nothing(mailoutbox: Any) -> None:
    look_after_worker(worker(silent_minutes=4), NOW)
    look_after_worker("celery@stopped", NOW)
    assert not Notice.objects.exists()
    assert not mailoutbox


def test_a_worker_checks_by_itself_where_beat_has_nothing_checked() -> None:
    assert is_unchecked(NOW)
    check_health(NOW)
    assert not is_unchecked(NOW + timedelta(seconds=110))
    assert is_unchecked(NOW + timedelta(minutes=3))
