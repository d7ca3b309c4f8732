"""A month comes back from its file."""

from datetime import datetime

from django.db import transaction

from archives import parquet
from archives.models import Archive, Table
from archives.places import fetched
from archives.prune import tell_of_change
from archives.tables import TABLES, CannotRestore, month_window
from costs.models import CostDay, CostRollup
from providers.base import Progress

ROWS_PER_STATEMENT = 2000


def restore(archive: Archive, now: datetime, by: str, on_progress: Progress) -> Archive:
    """Stores the file's rows again, all or none. The file stays where it is.

    Raises CannotRestore and PlaceFailed.
    """
    archived = TABLES[Table(archive.table)]
    with fetched(archive.location) as path, transaction.atomic():
        held = Archive.objects.select_for_update().get(pk=archive.pk)
        if held.restored_at:
            raise CannotRestore(
                f"{archive} was restored on {held.restored_at:%Y-%m-%d}."
            )
        if archived.of_month(archive.month).exists():
            raise CannotRestore(f"{archive} has rows in the database already.")
        if parquet.sha256(path) != archive.sha256:
            raise CannotRestore(
                f"{archive.location} is not the file that was written: its SHA-256 "
                f"differs from {archive.sha256}."
            )
        if archive.table == Table.COST:
            _forget_sums(archive)
        stored = 0
        for batch in parquet.read(path):
            rows = archived.models_of(batch)
            type(rows[0])._default_manager.bulk_create(
                rows, batch_size=ROWS_PER_STATEMENT
            )
            stored += len(rows)
            on_progress(f"{archive}: {stored:,} of {archive.rows:,} rows")
        tell_of_change(Table(archive.table))
        held.restored_at, held.restored_by = now, by
        held.save(update_fields=["restored_at", "restored_by"])
    return held


def _forget_sums(archive: Archive) -> None:
    """The sums of the month, which the rows that come back make anew."""
    window = month_window(archive.month)
    for model in (CostDay, CostRollup):
        model.objects.filter(day__gte=window.start, day__lt=window.end).delete()
