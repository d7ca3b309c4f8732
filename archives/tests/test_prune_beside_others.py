"""Others store, prune or restore at the same time."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from django.core.management import CommandError
from django.db import connection, transaction

from archives import prune as pruning
from archives.models import Archive
from archives.tests.months import MARCH, SPAN, contents, run, store_old_months
from clouds.models import CloudAccount
from clouds.testing import account
from core.db.exclusive import exclusive
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from costs.models import DailyCost

pytestmark = pytest.mark.django_db(transaction=True)
BUSY = "Another prune or restore_archive is running"


def in_a_thread(work: Callable[[], object]) -> Thread:
    """Start the work with a connection of its own."""

    def run_and_close() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run_and_close)
    thread.start()
    return thread


@pytest.mark.on_each_database
@pytest.mark.parametrize(
    "command", [("prune", "--to", "nowhere", "--yes"), ("restore_archive", "cost")]
)
def test_one_command_at_a_time_moves_rows(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    store_old_months(account())
    run("prune", "cost", "--to", tmp_path, "--yes")
    month = ["2024-03"] if "cost" in command else []
    is_held, may_end = Event(), Event()

    def hold() -> None:
        with exclusive("archives"):
            is_held.set()
            may_end.wait(HANGS_AFTER_SECONDS)

    other = in_a_thread(hold)
    assert is_held.wait(HANGS_AFTER_SECONDS)
    before = contents()
    try:
        with pytest.raises(CommandError, match=BUSY) as caught:
            run(*command, *month)
    finally:
        may_end.set()
        other.join(HANGS_AFTER_SECONDS)
    assert caught.value.returncode == 3
    assert contents() == before
    assert not Path("nowhere").exists()
    run("restore_archive", "cost", "2024-03")


@pytest.mark.only_on("postgresql")
def test_a_sync_that_stores_is_waited_for(tmp_path: Path) -> None:
    """It has read the month again, and replaced rows by as many others."""
    owner = account()
    store_old_months(owner)
    has_stored = Event()

    def store() -> None:
        with transaction.atomic():
            CloudAccount.objects.select_for_update(no_key=True).get(pk=owner.pk)
            old = list(DailyCost.objects.filter(day=SPAN.start))
            DailyCost.objects.filter(day=SPAN.start).delete()
            for row in old:
                row.pk, row.billed = None, 7
                row.save()
            has_stored.set()
            wait_until("prune waits", is_another_waiting)

    sync = in_a_thread(store)
    assert has_stored.wait(HANGS_AFTER_SECONDS)
    with pytest.raises(CommandError, match="written to meanwhile"):
        run("prune", "cost", "--to", tmp_path, "--yes")
    sync.join(HANGS_AFTER_SECONDS)
    stored = DailyCost.objects.filter(day=SPAN.start)
    assert set(stored.values_list("billed", flat=True)) == {7}
    assert not Archive.objects.exists()


@pytest.mark.only_on("postgresql")
def test_no_sync_stores_between_the_comparison_and_the_deletion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = account()
    store_old_months(owner)
    syncs: list[Thread] = []
    delete = pruning.delete

    def store() -> None:
        with transaction.atomic():
            CloudAccount.objects.select_for_update(no_key=True).get(pk=owner.pk)
            DailyCost.objects.filter(day__gte=MARCH).update(billed=7)

    def delete_beside_a_sync(one: pruning.Month) -> None:
        if not syncs:
            syncs.append(in_a_thread(store))
            wait_until("the sync waits, or is done", is_another_waiting)
        delete(one)

    monkeypatch.setattr(pruning, "delete", delete_beside_a_sync)
    before = contents()[0]
    with pytest.raises(CommandError, match="written to meanwhile"):
        run("prune", "cost", "--to", tmp_path, "--yes")
    syncs[0].join(HANGS_AFTER_SECONDS)
    run("restore_archive", "cost", "2024-03")
    of_march = [row for row in before if SPAN.start in row or MARCH in row]
    assert set(of_march) <= set(contents()[0])


def is_another_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
