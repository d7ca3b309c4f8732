"""What stays of a pruned month: its sums per day, which its file can compute again.

The sums of a month hold every account that was there when it was pruned. Rows tell
them of an account that is deleted, whose bill may have covered others; where the rows
have gone, the file does.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from archives import parquet
from archives.archived import CannotRestore
from archives.models import Archive, Table
from archives.restore import open_archives, opened, store
from archives.schemas import (
    TABLES,
    lock_writers,
    month_window,
    move_table_version,
)
from clouds.models import CloudAccount
from costs.rollups import rebuild
from providers.base import Progress


def existing_accounts(accounts: Iterable[str]) -> dict[str, bool]:
    """Whether each account ("aws 000000000001") is still there."""
    known = {f"{one.provider} {one.account_id}" for one in CloudAccount.objects.all()}
    return {name: name in known for name in accounts}


def outdated() -> list[date]:
    """Pruned months whose sums hold an account that is gone."""
    pruned = Archive.objects.filter(table=Table.COST, restored_at__isnull=True)
    return sorted(
        {
            each.month
            for each in pruned
            if each.accounts != existing_accounts(each.accounts)
        }
    )


def recompute(month: date, on_progress: Progress) -> None:
    """Sum the files' rows of the accounts that are still there, all or none.

    They are stored for as long as that takes. Raises CannotRestore and PlaceFailed.
    """
    archived = TABLES[Table.COST]
    archives = open_archives(Table.COST, month)
    with opened(archives) as files, transaction.atomic():
        lock_writers()
        if archived.of_month(month).exists():
            raise CannotRestore(
                f"{month:%Y-%m} has rows in the database beside its archive; prune "
                "cost first."
            )
        for archive, file in zip(archives, files, strict=True):
            on_progress(f"summing {archive.location}")
            archive.accounts = existing_accounts(archive.accounts)
            gone = {name for name, is_there in archive.accounts.items() if not is_there}
            for batch in parquet.read(file):
                rows = [row for row in batch if " ".join(row[:2]) not in gone]
                store(archived.models_of(rows))
        rebuild(month_window(month))
        archived.of_month(month).order_by().delete()
        move_table_version(Table.COST)
        Archive.objects.bulk_update(archives, ["accounts"])
