"""The schedule of beat: what an administrator changes stays over the next start."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core.testing.clock import NOW
from syncs.scheduler.beat import Scheduler

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beat closes its connection, which the test's transaction lives in."""
    closing = "django_celery_beat.schedulers.close_old_connections"
    monkeypatch.setattr(closing, lambda: None)


def start_beat() -> None:
    """What beat does at each start."""
    scheduler = Scheduler(app=current_app, lazy=True)
    scheduler.update_from_dict(current_app.conf.beat_schedule)


def tick() -> PeriodicTask:
    return PeriodicTask.objects.get(name="schedule-tick")


def test_the_first_start_writes_the_schedule_of_the_settings() -> None:
    for _ in range(2):
        start_beat()
        ours = PeriodicTask.objects.filter(name__in=settings.CELERY_BEAT_SCHEDULE)
        assert ours.count() == len(settings.CELERY_BEAT_SCHEDULE) > 0
        assert {task.interval.every for task in ours} == {60}
        assert tick().expire_seconds == 60


def test_another_interval_stays_and_so_does_a_disabled_task() -> None:
    start_beat()
    task = tick()
    task.interval = IntervalSchedule.objects.create(every=10, period="minutes")
    task.enabled, task.description = False, "Rarer."
    task.save()
    start_beat()
    assert str(tick().interval) == "every 10 minutes"
    assert (tick().enabled, tick().description) == (False, "Rarer.")


def test_an_interval_that_is_edited_in_place_stays() -> None:
    start_beat()
    IntervalSchedule.objects.update(every=600)
    start_beat()
    assert tick().interval.every == 600


def test_a_task_of_an_earlier_version_is_deleted_and_that_of_a_user_stays() -> None:
    start_beat()
    for name, task in [
        ("conduct-demo", "dashboard.tasks.conduct_demo"),
        ("mine", "insights.tasks.refresh_due"),
    ]:
        PeriodicTask.objects.create(name=name, task=task, interval=tick().interval)
    start_beat()
    others = PeriodicTask.objects.exclude(name__in=settings.CELERY_BEAT_SCHEDULE)
    assert [task.name for task in others] == ["mine"]


def test_a_task_of_ours_is_neither_deleted_nor_renamed_in_the_admin(
    admin_client: Client,
) -> None:
    start_beat()
    name = "admin:django_celery_beat_periodictask"
    page = reverse(f"{name}_change", args=[tick().pk])
    shown = admin_client.get(page)
    assert shown.status_code == 200
    assert "name" not in shown.context["adminform"].form.fields
    deletion = reverse(f"{name}_delete", args=[tick().pk])
    assert admin_client.post(deletion, {"post": "yes"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [tick().pk]}
    admin_client.post(reverse(f"{name}_changelist"), {**selected, "post": "yes"})
    assert tick().enabled

    own = PeriodicTask.objects.create(
        name="mine", task="insights.tasks.refresh_due", interval=tick().interval
    )
    deletion = reverse(f"{name}_delete", args=[own.pk])
    assert admin_client.post(deletion, {"post": "yes"}).status_code == 302
    assert not PeriodicTask.objects.filter(name="mine").exists()


def sent_by(scheduler: Scheduler, at: datetime) -> set[str]:
    """The tasks that beat sends at that time, until it would sleep."""
    sent: set[str] = set()

    def send(entry: Any, producer: Any = None) -> None:
        sent.add(entry.name)

    scheduler.apply_entry = send  # type: ignore[method-assign]
    with time_machine.travel(at, tick=False):
        while not scheduler.tick():
            pass
    return sent & set(settings.CELERY_BEAT_SCHEDULE)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_was_ahead_keeps_no_task_waiting(
    monkeypatch: pytest.MonkeyPatch, restarts: bool
) -> None:
    monkeypatch.setattr(Scheduler, "producer", None)
    ours, minute = set(settings.CELERY_BEAT_SCHEDULE), timedelta(seconds=61)
    with time_machine.travel(NOW, tick=False):
        scheduler = Scheduler(app=current_app)
    ahead = NOW + timedelta(days=3)
    assert sent_by(scheduler, ahead) == ours
    if restarts:
        with time_machine.travel(NOW, tick=False):
            scheduler.sync()
            scheduler = Scheduler(app=current_app)
    sent_by(scheduler, NOW + timedelta(minutes=1))
    assert sent_by(scheduler, NOW + timedelta(minutes=1) + minute) == ours
    scheduler.sync()  # nothing is left for the end of the process


def test_a_queue_that_is_away_is_logged_once_and_so_is_its_return(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    start_beat()
    scheduler = Scheduler(app=current_app, lazy=True)
    entry = Scheduler.Entry(tick(), app=current_app)
    answers = iter([OSError("Connection refused"), OSError(), None, None, OSError()])

    def send(*_: object, **__: object) -> None:
        if error := next(answers):
            raise error

    monkeypatch.setattr(current_app.tasks[entry.task], "apply_async", send)
    for _ in range(5):
        scheduler.apply_entry(entry)
    logged = [one for one in caplog.records if one.name == "syncs.scheduler.beat"]
    assert [one.levelname for one in logged] == ["ERROR", "WARNING", "ERROR"]
    assert "schedule-tick: Connection refused. Tasks wait" in logged[0].getMessage()
    assert not any(one.exc_info for one in caplog.records)
