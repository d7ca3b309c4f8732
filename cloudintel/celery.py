"""The workers' application: celery -A cloudintel worker."""

import logging
import os
import time
import warnings
from threading import Thread
from typing import Any

import billiard
from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import (
    heartbeat_sent,
    setup_logging,
    worker_init,
    worker_shutdown,
    worker_shutting_down,
)
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")

logger = logging.getLogger(__name__)

app = Celery("cloudintel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Celery warns a worker of root about pickled messages, which run code. Ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

HEARTBEAT_SECONDS = 10.0


@setup_logging.connect
def keep_djangos_logging(**_: Any) -> None:
    """Celery leaves the loggers alone, as Django has set them up already."""


@worker_init.connect
def settle_counts(**_: Any) -> None:
    from cloudintel.prometheus_files import settled_counts

    with settled_counts(settings.COUNTS_DIR):
        pass  # what a worker before this one has left


@heartbeat_sent.connect
def record_heartbeat(sender: Any, **_: Any) -> None:
    """Record that this worker is alive and reaches its broker.

    Celery sends this every two seconds from the loop that takes tasks, which must not
    wait for a database.
    """
    last: Thread | None = getattr(sender, "recorder", None)
    recorded_at: float = getattr(sender, "recorded_at", float("-inf"))
    if last and last.is_alive() or time.monotonic() - recorded_at < HEARTBEAT_SECONDS:
        return
    sender.recorded_at = time.monotonic()
    sender.recorder = Thread(
        target=_record_heartbeat, args=[sender.eventer.hostname], daemon=True
    )
    sender.recorder.start()


def _record_heartbeat(name: str) -> None:
    from django.db import DatabaseError, connection
    from django.utils import timezone

    from syncs.models import Worker
    from syncs.runs.processes import own_mark

    try:
        values = {"held_by": own_mark(), "heartbeat_at": timezone.now()}
        Worker.objects.update_or_create(name=name, defaults=values)
    except DatabaseError as error:
        logger.error("the heartbeat of this worker was not recorded: %s", error)
    finally:
        connection.close()


@worker_shutdown.connect
def forget_worker(sender: Any, **_: Any) -> None:
    from syncs.models import Worker

    Worker.objects.filter(name=sender.hostname).delete()


@worker_shutting_down.connect
def hand_back_in_time(**_: Any) -> None:
    """A worker that was asked to end waits for its runs, but not for ever."""
    Thread(target=_hand_back, daemon=True).start()


def _hand_back() -> None:
    time.sleep(settings.WORKER_GRACE_SECONDS)
    from django.db import connection

    from insights.refresh.refresh_state import refreshing_processes
    from syncs.runs.claims import held_by_processes
    from syncs.runs.stopping import STOP_SIGNAL

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
