"""Others store, prune or restore at the same time."""

from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest
from django.core.management import CommandError
from django.db import connection, transaction

from archives import prune as pruning
from archives.models import Archive
from archives.tests.months import (
    APRIL,
    MARCH,
    SPAN,
    contents,
    run,
    store_old_months,
)
from clouds.models import CloudAccount
from clouds.testing import account
from core.db.exclusive import exclusive
from core.testing.second_connection import is_a_lock_awaited, second_connection
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from costs.models import DailyCost

pytestmark = pytest.mark.django_db(transaction=True)
BUSY = "Another prune or restore_archive is running"


@pytest.mark.on_each_database
def test_one_command_at_a_time_moves_rows(tmp_path: Path) -> None:
    store_old_months(account())
    run("prune", "cost", "--to", tmp_path, "--yes")
    before = contents()
    is_held, may_end = Event(), Event()

    def hold() -> None:
        with exclusive("archives"):
            is_held.set()
            may_end.wait(HANGS_AFTER_SECONDS)

    with second_connection(hold):
        assert is_held.wait(HANGS_AFTER_SECONDS)
        try:
            for command in (("prune", "--yes"), ("restore_archive", "cost", "2024-03")):
                with pytest.raises(CommandError, match=BUSY) as caught:
                    run(*command)
                assert caught.value.returncode == 3
        finally:
            may_end.set()
    assert contents() == before
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
            wait_until("prune waits", is_a_lock_awaited)

    with second_connection(store):
        assert has_stored.wait(HANGS_AFTER_SECONDS)
        with pytest.raises(CommandError, match="written to meanwhile"):
            run("prune", "cost", "--to", tmp_path, "--yes")
    stored = DailyCost.objects.filter(day=SPAN.start)
    assert set(stored.values_list("billed", flat=True)) == {7}
    assert not Archive.objects.exists()


@pytest.mark.only_on("postgresql")
def test_no_sync_stores_between_the_comparison_and_the_deletion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = account()
    store_old_months(owner)
    before, delete = contents()[0], pruning.delete
    changed: list[int] = []
    with ExitStack() as syncs:

        def store() -> None:
            with transaction.atomic():
                CloudAccount.objects.select_for_update(no_key=True).get(pk=owner.pk)
                of_march = DailyCost.objects.filter(day__lt=APRIL)
                changed.append(of_march.update(billed=7))

        def delete_beside_a_sync(one: pruning.Month) -> None:
            if one.month == MARCH:
                sync = syncs.enter_context(second_connection(store))
                wait_until(
                    "the sync waits, or has stored",
                    lambda: is_a_lock_awaited() or not sync.is_alive(),
                )
            delete(one)

        monkeypatch.setattr(pruning, "delete", delete_beside_a_sync)
        run("prune", "cost", "--to", tmp_path, "--yes")
    assert changed == [0]
    for month in ("2024-03", "2024-04"):
        run("restore_archive", "cost", month)
    assert contents()[0] == before


@pytest.mark.only_on("postgresql")
def test_a_connection_that_breaks_leaves_its_month_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_old_months(account())
    before, delete = contents()[0], pruning.delete

    def delete_and_break(one: pruning.Month) -> None:
        delete(one)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(pruning, "delete", delete_and_break)
    with pytest.raises(CommandError, match=r"(?s)The database failed: .* as before"):
        run("prune", "cost", "--to", tmp_path, "--yes")
    connection.close()
    assert contents()[0] == before
    monkeypatch.setattr(pruning, "delete", delete)
    run("prune", "cost", "--to", tmp_path, "--yes")
    assert not DailyCost.objects.exists()
