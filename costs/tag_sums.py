"""The sums of costs by tag, of the rows that are stored.

Those of a month whose rows by tag went into an archive go with them: no total tells
then what they would have to sum to.
"""

from collections.abc import Collection

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from clouds.models import CloudAccount
from core.db.exclusive import hold_until_commit
from core.windows import Window
from costs.account_sums import refresh_tag_spans
from costs.day_blocks import FIRST_OF_MONTH
from costs.models import TagBillDay, TagDay, TagRollup
from costs.stored_rows import (
    BILLS_BY_TAG,
    IS_COUNTED,
    SUMS_OF_ALL,
    stored,
    summing_by_hash,
)

# ruff: noqa: S608 (every name and number in a statement is made in this file)
CREATE_TAG_CHANGES = (
    """
    CREATE TEMPORARY TABLE tag_changes AS
    SELECT id AS account_id, row_count AS is_counted, day, currency, tag_key, tag_value,
        service, billed, effective, row_count
    FROM costs_tagrollup LIMIT 0
    """,
    """
    CREATE TEMPORARY TABLE tag_bill_changes AS
    SELECT tag_key, day, currency, total_count, estimated_count, unreconciled_count
    FROM costs_tagbillday LIMIT 0
    """,
)
DROP_TAG_CHANGES = ("DROP TABLE tag_changes", "DROP TABLE tag_bill_changes")
COLUMNS = "account_id, day, currency, tag_key, tag_value, service"
SUMS = "SUM(billed), SUM(effective), SUM(row_count)"
# Of an account that is being removed nothing is added.
ADD_TO_DAYS = """
    INSERT INTO costs_tagday AS held (account_id, tag_key, day, currency, row_count)
    SELECT account_id, tag_key, day, currency, SUM(row_count) FROM tag_changes
    WHERE row_count > 0 OR account_id IN (SELECT id FROM clouds_cloudaccount)
    GROUP BY account_id, tag_key, day, currency HAVING SUM(row_count) <> 0
    ON CONFLICT (account_id, tag_key, day, currency) DO UPDATE SET
        row_count = held.row_count + excluded.row_count
"""
# What is summed of the changes, by dimension: of which day, and by which service.
SUMMED = {
    "value": ("day", "''"),
    "service": ("day", "service"),
    "value_month": ("{first_of_month}", "''"),
    "service_month": ("{first_of_month}", "service"),
}
CHANGES = " UNION ALL ".join(
    f"SELECT '{dimension}' AS dimension, tag_key, {day} AS day, currency, tag_value, "
    f"{service} AS service, billed, effective, row_count "
    "FROM tag_changes WHERE is_counted = 1"
    for dimension, (day, service) in SUMMED.items()
)
KEY = "dimension, tag_key, day, currency, tag_value, service"
ADD_TO_ROLLUPS = f"""
    INSERT INTO costs_tagrollup AS held ({KEY}, billed, effective, row_count)
    SELECT {KEY}, {SUMS} FROM ({CHANGES}) changes GROUP BY {KEY}
    HAVING SUM(billed) <> 0 OR SUM(effective) <> 0 OR SUM(row_count) <> 0
    ON CONFLICT ({KEY}) DO UPDATE SET
        billed = held.billed + excluded.billed,
        effective = held.effective + excluded.effective,
        row_count = held.row_count + excluded.row_count
"""
ADD_TO_BILL_DAYS = """
    INSERT INTO costs_tagbillday AS held
        (tag_key, day, currency, total_count, estimated_count, unreconciled_count)
    SELECT tag_key, day, currency, SUM(total_count), SUM(estimated_count),
        SUM(unreconciled_count) FROM tag_bill_changes
    GROUP BY tag_key, day, currency HAVING SUM(total_count) <> 0
        OR SUM(estimated_count) <> 0 OR SUM(unreconciled_count) <> 0
    ON CONFLICT (tag_key, day, currency) DO UPDATE SET
        total_count = held.total_count + excluded.total_count,
        estimated_count = held.estimated_count + excluded.estimated_count,
        unreconciled_count = held.unreconciled_count + excluded.unreconciled_count
"""
DELETE_EMPTY = (
    "DELETE FROM costs_tagday WHERE row_count = 0",
    "DELETE FROM costs_tagrollup WHERE row_count = 0",
)


def collect_tags(
    cursor: CursorWrapper, sign: int, accounts: Collection[int], window: Window | None
) -> None:
    """Sum the rows that are stored now, to be added or taken away."""
    rows = stored("costs_tagcost", accounts, window)
    with summing_by_hash(cursor):
        cursor.execute(
            f"INSERT INTO tag_changes SELECT account_id, {IS_COUNTED}, day, currency, "
            f"tag_key, tag_value, service, {sign} * SUM(billed), "
            f"{sign} * SUM(effective), {sign} * COUNT(*) FROM {rows} GROUP BY {COLUMNS}"
        )


def collect_tag_bills(
    cursor: CursorWrapper, sign: int, accounts: Collection[int], window: Window | None
) -> None:
    """Count the totals that are read by each key, to be added or taken away.

    Those of the days that TagDay has.
    """
    bills = stored(BILLS_BY_TAG, accounts, window)
    cursor.execute(
        f"INSERT INTO tag_bill_changes SELECT tag_key, day, currency, "
        f"{sign} * COUNT(*), {sign} * SUM(CASE WHEN is_estimated THEN 1 ELSE 0 END), "
        f"{sign} * SUM(CASE WHEN is_reconciled THEN 0 ELSE 1 END) "
        f"FROM {bills} AND covered_id IS NULL GROUP BY tag_key, day, currency"
    )


def add_tags(
    cursor: CursorWrapper, accounts: Collection[int], window: Window | None
) -> None:
    """Add to the sums what was collected of these accounts, and count their totals,
    where SUMS_OF_ALL is held."""
    month = FIRST_OF_MONTH[connection.vendor]
    cursor.execute(ADD_TO_DAYS)
    cursor.execute(ADD_TO_ROLLUPS.format(first_of_month=month))
    for statement in DELETE_EMPTY:
        cursor.execute(statement)
    collect_tag_bills(cursor, 1, accounts, window)
    cursor.execute(ADD_TO_BILL_DAYS)
    cursor.execute("DELETE FROM costs_tagbillday WHERE total_count = 0")


def delete_tag_sums(window: Window) -> None:
    """Delete the sums of whole months."""
    for model in (TagBillDay, TagDay, TagRollup):
        model.objects.filter(day__gte=window.start, day__lt=window.end).delete()


def rebuild_tag_sums(window: Window) -> None:
    """Replace the sums of whole months by those of the rows that are stored."""
    accounts = list(CloudAccount.objects.values_list("pk", flat=True))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        hold_until_commit(SUMS_OF_ALL)
        for statement in CREATE_TAG_CHANGES:
            cursor.execute(statement)
        delete_tag_sums(window)
        collect_tags(cursor, 1, accounts, window)
        add_tags(cursor, accounts, window)
        for statement in DROP_TAG_CHANGES:
            cursor.execute(statement)
        for account in accounts:
            refresh_tag_spans(cursor, account)
