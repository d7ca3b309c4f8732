"""The Celery application, and what a worker does at its start, heartbeat and end."""

import gc
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
    task_postrun,
    worker_init,
    worker_process_init,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudintel.settings")
# Celery would import all pages to check them, and ignores what is found.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

logger = logging.getLogger(__name__)

app = Celery("cloudintel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Celery warns root about pickled messages, which can run code. Ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

HEARTBEAT_SECONDS = 10.0


@setup_logging.connect
def use_django_logging(**_: Any) -> None:
    """Keep the logging that Django has configured: a receiver turns off Celery's."""


@worker_init.connect
def fold_counts(**_: Any) -> None:
    from monitoring.prometheus.count_files import settled_counts

    with settled_counts(settings.COUNTS_DIR):
        pass  # files that earlier workers left


@worker_process_init.connect
def count_queries(**_: Any) -> None:
    from monitoring.database.counting import start_counting

    start_counting()


@worker_process_init.connect
def collect_after_tasks(**_: Any) -> None:
    """Collect garbage after each task, without what was imported before.

    Clients of clouds are cycles, which are rarely looked for while metrics are read;
    those of many tasks would take tens of MB.
    """
    gc.freeze()
    task_postrun.connect(collect_garbage)


def collect_garbage(**_: Any) -> None:
    gc.collect()


@worker_ready.connect
def watch_health(sender: Any, **_: Any) -> None:
    from monitoring.health.worker_watch import watch_worker

    watch_worker(sender.hostname)


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
def delete_worker(sender: Any, **_: Any) -> None:
    from syncs.models import Worker

    Worker.objects.filter(name=sender.hostname).delete()


@worker_shutting_down.connect
def limit_shutdown(**_: Any) -> None:
    """Stop the runs that do not end within the grace period."""
    Thread(target=_stop_runs, daemon=True).start()


def _stop_runs() -> None:
    time.sleep(settings.WORKER_GRACE_SECONDS)
    from django.db import connection

    from insights.refresh.refresh_state import refreshing_processes
    from insights.remediation.execution import acting_processes
    from syncs.runs.claims import held_by_processes
    from syncs.runs.stopping import STOP_SIGNAL

    children = [process.pid for process in billiard.active_children()]
    try:
        running = {
            *held_by_processes(children),
            *refreshing_processes(children),
            *acting_processes(children),
        }
        for process_id in running:
            logger.warning("the work of process %s did not end in time", process_id)
            os.kill(process_id, STOP_SIGNAL)
    finally:
        connection.close()
