"""What is sent by itself is known to those who work."""

import gc
from types import SimpleNamespace
from typing import Any

import pytest
from celery import signals
from django.conf import settings
from django.utils import timezone

from cloudintel import celery
from cloudintel.celery import app
from syncs.models import Worker


def test_each_task_that_beat_sends_is_one_of_the_workers() -> None:
    app.loader.import_default_modules()
    sent = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert len(sent) > 8
    assert sent <= set(app.tasks)


@pytest.mark.parametrize(
    ("signal", "receiver"),
    [
        (signals.setup_logging, celery.use_django_logging),
        (signals.worker_init, celery.fold_counts),
        (signals.worker_process_init, celery.collect_after_tasks),
        (signals.worker_ready, celery.watch_health),
        (signals.heartbeat_sent, celery.record_heartbeat),
        (signals.worker_shutdown, celery.delete_worker),
        (signals.worker_shutting_down, celery.limit_shutdown),
    ],
)
def test_each_moment_of_a_worker_has_its_receiver(signal: Any, receiver: Any) -> None:
    # To send one would have Celery change this process for good.
    assert receiver in [get() for _, get in signal.receivers]


def test_a_worker_looks_for_all_garbage_after_each_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(gc, "freeze", lambda: looked.append("frozen"))
    monkeypatch.setattr(gc, "collect", lambda: looked.append("collected"))
    celery.collect_after_tasks()
    try:
        receivers = [get() for _, get in signals.task_postrun.receivers]
        assert celery.collect_garbage in receivers
    finally:
        signals.task_postrun.disconnect(celery.collect_garbage)
    celery.collect_garbage()
    assert looked == ["frozen", "collected"]


@pytest.mark.django_db
def test_a_worker_that_ends_is_none_any_more() -> None:
    for name in ("one", "other"):
        Worker.objects.create(name=name, held_by="", heartbeat_at=timezone.now())
    celery.delete_worker(SimpleNamespace(hostname="one"))
    assert [each.name for each in Worker.objects.all()] == ["other"]
