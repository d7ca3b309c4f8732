"""What is sent by itself is known to those who work."""

from django.conf import settings

from cloudintel.celery import app


def test_each_task_that_beat_sends_is_one_of_the_workers() -> None:
    app.loader.import_default_modules()
    sent = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert len(sent) == 4
    assert sent <= set(app.tasks)
