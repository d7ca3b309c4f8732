"""A month comes back from its file."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from archives import parquet
from archives.models import Archive, Table
from archives.schemas import TABLES, CannotRestore, month_window, move_table_version
from archives.storage import verified
from costs.rollups import rebuild
from providers.base import Progress

ROWS_PER_STATEMENT = 2000


def restore(archive: Archive, now: datetime, by: str, on_progress: Progress) -> Archive:
    """Store the file's rows again, all or none. The file stays where it is.

    Raises CannotRestore and PlaceFailed.
    """
    archived = TABLES[Table(archive.table)]
    with verified(archive.location, archive.sha256) as path, transaction.atomic():
        held = Archive.objects.select_for_update().get(pk=archive.pk)
        if held.restored_at:
            raise CannotRestore(
                f"{archive} was restored on {held.restored_at:%Y-%m-%d}."
            )
        if archived.of_month(archive.month).exists():
            raise CannotRestore(f"{archive} has rows in the database already.")
        stored = 0
        for batch in parquet.read(path):
            stored += store(archived.models_of(batch))
            on_progress(f"{archive}: {stored:,} of {archive.rows:,} rows")
        if archive.table == Table.COST:
            rebuild(month_window(archive.month))
        move_table_version(Table(archive.table))
        held.restored_at, held.restored_by = now, by
        held.save(update_fields=["restored_at", "restored_by"])
    return held


def store(rows: Sequence[Model]) -> int:
    """Insert the rows, and return how many they are."""
    if rows:
        manager = type(rows[0])._default_manager
        manager.bulk_create(rows, batch_size=ROWS_PER_STATEMENT)
    return len(rows)
