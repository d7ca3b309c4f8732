"""Two processes at the same rows: the second waits, and sees what the first did."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import transaction

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.testing.second_connection import is_a_lock_awaited, second_connection
from core.testing.task_queue import waiting
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from syncs.backfills.planning import advance_backfills
from syncs.backfills.transitions import transition
from syncs.datasets import Dataset
from syncs.models import Backfill, SyncRun
from syncs.runs.run_context import RunContext, say_nothing
from syncs.testing import proposed, run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]


def test_a_backfill_that_is_paused_meanwhile_queues_no_part() -> None:
    backfill = proposed()
    transition(backfill, "start", NOW)
    waiting()
    is_paused = Event()
    advance: list[Thread] = []

    def pause() -> None:
        with transaction.atomic():
            transition(Backfill.objects.get(pk=backfill.pk), "pause", NOW)
            is_paused.set()
            wait_until("advance waits, or is done", lambda: is_blocked(advance[0]))

    def advance_then() -> None:
        assert is_paused.wait(HANGS_AFTER_SECONDS)
        advance_backfills(NOW)

    with second_connection(advance_then) as thread:
        advance.append(thread)
        with second_connection(pause):
            pass
    backfill.refresh_from_db()
    assert backfill.status == Backfill.Status.PAUSED
    assert not SyncRun.objects.active().exists()
    assert waiting() == []


def test_parts_of_a_backfill_store_one_after_the_other() -> None:
    """The name of the account stands for rows that both parts replace."""
    owner = account()
    runs = [
        run(owner, dataset, NOW - timedelta(hours=1), status=SyncRun.Status.RUNNING)
        for dataset in (Dataset.COST, Dataset.CPU)
    ]
    has_stored = Event()
    second: list[Thread] = []
    seen: list[str] = []

    def store_first() -> None:
        with RunContext(runs[0], say_nothing).storing():
            CloudAccount.objects.filter(pk=owner.pk).update(name="first")
            has_stored.set()
            wait_until("the second waits, or is done", lambda: is_blocked(second[0]))

    def store_second() -> None:
        assert has_stored.wait(HANGS_AFTER_SECONDS)
        with RunContext(runs[1], say_nothing).storing():
            seen.append(CloudAccount.objects.get(pk=owner.pk).name)

    with second_connection(store_second) as thread:
        second.append(thread)
        with second_connection(store_first):
            pass
    assert seen == ["first"]


def is_blocked(thread: Thread) -> bool:
    return is_a_lock_awaited() or not thread.is_alive()
