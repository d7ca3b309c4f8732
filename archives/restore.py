"""A month comes back from its files."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.db.models import Model

from archives import parquet
from archives.archived import CannotRestore
from archives.models import Archive, Table
from archives.schemas import TABLES, lock_writers, month_window, move_table_version
from clouds.storage import verified
from costs.rollups import rebuild
from costs.tag_sums import rebuild_tag_sums
from monitoring.metrics.partitions import ensure_partitions
from providers.base import Progress
from users.audit import Actor, record_by

ROWS_PER_STATEMENT = 2000


def open_archives(table: Table, month: date) -> list[Archive]:
    """Return what holds the month's rows instead of the database, the newest first."""
    archives = Archive.objects.filter(table=table, month=month, restored_at=None)
    return list(archives.filter(expired_at=None).order_by("-pk"))


def restore(
    table: Table, month: date, now: datetime, by: Actor, on_progress: Progress
) -> int:
    """Store the rows of the month's files again, all or none; return how many.

    Rows that are in the database, or in a newer file, are newer and stay. The files
    stay where they are. Raises CannotRestore and PlaceFailed.
    """
    archived = TABLES[table]
    archives = open_archives(table, month)
    with opened(archives) as files, transaction.atomic():
        lock_writers()
        if table == Table.POINTS:
            ensure_partitions([month])
        held = archived.of_month(month).count()
        for archive, file in zip(archives, files, strict=True):
            for batch in parquet.read(file):
                on_progress(f"{archive}: storing {archive.rows:,} rows")
                store(archived.models_of(batch))
        try:
            if table == Table.COST:
                rebuild(month_window(month))
            if table == Table.TAG:
                rebuild_tag_sums(month_window(month))
        except OverflowError as error:
            raise CannotRestore(f"{month:%Y-%m}: {error}") from error
        move_table_version(table)
        for archive in archives:
            archive.restored_at, archive.restored_by = now, by.name
        Archive.objects.bulk_update(archives, ["restored_at", "restored_by"])
        rows = archived.of_month(month).count() - held
        record_by(
            by, "archive.restore", None, table=table, month=f"{month:%Y-%m}", rows=rows
        )
        return rows


@contextmanager
def opened(archives: Sequence[Archive]) -> Iterator[list[BinaryIO]]:
    """The files, if they are those that were written. Raises PlaceFailed."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(verified(each.location, each.sha256))
            for each in archives
        ]


def store(rows: Sequence[Model]) -> None:
    """Insert the rows, except those whose key is stored already."""
    if rows:
        type(rows[0])._default_manager.bulk_create(
            rows, batch_size=ROWS_PER_STATEMENT, ignore_conflicts=True
        )
