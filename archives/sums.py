"""What stays of a pruned month: its sums per day, which its file can make anew.

The sums of a month hold every account that was counted when it was pruned. Rows tell
them of an account that is deleted, or comes under a payer's bill or out of it; where
the rows have gone, the file does.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Model

from archives import parquet
from archives.models import Archive, Table
from archives.places import verified
from archives.tables import (
    COST_FIELDS,
    TABLES,
    CannotRestore,
    Row,
    month_window,
    tell_of_change,
)
from costs.models import CostDay, CostRollup
from costs.rows import DIMENSION_OF
from providers.base import Progress
from providers.windows import Window
from syncs.models import CloudAccount

MODELS = (CostDay, CostRollup)
ROWS_PER_STATEMENT = 2000
# What tells sums apart, and their amounts billed and effective, and number of rows.
Sums = dict[tuple[object, ...], tuple[Decimal, Decimal, int]]
NOTHING = (Decimal(0), Decimal(0), 0)


@contextmanager
def kept(window: Window) -> Iterator[None]:
    """The sums of these days are afterwards as they were before the block.

    Put aside by the database itself, as there may be a hundred thousand.
    """
    tables = [model._meta.db_table for model in MODELS]
    days = [window.start, window.end]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {table}_kept AS SELECT * FROM {table} "  # noqa: S608
                "WHERE day >= %s AND day < %s",
                days,
            )
        yield
        forget(window)
        for table in tables:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}_kept")  # noqa: S608
            cursor.execute(f"DROP TABLE {table}_kept")


def forget(window: Window) -> None:
    for model in MODELS:
        model.objects.filter(day__gte=window.start, day__lt=window.end).delete()


def standing(accounts: Iterable[str]) -> dict[str, bool | None]:
    """Whether each account ("aws 000000000001") is counted; None where it is gone."""
    known = {name: account.payer_id is None for name, account in _accounts().items()}
    return {name: known.get(name) for name in accounts}


def outdated() -> list[Archive]:
    """Pruned months of which an account stands otherwise than its sums hold it."""
    pruned = Archive.objects.filter(table=Table.COST, restored_at__isnull=True)
    return [each for each in pruned if each.accounts != standing(each.accounts)]


def make_anew(archive: Archive, on_progress: Progress) -> None:
    """Sums the file's rows of the accounts that are still there, all or none.

    Raises CannotRestore and PlaceFailed.
    """
    with verified(archive.location, archive.sha256) as path, transaction.atomic():
        if TABLES[Table.COST].of_month(archive.month).exists():
            raise CannotRestore(f"{archive} has rows in the database.")
        on_progress(f"summing {archive.location}")
        # Before the rows are summed: who moves meanwhile is found to have moved.
        archive.accounts = standing(archive.accounts)
        accounts = _accounts()
        days: Sums = defaultdict(lambda: NOTHING)
        rollups: Sums = defaultdict(lambda: NOTHING)
        for batch in parquet.read(path):
            for row in batch:
                if account := accounts.get(_name(*row[:2])):
                    _add(row, account, days, rollups)
        forget(month_window(archive.month))
        _store(days, rollups)
        tell_of_change(Table.COST)
        archive.save(update_fields=["accounts"])


def _add(row: Row, account: CloudAccount, days: Sums, rollups: Sums) -> None:
    """As the triggers do it with a row that is stored."""
    of = dict(zip(COST_FIELDS, row[2:], strict=True))
    day, currency = of["day"], of["currency"]
    keys = [(days, (account.pk, day, currency))]
    if account.payer_id is None:
        columns: list[str | None] = [*DIMENSION_OF, None]
        for column in columns:
            shown = [of[name] if name == column else "" for name in DIMENSION_OF]
            dimension = DIMENSION_OF[column] if column else CostRollup.Dimension.NONE
            key = (dimension, day, currency, *shown, of["charge_category"])
            keys.append((rollups, key))
    for sums, key in keys:
        billed, effective, count = sums[key]
        sums[key] = (billed + of["billed"], effective + of["effective"], count + 1)


def _store(days: Sums, rollups: Sums) -> None:
    of_rollup = ("dimension", "day", "currency", *DIMENSION_OF, "charge_category")
    _create(CostDay, ("account_id", "day", "currency"), days)
    _create(CostRollup, of_rollup, rollups)


def _create(model: type[Model], keys: Sequence[str], sums: Sums) -> None:
    names = (*keys, "billed", "effective", "row_count")
    rows = (
        model(**dict(zip(names, (*key, *amounts), strict=True)))
        for key, amounts in sums.items()
    )
    model._default_manager.bulk_create(rows, batch_size=ROWS_PER_STATEMENT)


def _accounts() -> dict[str, CloudAccount]:
    accounts = CloudAccount.objects.all()
    return {_name(each.provider, each.account_id): each for each in accounts}


def _name(provider: str, account_id: str) -> str:
    return f"{provider} {account_id}"
