"""A worker reads accounts for months: a sync leaves nothing behind in its process."""

import gc
import tracemalloc
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june, machine

pytestmark = pytest.mark.django_db(transaction=True)

SYNCS = 2
# A client of a cloud is some 60 KB, and a sync makes a dozen; 10 KB are seen to stay,
# most of them by the emulator, which is in the same process.
LARGEST_GROWTH = 60_000


def test_syncs_leave_nothing_behind(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    aws.world().add_instance(machine("i-one"))
    aws.world().add_costs([charge(june(19), "1.5")])
    aws_account()

    def sync() -> None:
        aws.now += timedelta(minutes=1)
        call_command("sync", verbosity=0)
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
