"""Old months leave the database for a file that was read back first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from django.db import transaction
from django.db.models import Count

from archives import parquet
from archives.archived import Archived
from archives.models import Archive, Table
from archives.restore import open_archives
from archives.retention.periods import InvalidPeriod, first_kept
from archives.rollups import existing_accounts, recompute
from archives.schemas import (
    TABLES,
    lock_writers,
    month_window,
    move_table_version,
)
from clouds.storage import sha256, unnamed_file, verified, write_file
from core.installation_id import installation_id
from core.refusals import Refusal
from costs.tag_sums import rebuild_tag_sums
from monitoring.metrics.partitions import drop_partition_if_empty
from providers.base import Progress
from users.audit import Actor, record_by


class CannotPrune(Refusal):
    """A month stays as it is; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month of one table that is old enough."""

    table: Table
    month: date
    rows: int

    def __str__(self) -> str:
        return f"{self.table.label} of {self.month:%Y-%m}: {self.rows:,} rows"


def due(
    tables: Sequence[Table], now: datetime, months: int | None = None
) -> Iterator[Month]:
    """The whole months that are kept no longer, or are older than so many.

    The oldest first. Raises CannotPrune for what must stay.
    """
    for table in tables:
        try:
            before = first_kept(table, now, months)
        except InvalidPeriod as error:
            raise CannotPrune(str(error)) from None
        yield from months_before(table, before)


def months_before(table: Table, before: date) -> Iterator[Month]:
    archived = TABLES[table]
    found = (
        archived.before(before)
        .order_by()
        .annotate(in_month=archived.month_of_row())
        .values_list("in_month")
        .annotate(count=Count("*"))
        .order_by("in_month")
    )
    yield from (Month(table, month, count) for month, count in found)


def prune(
    one: Month, place: str, now: datetime, by: Actor, on_progress: Progress
) -> Archive:
    """Write the month to the place, read it back, and only then delete it.

    Ended in the middle, it starts again. Rows that came after their month was pruned
    go to a file of their own. Raises CannotPrune, CannotRestore and PlaceFailed.
    """
    archived = TABLES[one.table]
    with unnamed_file() as draft:
        on_progress(f"writing {one}")
        rows = archived.values(one.month).iterator(parquet.ROWS_PER_BATCH)
        parquet.write(rows, archived.types, draft)
        size, digest = draft.tell(), sha256(draft)
        location = write_file(draft, place, file_name(one, digest))
    with transaction.atomic():
        lock_writers()
        on_progress(f"comparing {location} with the database")
        compare(archived, one.month, location, digest)
        accounts = existing_accounts(accounts_of(one))
        on_progress(f"deleting {one}")
        delete(one)
        if one.table == Table.TAG:
            rebuild_tag_sums(month_window(one.month))
        move_table_version(one.table)
        earlier = open_archives(one.table, one.month)
        archive = Archive.objects.create(
            table=one.table,
            month=one.month,
            location=location,
            rows=one.rows,
            size_bytes=size,
            sha256=digest,
            accounts=accounts,
            written_at=now,
            pruned_at=now,
            pruned_by=by.name,
        )
        record_by(by, "archive.prune", archive, rows=one.rows, location=location)
        if earlier and one.table == Table.COST:
            # What was read twice was summed twice.
            recompute(one.month, on_progress)
    if one.table == Table.POINTS:
        drop_partition_if_empty(one.month)
    return archive


def file_name(one: Month, digest: str) -> str:
    """Return a name that no other content has, here or at another installation."""
    of_content = f"{installation_id()}-{digest[:16]}"
    return f"{one.table}/{one.table}-{one.month:%Y-%m}-{of_content}.parquet"


def compare(archived: Archived, month: date, location: str, digest: str) -> None:
    """Raise CannotPrune unless the file holds exactly the rows of the month."""
    with verified(location, digest) as file:
        stored = parquet.batches(
            archived.values(month).iterator(parquet.ROWS_PER_BATCH)
        )
        for written, held in zip_longest(parquet.read(file), stored):
            if written != held:
                raise CannotPrune(
                    f"{location} differs from the database, which was written to "
                    "meanwhile. Nothing was deleted; prune again."
                )


def accounts_of(one: Month) -> list[str]:
    """Whose costs the month's sums hold, as archives name accounts; else nobody's."""
    if one.table != Table.COST:
        return []
    rows = TABLES[one.table].of_month(one.month).order_by()
    owners = rows.values_list("account__provider", "account__account_id").distinct()
    return sorted(" ".join(owner) for owner in owners)


def delete(one: Month) -> None:
    """Delete the month's rows; what a bill's sum to stays. Within a transaction."""
    rows = TABLES[one.table].of_month(one.month).order_by()
    _, deleted = rows.delete()
    gone = deleted.get(rows.model._meta.label, 0)
    if gone != one.rows:
        raise CannotPrune(
            f"{one} were to be deleted, and {gone:,} were found. Nothing was deleted; "
            "prune again."
        )
