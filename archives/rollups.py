"""What stays of a pruned month: its sums per day, which its file can compute again.

The sums of a month hold every account that was there when it was pruned. Rows tell
them of an account that is deleted, whose bill may have covered others; where the rows
have gone, the file does.
"""

from collections.abc import Iterable

from django.db import transaction

from archives import parquet
from archives.models import Archive, Table
from archives.restore import store
from archives.schemas import TABLES, CannotRestore, month_window, move_table_version
from archives.storage import verified
from clouds.models import CloudAccount
from costs.rollups import rebuild
from providers.base import Progress


def existing_accounts(accounts: Iterable[str]) -> dict[str, bool]:
    """Whether each account ("aws 000000000001") is still there."""
    known = {f"{one.provider} {one.account_id}" for one in CloudAccount.objects.all()}
    return {name: name in known for name in accounts}


def outdated() -> list[Archive]:
    """Pruned months whose sums hold an account that is gone."""
    pruned = Archive.objects.filter(table=Table.COST, restored_at__isnull=True)
    return [one for one in pruned if one.accounts != existing_accounts(one.accounts)]


def recompute(archive: Archive, on_progress: Progress) -> None:
    """Sum the file's rows of the accounts that are still there, all or none.

    They are stored for as long as that takes. Raises CannotRestore and PlaceFailed.
    """
    archived = TABLES[Table.COST]
    with verified(archive.location, archive.sha256) as path, transaction.atomic():
        if archived.of_month(archive.month).exists():
            raise CannotRestore(f"{archive} has rows in the database.")
        on_progress(f"summing {archive.location}")
        # Before the rows are summed: who goes meanwhile is found to have gone.
        archive.accounts = existing_accounts(archive.accounts)
        gone = {name for name, is_there in archive.accounts.items() if not is_there}
        for batch in parquet.read(path):
            rows = [row for row in batch if " ".join(row[:2]) not in gone]
            store(archived.models_of(rows))
        rebuild(month_window(archive.month))
        archived.of_month(archive.month).order_by().delete()
        move_table_version(Table.COST)
        archive.save(update_fields=["accounts"])
