"""A worker that died is told of once, while others go on."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from alerts.models import Notice
from alerts.outbox import deliver_due
from core.testing.clock import NOW
from syncs.models import Worker
from syncs.scheduler.lost_workers import notify_lost_workers

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def mail_only(settings: Settings) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ops@example.com"], ""


def worker(name: str, minutes_ago: int) -> Worker:
    at = NOW - minutes_ago * MINUTE
    return Worker.objects.create(name=name, held_by=f"{name}:1", heartbeat_at=at)


def test_it_is_reported_once(mailoutbox: Any) -> None:
    worker("celery@one", 0)
    worker("celery@two", 9)
    for _ in range(2):
        notify_lost_workers(NOW)
        deliver_due(NOW)
    (letter,) = mailoutbox
    assert "Worker celery@two has sent no heartbeat since" in letter.subject
    assert Notice.objects.get().topic == "health"


def test_a_late_heartbeat_of_all_is_no_loss() -> None:
    worker("celery@one", 9)
    worker("celery@two", 9)
    notify_lost_workers(NOW)
    assert not Notice.objects.exists()


def test_one_that_is_only_late_is_not_reported() -> None:
    worker("celery@one", 0)
    worker("celery@two", 2)
    notify_lost_workers(NOW)
    assert not Notice.objects.exists()
