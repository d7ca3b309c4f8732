"""Real beat and workers: catching up once, and ending without leaving what blocks."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from billiard.pool import SIG_SOFT_TIMEOUT
from celery import current_app
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator.builders import charge, machine
from core.testing.aws_emulator.halting import HaltingAws
from core.testing.processes import (
    BEAT,
    WORKER,
    children_of,
    rows,
    running,
    shared_database,
    wait_until_it_says,
)
from core.testing.task_queue import waiting
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim
from syncs.testing import OF_AWS

pytestmark = pytest.mark.django_db(transaction=True)
STATUSES = "SELECT dataset, status, error FROM syncs_syncrun ORDER BY id"
ACTIVE = "SELECT id FROM syncs_syncrun WHERE status IN ('queued', 'running')"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, real_now: datetime) -> Iterator[HaltingAws]:
    with HaltingAws(now=real_now) as emulated:
        for name, value in emulated.environment().items():
            monkeypatch.setenv(name, value)
        emulated.world().add_instance(machine("i-1"))
        emulated.world().add_costs([charge(real_now.date() - timedelta(days=1), "1")])
        yield emulated
        emulated.released.set()


@pytest.fixture
def mine() -> CloudAccount:
    return aws_account(regions=["eu-west-1"])


def test_a_beat_that_was_down_for_three_intervals_catches_up_once(
    mine: CloudAccount, aws: HaltingAws, tmp_path: Path
) -> None:
    stopped_at = datetime.now(UTC) - timedelta(minutes=3)
    every_minute = IntervalSchedule.objects.create(every=60, period="seconds")
    PeriodicTask.objects.create(
        name="schedule-tick",
        task="syncs.tasks.schedule_tick",
        interval=every_minute,
        last_run_at=stopped_at,
    )
    for dataset in OF_AWS:
        SyncRun.objects.create(
            account=mine,
            dataset=dataset,
            status="succeeded",
            started_at=stopped_at,
            heartbeat_at=stopped_at,
            finished_at=stopped_at,
        )
    first = sorted(dataset for dataset in OF_AWS if not dataset.after)
    environment = {"STATE_DIR": str(tmp_path), "SYNC_INTERVAL_MINUTES": "1"}
    queued = tmp_path / "queue"

    def new() -> list[str]:
        found = rows(url, f"{STATUSES} LIMIT 100 OFFSET {len(OF_AWS)}")
        return sorted(dataset for dataset, status, _ in found if status == "succeeded")

    with (
        shared_database(tmp_path) as url,
        running(url, aws, *WORKER, "-c", "2", **environment),
    ):
        with running(url, aws, *BEAT, **environment):
            wait_until("the catch-up", lambda: new() == first)
        # What beat sent is worked off, so that a second catch-up would be seen.
        wait_until("an empty queue", lambda: not list(queued.glob("*.msg")))
        wait_until("the last run", lambda: not rows(url, ACTIVE))
        assert new() == first
    assert SyncRun.objects.count() == len(OF_AWS) + len(first)
    task = PeriodicTask.objects.get(name="schedule-tick")
    assert task.total_run_count == 1
    assert set(SyncRun.objects.values_list("trigger", flat=True)) == {
        "command",
        "schedule",
    }


def halted(mine: CloudAccount, aws: HaltingAws, url: str) -> None:
    """Waits until a worker stands still in the middle of the queued run."""
    assert aws.halted.wait(HANGS_AFTER_SECONDS)
    ((_, status, _),) = rows(url, STATUSES)
    assert status == "running"


def queue(mine: CloudAccount, **options: int) -> None:
    """Queues a run, of which workers hear that have the test's own queue."""
    waiting()
    run = claim(mine, Dataset.COST, datetime.now(UTC), status=SyncRun.Status.QUEUED)
    current_app.send_task("costs.tasks.sync_cost", args=[run.pk], **options)


@pytest.mark.parametrize("ends_in_time", [True, False])
def test_a_worker_that_is_asked_to_end_lets_its_run_end_or_hands_it_back(
    mine: CloudAccount, aws: HaltingAws, tmp_path: Path, ends_in_time: bool
) -> None:
    queue(mine)
    aws.halt("ce:GetCostAndUsage", 1)
    environment = {
        # Of the one that never ends a second is lost; the other takes what it needs.
        "WORKER_GRACE_SECONDS": "600" if ends_in_time else "1",
    }
    with (
        shared_database(tmp_path) as url,
        running(url, aws, *WORKER, "-c", "1", **environment) as worker,
    ):
        halted(mine, aws, url)
        worker.send_signal(signal.SIGTERM)
        wait_until_it_says(worker, "Warm shutdown")
        if ends_in_time:
            aws.released.set()
        assert worker.wait(timeout=HANGS_AFTER_SECONDS) == 0
    run = SyncRun.objects.get()
    if ends_in_time:
        assert (run.status, run.error) == ("succeeded", "")
    else:
        assert run.status == "failed"
        assert run.error.startswith("Its worker was stopped. What was stored")
    assert claim(mine, Dataset.COST, datetime.now(UTC)).attempt == 2 - ends_in_time


def test_a_sync_that_takes_longer_than_its_limit_is_ended_and_says_so(
    mine: CloudAccount, aws: HaltingAws, tmp_path: Path, settings: Settings
) -> None:
    """The pool's signal is sent when the run has come to its middle, however late."""
    assert current_app.conf.task_soft_time_limit == settings.SYNC_TIME_LIMIT_SECONDS
    # A task has the limit of the settings, unless its message has another.
    queue(mine, soft_time_limit=3600, time_limit=7200)
    aws.halt("ce:GetCostAndUsage", 1)
    environment = {"SYNC_TIME_LIMIT_SECONDS": "1"}
    with (
        shared_database(tmp_path) as url,
        running(url, aws, *WORKER, "-c", "1", **environment) as worker,
    ):
        halted(mine, aws, url)
        is_over = datetime.now(UTC) + timedelta(seconds=1)
        wait_until("the limit", lambda: datetime.now(UTC) > is_over)
        (child,) = children_of(worker.pid)
        os.kill(child, SIG_SOFT_TIMEOUT)
        wait_until("its end", lambda: rows(url, STATUSES)[0][1] == "failed")
        # How a worker ends by itself is another test's subject.
        worker.kill()
        os.kill(child, signal.SIGKILL)
    run = SyncRun.objects.get()
    assert run.error.startswith("It took longer than 1 s and was ended. Raise SYNC_")
