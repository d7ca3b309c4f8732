"""The sums of costs by tag, of the rows that are stored.

Those of a month whose rows by tag went into an archive go with them: no total tells
then what they would have to sum to.
"""

from collections.abc import Collection

from django.db import connection, transaction

from clouds.models import CloudAccount
from core.db.exclusive import hold_until_commit
from core.windows import Window
from costs.account_sums import refresh_tag_spans
from costs.day_blocks import FIRST_OF_MONTH
from costs.exact_sums import exact_sums
from costs.models import TagBillDay, TagDay, TagRollup
from costs.stored_rows import (
    BILLS_BY_TAG,
    IS_COUNTED,
    SUMS_OF_ALL,
    created,
    execute,
    stored,
    summed_by_hash,
)

# ruff: noqa: S608 (every name and number in a statement is made in this file)
# What is collected of a change, as costs.rollups does.
TAG_CHANGES = {
    "tag_changes": "id AS account_id, row_count AS is_counted, day, currency, tag_key, "
    "tag_value, service, billed, effective, row_count FROM costs_tagrollup",
    "tag_bill_changes": "tag_key, day, currency, total_count, estimated_count, "
    "unreconciled_count FROM costs_tagbillday",
}
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
DELETE_EMPTY_BILL_DAYS = "DELETE FROM costs_tagbillday WHERE total_count = 0"


def sums_of_tags(
    sign: int, accounts: Collection[int], window: Window | None
) -> list[str]:
    """Return what sums the rows that are stored now, to be added or taken away."""
    rows = stored("costs_tagcost", accounts, window)
    return summed_by_hash(
        f"INSERT INTO tag_changes SELECT account_id, {IS_COUNTED}, day, currency, "
        f"tag_key, tag_value, service, {sign} * SUM(billed), "
        f"{sign} * SUM(effective), {sign} * COUNT(*) FROM {rows} GROUP BY {COLUMNS}"
    )


def counts_of_tag_bills(
    sign: int, accounts: Collection[int], window: Window | None
) -> str:
    """Return what counts the totals that are read by each key, on the days that TagDay
    has, to be added or taken away."""
    bills = stored(BILLS_BY_TAG, accounts, window)
    return (
        f"INSERT INTO tag_bill_changes SELECT tag_key, day, currency, "
        f"{sign} * COUNT(*), {sign} * SUM(CASE WHEN is_estimated THEN 1 ELSE 0 END), "
        f"{sign} * SUM(CASE WHEN is_reconciled THEN 0 ELSE 1 END) "
        f"FROM {bills} AND covered_id IS NULL GROUP BY tag_key, day, currency"
    )


def add_tags(accounts: Collection[int], window: Window | None) -> list[str]:
    """Return what adds to the sums what was collected of these accounts, and counts
    their totals, where SUMS_OF_ALL is held."""
    month = FIRST_OF_MONTH[connection.vendor]
    return [
        ADD_TO_DAYS,
        ADD_TO_ROLLUPS.format(first_of_month=month),
        *DELETE_EMPTY,
        counts_of_tag_bills(1, accounts, window),
        ADD_TO_BILL_DAYS,
        DELETE_EMPTY_BILL_DAYS,
    ]


def delete_tag_sums(window: Window) -> None:
    """Delete the sums of whole months."""
    for model in (TagBillDay, TagDay, TagRollup):
        model.objects.filter(day__gte=window.start, day__lt=window.end).delete()


def rebuild_tag_sums(window: Window) -> None:
    """Replace the sums of whole months by those of the rows that are stored.

    Raises OverflowError where one can't be stored exactly.
    """
    accounts = list(CloudAccount.objects.values_list("pk", flat=True))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        hold_until_commit(SUMS_OF_ALL)
        execute(cursor, *created(TAG_CHANGES))
        delete_tag_sums(window)
        added = sums_of_tags(1, accounts, window) + add_tags(accounts, window)
        with exact_sums(cursor, window):
            execute(cursor, *added)
        for account in accounts:
            refresh_tag_spans(cursor, account)
