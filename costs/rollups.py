"""The sums that pages read instead of rows, updated where rows are written.

Code that writes rows or totals of an account, or removes an account, does so within
`changing`: what was stored is taken away from the sums, and what is stored afterwards
is added, in the same transaction. Amounts are exact, so that the sums never drift. So
it is with rows by tag, whose sums costs.tag_sums adds.

The days of which a bill has charges of other accounts are among these sums: the other
accounts' own bills are not counted then, so that their sums change with it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, OuterRef, Q

from clouds.models import CloudAccount
from core.db.exclusive import hold_until_commit
from core.windows import Window
from costs.account_sums import refresh_account
from costs.day_blocks import FIRST_OF_MONTH, FIRST_OF_TEN_DAYS
from costs.exact_sums import exact_sums, small_enough
from costs.models import (
    BillDay,
    CostDay,
    CostRollup,
    CostTotal,
    CoveredDay,
    DailyCost,
)
from costs.stored_rows import (
    IS_COUNTED,
    SUMS_OF_ALL,
    created,
    emptied,
    execute,
    rows_of,
    stored,
    summed_by_hash,
)
from costs.tag_sums import (
    TAG_CHANGES,
    add_tags,
    counts_of_tag_bills,
    delete_tag_sums,
    sums_of_tags,
)

# ruff: noqa: S608 (every name and number in a statement is made in this file)
# What rows are summed by, and into which columns. A "place" is a region and a resource
# group: the few sums of places, which name their account, are summed again to those of
# their two dimensions, to "none" and to CostDay. "ten_days" has the first day of ten.
# Some are summed again to those of months, which have the first day of one.
SUMMED = {
    "place": f"{IS_COUNTED}, account_id, {{day}}, currency, "
    "'', region, resource_group, ''",
    "service": "1, 0, {day}, currency, service, '', '', ''",
    "account": "1, 0, {day}, currency, '', '', '', sub_account_id",
    "ten_days": "1, 0, {day}, currency, "
    "service, region, resource_group, sub_account_id",
}
GROUPED_BY = {
    "place": "account_id, region, resource_group",
    "service": "service",
    "account": "sub_account_id",
    "ten_days": "service, region, resource_group, sub_account_id",
}
OF_PLACES = {
    "region": "region, ''",
    "resource_group": "'', resource_group",
    "none": "'', ''",
}
# What is collected of a change. The tables last as long as their transaction, in which
# sums may change several times.
CHANGES = {
    "cost_changes": "dimension, row_count AS is_counted, id AS account_id, day, "
    "currency, service, region, resource_group, sub_account_id, charge_category, "
    "billed, effective, row_count FROM costs_costrollup",
    "bill_changes": "day, currency, total_count, estimated_count, unreconciled_count "
    "FROM costs_billday",
    "covered_now": "account_id, day, sub_account_id FROM costs_coveredday",
    **TAG_CHANGES,
}
ADD_COVERED_DAYS = """
    INSERT INTO costs_coveredday (account_id, day, sub_account_id)
    SELECT account_id, day, sub_account_id FROM covered_now
    WHERE 1 = 1 ON CONFLICT DO NOTHING
"""
KEY = (
    "dimension, day, currency, service, region, resource_group, sub_account_id, "
    "charge_category"
)
SUMS = "SUM(billed), SUM(effective), SUM(row_count)"
HAVING_CHANGED = "HAVING SUM(billed) <> 0 OR SUM(effective) <> 0 OR SUM(row_count) <> 0"
ADD_TO_DAYS = f"""
    INSERT INTO costs_costday AS held
        (account_id, day, currency, billed, effective, row_count)
    SELECT account_id, day, currency, {SUMS} FROM cost_changes
    WHERE dimension = 'place'
        AND (row_count > 0 OR account_id IN (SELECT id FROM clouds_cloudaccount))
    GROUP BY account_id, day, currency {HAVING_CHANGED}
    ON CONFLICT (account_id, day, currency) DO UPDATE SET
        billed = held.billed + excluded.billed,
        effective = held.effective + excluded.effective,
        row_count = held.row_count + excluded.row_count
"""
SUMS_OF_PLACES = " UNION ALL ".join(
    f"SELECT '{dimension}', day, currency, service, {columns}, sub_account_id, "
    "charge_category, is_counted, billed, effective, row_count "
    "FROM cost_changes WHERE dimension = 'place'"
    for dimension, columns in OF_PLACES.items()
)
# What is summed again by month, of what, and into which columns.
OF_MONTHS = {
    "month": ("ten_days", "service, region, resource_group, sub_account_id"),
    "account_month": ("account", "'', '', '', sub_account_id"),
    "group_month": ("place", "'', '', resource_group, ''"),
}
SUMS_OF_MONTHS = " UNION ALL ".join(
    f"SELECT '{dimension}', {{first_of_month}}, currency, {columns}, "
    "charge_category, is_counted, billed, effective, row_count "
    f"FROM cost_changes WHERE dimension = '{of}'"
    for dimension, (of, columns) in OF_MONTHS.items()
)
ADD_TO_ROLLUPS = f"""
    INSERT INTO costs_costrollup AS held ({KEY}, billed, effective, row_count)
    SELECT {KEY}, {SUMS} FROM (
        SELECT {KEY}, is_counted, billed, effective, row_count FROM cost_changes
            WHERE dimension <> 'place'
        UNION ALL {SUMS_OF_PLACES}
        UNION ALL {SUMS_OF_MONTHS}
    ) changes WHERE is_counted = 1 GROUP BY {KEY} {HAVING_CHANGED}
    ON CONFLICT ({KEY}) DO UPDATE SET
        billed = held.billed + excluded.billed,
        effective = held.effective + excluded.effective,
        row_count = held.row_count + excluded.row_count
"""
ADD_TO_BILL_DAYS = """
    INSERT INTO costs_billday AS held
        (day, currency, total_count, estimated_count, unreconciled_count)
    SELECT day, currency, SUM(total_count), SUM(estimated_count),
        SUM(unreconciled_count) FROM bill_changes
    GROUP BY day, currency HAVING SUM(total_count) <> 0
        OR SUM(estimated_count) <> 0 OR SUM(unreconciled_count) <> 0
    ON CONFLICT (day, currency) DO UPDATE SET
        total_count = held.total_count + excluded.total_count,
        estimated_count = held.estimated_count + excluded.estimated_count,
        unreconciled_count = held.unreconciled_count + excluded.unreconciled_count
"""
# A bill of nothing has no rows.
RECONCILED = """
    COALESCE(
        (SELECT summed.billed = costs_costtotal.billed
            AND summed.effective = costs_costtotal.effective
        FROM costs_costday summed WHERE summed.account_id = costs_costtotal.account_id
            AND summed.day = costs_costtotal.day
            AND summed.currency = costs_costtotal.currency),
        costs_costtotal.billed = 0 AND costs_costtotal.effective = 0
    )
"""
DELETE_EMPTY = (
    "DELETE FROM costs_costday WHERE row_count = 0",
    "DELETE FROM costs_costrollup WHERE row_count = 0",
    "DELETE FROM costs_billday WHERE total_count = 0",
)


@contextmanager
def changing(accounts: Collection[int], window: Window | None = None) -> Iterator[None]:
    """Keep every sum right while the block changes what is stored of these accounts.

    That is: rows, those by tag too, and totals of the window, or of any day. It is one
    transaction, and the caller holds the accounts locked; those that their bills cover
    are locked here.
    Raises OverflowError where the database could not keep a sum exactly.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        covered = CoveredDay.objects.filter(_of(accounts, window))
        names = set(covered.values_list("sub_account_id", flat=True).distinct())
        concerned = {*accounts, *_with_own_bill(names, accounts)}
        with _changes(cursor, concerned, window):
            _take_away(cursor, concerned, window)
            _uncover(cursor, accounts)
            yield
            _cover(cursor, accounts, concerned, window)
        with small_enough("What its newest 30 days cost"):
            for account in sorted(concerned):
                refresh_account(cursor, account, window)


def rebuild(window: Window) -> None:
    """Replace the sums of whole months by those of the rows and totals that are stored.

    For months whose rows went into an archive, while their sums stayed.
    """
    accounts = list(CloudAccount.objects.values_list("pk", flat=True))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        hold_until_commit(SUMS_OF_ALL)
        concerned = set(accounts)
        with _changes(cursor, concerned, window):
            for model in (BillDay, CostDay, CostRollup, CoveredDay):
                model.objects.filter(day__gte=window.start, day__lt=window.end).delete()
            delete_tag_sums(window)
            _cover(cursor, accounts, concerned, window)
        for account in accounts:
            refresh_account(cursor, account, window)


@contextmanager
def _changes(
    cursor: CursorWrapper, accounts: Collection[int], window: Window | None
) -> Iterator[None]:
    """Add to the sums what the block collects, and what is stored at its end.

    The block may add to the accounts.
    """
    execute(cursor, *created(CHANGES))
    with exact_sums(cursor, window):
        yield
        execute(
            cursor,
            *_sums_of_rows(1, accounts, window),
            *sums_of_tags(1, accounts, window),
        )
        hold_until_commit(SUMS_OF_ALL)
        execute(
            cursor,
            ADD_TO_DAYS,
            ADD_TO_ROLLUPS.format(first_of_month=FIRST_OF_MONTH[connection.vendor]),
            "UPDATE costs_costtotal SET is_reconciled = NOT is_reconciled "
            f"WHERE {rows_of(accounts, window)} AND is_reconciled <> {RECONCILED}",
            _counts_of_bills(1, accounts, window),
            ADD_TO_BILL_DAYS,
            *DELETE_EMPTY,
            *add_tags(accounts, window),
        )
    if connection.vendor == "sqlite":
        # There they outlast their transaction.
        execute(cursor, *emptied(CHANGES))


def _take_away(
    cursor: CursorWrapper, accounts: Collection[int], window: Window | None
) -> None:
    execute(
        cursor,
        *_sums_of_rows(-1, accounts, window),
        _counts_of_bills(-1, accounts, window),
        *sums_of_tags(-1, accounts, window),
        counts_of_tag_bills(-1, accounts, window),
    )


def _uncover(cursor: CursorWrapper, accounts: Collection[int]) -> None:
    """Forget what the accounts' rows of the days covered that were taken away.

    Of pruned months, whose rows have gone, it stays.
    """
    cursor.execute(
        "SELECT DISTINCT account_id, day FROM cost_changes WHERE dimension = 'place'"
    )
    days: dict[int, list[date]] = defaultdict(list)
    for account, day in cursor.fetchall():
        days[account].append(day)
    for account in accounts:
        # Named, since a join with what the planner has not seen yet takes minutes.
        CoveredDay.objects.filter(account=account, day__in=days[account]).delete()


def _cover(
    cursor: CursorWrapper,
    accounts: Collection[int],
    concerned: set[int],
    window: Window | None,
) -> None:
    """Store the days on which the accounts' rows cover others, which are concerned.

    Those that were not are taken away from the sums first, as they were counted.
    """
    cursor.execute(
        "INSERT INTO covered_now SELECT DISTINCT account_id, day, sub_account_id "
        f"FROM costs_dailycost WHERE {rows_of(accounts, window)} "
        "AND sub_account_id <> '' AND (account_id, sub_account_id) NOT IN "
        "(SELECT id, account_id FROM clouds_cloudaccount)"
    )
    cursor.execute("SELECT DISTINCT sub_account_id FROM covered_now")
    if names := [name for (name,) in cursor.fetchall()]:
        new = _with_own_bill(names, concerned)
        _take_away(cursor, new, window)
        concerned |= new
        cursor.execute(ADD_COVERED_DAYS)


def _with_own_bill(account_ids: Collection[str], without: Collection[int]) -> set[int]:
    """Return the keys of those that stored a bill of their own.

    All are locked, so that none stores its first day unseen meanwhile; `without` are
    locked already.
    """
    named = CloudAccount.objects.filter(account_id__in=account_ids)
    others = named.exclude(pk__in=without).order_by("pk")
    keys = list(others.select_for_update(no_key=True).values_list("pk", flat=True))
    of_account = {"account": OuterRef("pk")}
    billed = Exists(CostTotal.objects.filter(**of_account)) | Exists(
        DailyCost.objects.filter(**of_account)
    )
    stored = CloudAccount.objects.filter(billed, pk__in=keys)
    return set(stored.values_list("pk", flat=True))


def _sums_of_rows(
    sign: int, accounts: Collection[int], window: Window | None
) -> list[str]:
    """What sums the rows that are stored now, to be added or taken away."""
    rows = stored("costs_dailycost", accounts, window)
    statements = []
    for dimension, columns in SUMMED.items():
        which = "" if dimension == "place" else "AND covered_id IS NULL"
        day = FIRST_OF_TEN_DAYS[connection.vendor] if dimension == "ten_days" else "day"
        statements.append(
            f"INSERT INTO cost_changes SELECT '{dimension}', "
            f"{columns.format(day=day)}, charge_category, "
            f"{sign} * SUM(billed), {sign} * SUM(effective), {sign} * COUNT(*) "
            f"FROM {rows} {which} "
            f"GROUP BY {GROUPED_BY[dimension]}, {day}, currency, charge_category"
        )
    return summed_by_hash(*statements)


def _counts_of_bills(
    sign: int, accounts: Collection[int], window: Window | None
) -> str:
    """What counts the totals that are stored now, to be added or taken away."""
    bills = stored("costs_costtotal", accounts, window)
    return (
        f"INSERT INTO bill_changes SELECT day, currency, {sign} * COUNT(*), "
        f"{sign} * SUM(CASE WHEN is_estimated THEN 1 ELSE 0 END), "
        f"{sign} * SUM(CASE WHEN is_reconciled THEN 0 ELSE 1 END) "
        f"FROM {bills} AND covered_id IS NULL GROUP BY day, currency"
    )


def _of(accounts: Collection[int], window: Window | None) -> Q:
    """What `rows_of` says, for a queryset."""
    which = Q(account__in=list(accounts))
    return which & Q(day__gte=window.start, day__lt=window.end) if window else which
