"""The workers' application: celery -A cloudintel worker."""

import logging
import os
import time
from threading import Thread
from typing import Any

import billiard
from celery import Celery
from celery.signals import setup_logging, worker_shutting_down
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")

logger = logging.getLogger(__name__)

app = Celery("cloudintel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_djangos_logging(**_: Any) -> None:
    """Celery leaves the loggers alone, as Django has set them up already."""


@worker_shutting_down.connect
def hand_back_in_time(**_: Any) -> None:
    """A worker that was asked to end waits for its runs, but not for ever."""
    Thread(target=_hand_back, daemon=True).start()


def _hand_back() -> None:
    time.sleep(settings.WORKER_GRACE_SECONDS)
    from django.db import connection

    from insights.due import refreshing_processes
    from syncs.claims import held_by_processes
    from syncs.stopping import STOP_SIGNAL

    children = [process.pid for process in billiard.active_children()]
    try:
        for process_id in {
            *held_by_processes(children),
            *refreshing_processes(children),
        }:
            logger.warning("the work of process %s did not end in time", process_id)
            os.kill(process_id, STOP_SIGNAL)
    finally:
        connection.close()
