"""A staged bill takes the place of its window's rows, at the database's own pace.

PostgreSQL takes the file by COPY: straight into the table where the window is empty,
else into a staging table, from which only what differs goes and comes, so that days
which the cloud did not change are not touched. Every other database takes the same
rows by INSERT.
"""

from datetime import date
from itertools import islice

from django.db import connection
from django.db.backends.utils import CursorWrapper

from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window
from costs.models import CostTotal, DailyCost
from costs.querysets import CostTotalQuerySet
from costs.rollups import changing
from costs.staging_file import COLUMNS, StagingFile
from syncs.models import SyncRun

# ruff: noqa: S608 (every name in a statement is made in this file)
ROWS_PER_STATEMENT = 2000

STAGE = """
    DROP TABLE IF EXISTS cost_staging;
    CREATE TEMPORARY TABLE cost_staging ON COMMIT DROP AS SELECT
        account_id, day, sub_account_id, service, region, charge_category, currency,
        billed, effective, is_estimated, resource_group
    FROM costs_dailycost WITH NO DATA
"""
# Both tables are about as long as each other. Where the planner has not seen yet how
# long, it may walk through one of them for each row of the other; this bounds the
# memory of what it does instead.
JOIN_BY_HASH = """
    SET LOCAL enable_nestloop = off;
    SET LOCAL enable_mergejoin = off;
    SET LOCAL work_mem = '64MB'
"""
JOIN_AS_BEFORE = "RESET enable_nestloop; RESET enable_mergejoin; RESET work_mem"
# To PostgreSQL a changed row is a row that went and one that came, with an entry in
# each index; to say so costs less than to look each one up there.
FIND_DIFFERENCE = """
    DROP TABLE IF EXISTS cost_difference;
    CREATE TEMPORARY TABLE cost_difference ON COMMIT DROP AS
    SELECT held.id AS held_id, COALESCE(held.day, new.day) AS changed_day, new.*
    FROM (
        SELECT * FROM costs_dailycost
        WHERE account_id = %s AND day >= %s AND day < %s
    ) held FULL JOIN cost_staging new
        ON new.account_id = held.account_id AND new.day = held.day
        AND new.sub_account_id = held.sub_account_id AND new.service = held.service
        AND new.region = held.region AND new.resource_group = held.resource_group
        AND new.charge_category = held.charge_category
        AND new.currency = held.currency AND new.billed = held.billed
        AND new.effective = held.effective AND new.is_estimated = held.is_estimated
    WHERE held.id IS NULL OR new.account_id IS NULL
"""
DELETE_DIFFERENT = """
    DELETE FROM costs_dailycost held USING cost_difference
    WHERE held.account_id = %s AND held.day >= %s AND held.day < %s
        AND held.id = held_id
"""
INSERT_MISSING = """
    INSERT INTO costs_dailycost (
        account_id, day, sub_account_id, service, region, charge_category, currency,
        billed, effective, is_estimated, resource_group
    ) SELECT
        account_id, day, sub_account_id, service, region, charge_category, currency,
        billed, effective, is_estimated, resource_group
    FROM cost_difference WHERE held_id IS NULL
"""


def store_costs(run: SyncRun, window: Window, staged: StagingFile) -> None:
    """Replace the window's rows and totals, and add what that changes to the rollups.

    Within the caller's transaction.
    """
    held = DailyCost.objects.filter(account=run.account).in_window(window)
    totals = CostTotal.objects.filter(account=run.account).in_window(window)
    by_difference = connection.vendor == "postgresql" and held.exists()
    days = set(window.days())
    if by_difference:
        days = _changed_totals(totals, staged) | _changed_rows(run, window, staged)
    if days:
        changed = Window(min(days), max(days) + ONE_DAY)
        with changing([run.account_id], changed):
            totals.in_window(changed).delete()
            store_totals(run, changed, staged)
            if by_difference:
                store_difference(run.account, changed)
            elif connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    _copy(cursor, DailyCost._meta.db_table, staged)
            else:
                store_by_insert(run.account, window, staged)
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


def store_by_insert(account: CloudAccount, window: Window, staged: StagingFile) -> None:
    """The way that every database knows."""
    DailyCost.objects.filter(account=account).in_window(window).delete()
    rows = (
        DailyCost(account=account, **{name: getattr(row, name) for name in COLUMNS})
        for row in staged.rows()
    )
    while batch := list(islice(rows, ROWS_PER_STATEMENT)):
        DailyCost.objects.bulk_create(batch)


def store_difference(account: CloudAccount, changed: Window) -> None:
    """Delete the rows that went, and insert those that came."""
    with connection.cursor() as cursor:
        cursor.execute(JOIN_BY_HASH)
        days = changed.start.isoformat(), changed.end.isoformat()
        cursor.execute(DELETE_DIFFERENT, (account.pk, *days))
        cursor.execute(JOIN_AS_BEFORE)
        cursor.execute(INSERT_MISSING)


def _changed_totals(totals: CostTotalQuerySet, staged: StagingFile) -> set[date]:
    """The days of which the bill says otherwise than what is stored."""
    columns = ("day", "currency", "billed", "effective", "is_estimated")
    stored = set(totals.values_list(*columns))
    answered = {tuple(getattr(one, name) for name in columns) for one in staged.totals}
    return {day for day, *_ in stored ^ answered}


def _changed_rows(run: SyncRun, window: Window, staged: StagingFile) -> set[date]:
    """The first and the last day of which any row differs, none if none does."""
    days = window.start.isoformat(), window.end.isoformat()
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        _copy(cursor, "cost_staging", staged)
        cursor.execute(JOIN_BY_HASH)
        cursor.execute(FIND_DIFFERENCE, (run.account_id, *days))
        cursor.execute(JOIN_AS_BEFORE)
        cursor.execute("SELECT MIN(changed_day), MAX(changed_day) FROM cost_difference")
        return {day for day in cursor.fetchone() if day}


def _copy(cursor: CursorWrapper, table: str, staged: StagingFile) -> None:
    staged.rewind()
    # An empty text is an empty text: NULL has a mark that no line holds.
    options = r"(FORMAT csv, NULL '\N')"
    columns = ", ".join(("account_id", *COLUMNS))
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN {options}", staged.file)
