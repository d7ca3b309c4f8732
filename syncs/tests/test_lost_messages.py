"""Queued runs whose message is gone, as after a queue that was killed."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from kombu.connection import Connection

from clouds.testing import account
from core.testing import redis, task_queue
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs import start
from syncs.runs.start import BrokerUnavailable, send_lost, start_syncs
from syncs.tasks import schedule_tick

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def queued() -> SyncRun:
    """A run that waits for a worker, with its message."""
    task_queue.waiting()  # of other tests
    owner, now = account(), timezone.now()
    by = SyncRun.Trigger.SCHEDULE
    return start_syncs([owner], [Dataset.COST], now, trigger=by).runs[0]


def test_it_is_sent_again_after_two_minutes_once(queued: SyncRun) -> None:
    message = ("costs.tasks.sync_cost", [queued.pk])
    assert task_queue.waiting() == [message]  # and is lost
    at = timezone.now()
    assert send_lost(at + MINUTE) == 0
    assert send_lost(at + 3 * MINUTE) == 1
    assert send_lost(at + 4 * MINUTE) == 0, "its message waits"
    assert task_queue.waiting() == [message]


def test_the_tick_does_so(queued: SyncRun) -> None:
    task_queue.waiting()
    SyncRun.objects.update(queued_at=timezone.now() - 3 * MINUTE)
    queued.account.is_enabled = False
    queued.account.save()
    schedule_tick()
    assert task_queue.waiting() == [("costs.tasks.sync_cost", [queued.pk])]


def test_a_run_that_is_read_is_not_sent(queued: SyncRun) -> None:
    task_queue.waiting()
    SyncRun.objects.update(status="running")
    assert send_lost(timezone.now() + 3 * MINUTE) == 0


def test_a_run_stays_where_the_queue_goes_away_again_meanwhile(
    queued: SyncRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("Connection refused")

    task_queue.waiting()
    monkeypatch.setattr(current_app, "send_task", refuse)
    with pytest.raises(BrokerUnavailable, match="Connection refused"):
        send_lost(timezone.now() + 3 * MINUTE)
    assert SyncRun.objects.get().status == SyncRun.Status.QUEUED


def test_of_redis_it_is_known_whether_the_queue_is_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with redis.redis_server() as server:
        broker = Connection(server.url)
        monkeypatch.setattr(current_app, "connection_for_write", broker.clone)
        assert start._is_queue_empty()
        with broker.clone() as other:
            other.SimpleQueue(current_app.conf.task_default_queue).put({})
        assert not start._is_queue_empty()
        server.kill()
        with pytest.raises(BrokerUnavailable, match="can't be reached"):
            start._is_queue_empty()
