"""A staged bill takes the place of its window's rows, at the database's own pace.

PostgreSQL takes the file by COPY: straight into the table where the window is empty,
else into a staging table, from which only what differs goes and comes, so that days
which the cloud did not change are not touched. Every other database takes the same
rows by INSERT.
"""

from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from core.db.upsert import insert
from core.windows import ONE_DAY, Window
from costs.models import CostTotal
from costs.querysets import CostTotalQuerySet
from costs.rollups import changing
from costs.staging_file import StagedRows, StagingFile
from syncs.models import SyncRun

# ruff: noqa: S608 (every name in a statement is made in this file)
ROWS_PER_STATEMENT = 2000

# Both tables are about as long as each other. Where the planner has not seen yet how
# long, it may walk through one of them for each row of the other; this bounds the
# memory of what it does instead.
JOIN_BY_HASH = """
    SET LOCAL enable_nestloop = off;
    SET LOCAL enable_mergejoin = off;
    SET LOCAL work_mem = '64MB'
"""
JOIN_AS_BEFORE = "RESET enable_nestloop; RESET enable_mergejoin; RESET work_mem"
# In each of these, `table` is the model's and `columns` are the file's.
STAGE = """
    DROP TABLE IF EXISTS {table}_staging;
    CREATE TEMPORARY TABLE {table}_staging ON COMMIT DROP AS
    SELECT {columns} FROM {table} WITH NO DATA
"""
# To PostgreSQL a changed row is a row that went and one that came, with an entry in
# each index; to say so costs less than to look each one up there.
FIND_DIFFERENCE = """
    DROP TABLE IF EXISTS {table}_difference;
    CREATE TEMPORARY TABLE {table}_difference ON COMMIT DROP AS
    SELECT held.id AS held_id, COALESCE(held.day, new.day) AS changed_day, new.*
    FROM (
        SELECT * FROM {table} WHERE account_id = %s AND day >= %s AND day < %s
    ) held FULL JOIN {table}_staging new ON {same}
    WHERE held.id IS NULL OR new.account_id IS NULL
"""
DELETE_DIFFERENT = """
    DELETE FROM {table} held USING {table}_difference
    WHERE held.account_id = %s AND held.day >= %s AND held.day < %s
        AND held.id = held_id
"""
INSERT_MISSING = """
    INSERT INTO {table} ({columns})
    SELECT {columns} FROM {table}_difference WHERE held_id IS NULL
"""


def store_costs(run: SyncRun, window: Window, staged: StagingFile) -> None:
    """Replace the window's rows and totals, and add what that changes to the rollups.

    Within the caller's transaction.
    """
    rows = Replacement(run.account_id, window, staged.costs)
    tags = Replacement(run.account_id, window, staged.tags)
    totals = CostTotal.objects.filter(account=run.account).in_window(window)
    days = rows.changed_days() | tags.changed_days() | _changed_totals(totals, staged)
    if days:
        changed = Window(min(days), max(days) + ONE_DAY)
        with changing([run.account_id], changed):
            totals.in_window(changed).delete()
            store_totals(run, changed, staged)
            rows.store()
            tags.store()
    totals.update(run=run)


def store_totals(run: SyncRun, window: Window, staged: StagingFile) -> None:
    CostTotal.objects.bulk_create(
        (
            CostTotal(
                account=run.account,
                day=total.day,
                currency=total.currency,
                billed=total.billed,
                effective=total.effective,
                is_estimated=total.is_estimated,
                run=run,
            )
            for total in staged.totals
            if total.day in window
        ),
        batch_size=ROWS_PER_STATEMENT,
    )


def _changed_totals(totals: CostTotalQuerySet, staged: StagingFile) -> set[date]:
    """The days of which the bill says otherwise than what is stored."""
    columns = ("day", "currency", "billed", "effective", "is_estimated")
    stored = set(totals.values_list(*columns))
    answered = {tuple(getattr(one, name) for name in columns) for one in staged.totals}
    return {day for day, *_ in stored ^ answered}


class Replacement:
    """The rows of a file that take the place of an account's rows of a window."""

    def __init__(self, account: int, window: Window, staged: StagedRows[Any]) -> None:
        self._staged = staged
        self._held = staged.model._default_manager.filter(
            account=account, day__gte=window.start, day__lt=window.end
        )
        self._window = window
        self._days = (account, window.start.isoformat(), window.end.isoformat())
        self._columns = columns = ("account_id", *staged.columns)
        self._names = {
            "table": staged.model._meta.db_table,
            "columns": ", ".join(columns),
            "same": " AND ".join(f"new.{name} = held.{name}" for name in columns),
        }
        self._is_postgresql = connection.vendor == "postgresql"
        self._is_by_difference = self._is_postgresql and self._held.exists()

    def changed_days(self) -> set[date]:
        """Return days from the first to the last of which a row differs, or may."""
        if not self._is_by_difference:
            is_nothing = self._is_postgresql and not self._staged.count
            return set() if is_nothing else {*self._window.days()}
        with connection.cursor() as cursor:
            cursor.execute(STAGE.format(**self._names))
            self._copy(cursor, "{table}_staging")
            cursor.execute(JOIN_BY_HASH)
            cursor.execute(FIND_DIFFERENCE.format(**self._names), self._days)
            cursor.execute(JOIN_AS_BEFORE)
            cursor.execute(
                "SELECT MIN(changed_day), MAX(changed_day) "
                "FROM {table}_difference".format(**self._names)
            )
            return {day for day in cursor.fetchone() if day}

    def store(self) -> None:
        """Store them, after changed_days."""
        if not self._is_postgresql:
            self._insert()
            return
        with connection.cursor() as cursor:
            if not self._is_by_difference:
                self._copy(cursor, "{table}")
                return
            cursor.execute(JOIN_BY_HASH)
            cursor.execute(DELETE_DIFFERENT.format(**self._names), self._days)
            cursor.execute(JOIN_AS_BEFORE)
            cursor.execute(INSERT_MISSING.format(**self._names))

    def _insert(self) -> None:
        """The way that every database knows."""
        self._held.delete()
        insert(self._staged.model, self._columns, self._staged.read())

    def _copy(self, cursor: CursorWrapper, table: str) -> None:
        self._staged.rewind()
        # An empty text is an empty text, and no text is NULL.
        statement = (
            table + " ({columns}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({columns}))"
        )
        cursor.copy_expert("COPY " + statement.format(**self._names), self._staged.file)
