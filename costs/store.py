"""A staged bill takes the place of its window's rows, at the database's own pace.

PostgreSQL takes the file by COPY: straight into the table where the window is empty,
else into a staging table, from which only what differs goes and comes, so that days
which the cloud did not change are not touched. Every other database takes the same
rows by INSERT.
"""

from itertools import islice

from django.db import connection
from django.db.backends.utils import CursorWrapper

from clouds.models import CloudAccount
from core.windows import Window
from costs.models import CostTotal, DailyCost
from costs.staging_file import COLUMNS, StagingFile
from syncs.models import SyncRun

# ruff: noqa: S608 (every name that is put into a statement stands in this file)
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
SAME_KEY = """
    new.account_id = held.account_id AND new.day = held.day
    AND new.sub_account_id = held.sub_account_id AND new.service = held.service
    AND new.region = held.region AND new.resource_group = held.resource_group
    AND new.charge_category = held.charge_category AND new.currency = held.currency
"""
IN_WINDOW = "held.account_id = %s AND held.day >= %s AND held.day < %s"
# To PostgreSQL a changed row is a row that went and one that came, with an entry in
# each index; to say so costs less than to look each one up there.
DELETE_DIFFERENT = f"""
    DELETE FROM costs_dailycost held WHERE {IN_WINDOW} AND NOT EXISTS (
        SELECT FROM cost_staging new WHERE {SAME_KEY}
        AND new.billed = held.billed AND new.effective = held.effective
        AND new.is_estimated = held.is_estimated
    )
"""
INSERT_MISSING = f"""
    INSERT INTO costs_dailycost (
        account_id, day, sub_account_id, service, region, charge_category, currency,
        billed, effective, is_estimated, resource_group
    ) SELECT * FROM cost_staging new WHERE NOT EXISTS (
        SELECT FROM costs_dailycost held WHERE {IN_WINDOW} AND {SAME_KEY}
    )
"""


def store_totals(run: SyncRun, window: Window, staged: StagingFile) -> None:
    """Replaces the totals of the window, within the caller's transaction."""
    CostTotal.objects.filter(account=run.account).in_window(window).delete()
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
        ),
        batch_size=ROWS_PER_STATEMENT,
    )


def store_rows(account: CloudAccount, window: Window, staged: StagingFile) -> None:
    """Replaces the rows of the window, within the caller's transaction."""
    if connection.vendor == "postgresql":
        store_by_copy(account, window, staged)
    else:
        store_by_insert(account, window, staged)


def store_by_insert(account: CloudAccount, window: Window, staged: StagingFile) -> None:
    """The way that every database knows."""
    DailyCost.objects.filter(account=account).in_window(window).delete()
    rows = (
        DailyCost(account=account, **{name: getattr(row, name) for name in COLUMNS})
        for row in staged.rows()
    )
    while batch := list(islice(rows, ROWS_PER_STATEMENT)):
        DailyCost.objects.bulk_create(batch)


def store_by_copy(account: CloudAccount, window: Window, staged: StagingFile) -> None:
    """PostgreSQL's way: the file as it is."""
    held = DailyCost.objects.filter(account=account).in_window(window)
    with connection.cursor() as cursor:
        if not held.exists():
            _copy(cursor, DailyCost._meta.db_table, staged)
            return
        cursor.execute(STAGE)
        _copy(cursor, "cost_staging", staged)
        ends = window.start.isoformat(), window.end.isoformat()
        cursor.execute(JOIN_BY_HASH)
        cursor.execute(DELETE_DIFFERENT, (account.pk, *ends))
        cursor.execute(INSERT_MISSING, (account.pk, *ends))
        cursor.execute(JOIN_AS_BEFORE)


def _copy(cursor: CursorWrapper, table: str, staged: StagingFile) -> None:
    staged.rewind()
    # An empty text is an empty text: NULL has a mark that no line holds.
    options = r"(FORMAT csv, NULL '\N')"
    columns = ", ".join(("account_id", *COLUMNS))
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN {options}", staged.file)
