"""Two processes at the same rows: the second waits, and sees what the first did."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import transaction

from clouds.models import CloudAccount, DataVersion
from clouds.testing import account
from clouds.versions import bump_versions
from core.testing.clock import NOW
from core.testing.second_connection import is_a_lock_awaited, second_connection
from core.testing.task_queue import waiting
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from syncs.accounts.changes import save_account
from syncs.backfills.planning import advance_backfills
from syncs.backfills.transitions import transition
from syncs.datasets import Dataset
from syncs.models import Backfill, SyncRun
from syncs.runs.run_context import RunContext, say_nothing
from syncs.testing import proposed, read_account, run
from users.audit import Actor
from users.models import AuditEntry

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]


def test_a_backfill_that_is_paused_meanwhile_queues_no_part() -> None:
    backfill = proposed()
    other = proposed(read_account(2, "goes on"))
    for one in (backfill, other):
        transition(one, "start", NOW)
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
    queued = SyncRun.objects.active().values_list("account", flat=True)
    assert set(queued) == {other.account_id}
    assert len(waiting()) == len(queued)


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


def test_versions_are_locked_in_one_order_whatever_their_accounts_are_called() -> None:
    owners = account(1, "zulu"), account(2, "alpha")
    bump_versions(Dataset.COST)
    before = set(DataVersion.objects.values_list("version", flat=True))
    has_first = Event()
    other: list[Thread] = []

    def lock_one_by_one() -> None:
        with transaction.atomic():
            for owner in owners:
                DataVersion.objects.select_for_update().get(account=owner)
                has_first.set()
                wait_until("the other waits, or is done", lambda: is_blocked(other[0]))

    def bump_all() -> None:
        assert has_first.wait(HANGS_AFTER_SECONDS)
        bump_versions(Dataset.COST)

    with second_connection(bump_all) as thread:
        other.append(thread)
        with second_connection(lock_one_by_one):
            pass
    assert before.isdisjoint(DataVersion.objects.values_list("version", flat=True))


def test_a_change_of_an_account_replaces_what_the_one_before_it_stored() -> None:
    owner = account(1, "zero")
    has_saved = Event()
    second: list[Thread] = []

    def rename(name: str) -> None:
        changed = CloudAccount.objects.get(pk=owner.pk)
        changed.name = name
        save_account(changed, Actor(None, "ada"))

    def save_first() -> None:
        with transaction.atomic():
            rename("first")
            has_saved.set()
            wait_until("the second waits, or is done", lambda: is_blocked(second[0]))

    def save_second() -> None:
        assert has_saved.wait(HANGS_AFTER_SECONDS)
        rename("second")

    with second_connection(save_second) as thread:
        second.append(thread)
        with second_connection(save_first):
            pass
    recorded = AuditEntry.objects.order_by("pk").values_list("details", flat=True)
    assert [one["name"] for one in recorded] == [["zero", "first"], ["first", "second"]]


def is_blocked(thread: Thread) -> bool:
    return is_a_lock_awaited() or not thread.is_alive()
