"""A month's line items as a file: a newer one takes the place of the one before."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from clouds.models import CloudAccount
from core.db.money_field import largest_amount, too_large
from core.money import as_text
from core.windows import Window, add_months
from costs.lines.models import LineItemMonth, file_prefix
from providers.bill_records import Bill, BillMonth
from syncs.models import SyncRun
from syncs.runs.run_context import SyncFailed

# A file that no row names is left by a process that was killed; younger ones may be
# at work.
LEFT_AFTER_SECONDS = 24 * 3600
# Who asked before a month was replaced reads its old file to the end.
REPLACED_AFTER_SECONDS = 600
# What is written below LINE_ITEMS_DIR, in which other files may lie.
OURS = (
    *("[0-9]*/????-??-*.parquet", "[0-9]*/tmp*/**/*"),
    *("reading/**/*", "tmp/duckdb_temp*"),
)


@contextmanager
def new_lines(account: CloudAccount, month: date, mark: str) -> Iterator[Path]:
    """Hold the path of a file to write, which no other has; it goes again unless a row
    names it."""
    name = f"{file_prefix(account.pk, month)}{mark}.parquet"
    path = Path(settings.LINE_ITEMS_DIR) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    delete_left_files()


def month_window(month: date) -> Window:
    return Window(month, add_months(month, 1))


def replace_lines(
    account: CloudAccount,
    month: BillMonth,
    bill: Bill,
    lines: Path,
    before: LineItemMonth | None,
    now: datetime,
    run: SyncRun | None = None,
) -> None:
    """Name the new file from now on. Within the transaction that stores its days.

    Raises SyncFailed where the month's sum can't be stored.
    """
    largest = max(bill.billed, bill.effective, key=abs)
    if abs(largest) > largest_amount():
        what = f"{month.files}: {month.month:%Y-%m}, {as_text(largest)} {bill.currency}"
        raise SyncFailed(f"{too_large(what)} The month was not stored.")
    LineItemMonth.objects.update_or_create(
        account=account,
        month=month.month,
        defaults={
            "file": str(lines.relative_to(settings.LINE_ITEMS_DIR)),
            "source_format": bill.source_format,
            "source_version": month.version,
            "row_count": bill.line_count,
            "byte_count": lines.stat().st_size,
            "currency": bill.currency,
            "billed": bill.billed,
            "effective": bill.effective,
            "run": run,
            "imported_at": now,
        },
    )
    if before and before.path != lines:
        old = before.path
        transaction.on_commit(lambda: _set_aside(old))


def shrunk(month: BillMonth, bill: Bill, before: LineItemMonth | None) -> list[str]:
    """Return that a month has fewer lines than it had, which is rarely meant."""
    if not before or bill.line_count >= before.row_count:
        return []
    sums = [f"{as_text(one.billed)} {one.currency}" for one in (bill, before)]
    return [
        f"{month.month:%Y-%m} was restated: it has fewer lines, {bill.line_count:,} "
        f"and not {before.row_count:,}, and sums to {sums[0]} and not {sums[1]}."
    ]


def _set_aside(path: Path) -> None:
    """Have a file that was replaced deleted with others, once nobody reads it."""
    at = time.time() - LEFT_AFTER_SECONDS + REPLACED_AFTER_SECONDS
    with suppress(FileNotFoundError):
        os.utime(path, (at, at))


def delete_left_files() -> None:
    """Delete files of ours that no row names, once they are a day old: of processes
    that were killed, of accounts that were removed, and those that were set aside."""
    folder = Path(settings.LINE_ITEMS_DIR)
    named = {one.path for one in LineItemMonth.objects.all()}
    found = [path for kind in OURS for path in folder.glob(kind)]
    for path in found:
        with suppress(FileNotFoundError):  # its own process was faster
            is_old = time.time() - path.stat().st_mtime > LEFT_AFTER_SECONDS
            if is_old and path.is_file() and path not in named:
                path.unlink()
