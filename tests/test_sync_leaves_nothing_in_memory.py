"""A worker reads accounts for months: a sync leaves nothing behind in its process."""

import gc
import tracemalloc
from datetime import datetime, timedelta

import pytest

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june, machine
from core.testing.task_queue import waiting, work_off
from syncs.models import SyncRun
from syncs.runs.start import start_syncs
from syncs.testing import OF_AWS

pytestmark = pytest.mark.django_db(transaction=True)

SYNCS = 2
# A client of a cloud is some 60 KB, and a sync makes a dozen; 18 KB are seen to stay,
# in caches of libraries that have an end.
LARGEST_GROWTH = 60_000


def test_syncs_leave_nothing_behind(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    aws.world().add_instance(machine("i-one"))
    aws.world().add_costs([charge(june(19), "1.5")])
    account = aws_account()
    waiting()  # of other tests

    def sync() -> None:
        aws.now += timedelta(minutes=1)
        start_syncs([account], OF_AWS, now, trigger=SyncRun.Trigger.API)
        assert work_off() == ["succeeded"] * len(OF_AWS)
        aws.calls.clear()
        gc.collect()

    sync()
    tracemalloc.start()
    try:
        sync()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(SYNCS):
            sync()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / SYNCS < LARGEST_GROWTH
