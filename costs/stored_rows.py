"""In statements: the stored rows of accounts, and which of them are not counted."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from django.db import connection
from django.db.backends.utils import CursorWrapper

from core.windows import Window

# ruff: noqa: S608 (every name and number in a statement is made in this room)
# One transaction at a time adds to the sums that all accounts share.
SUMS_OF_ALL = "costs_costrollup"
# The days of these accounts that another one's bill covers.
COVERED = """
    SELECT DISTINCT own.id AS covered_id, bill.day AS covered_day
    FROM costs_coveredday bill JOIN clouds_cloudaccount own
        ON own.account_id = bill.sub_account_id AND own.id <> bill.account_id
    WHERE own.id IN ({}) {}
"""
# Totals by each tag key by which they are read; of nothing they have none.
BILLS_BY_TAG = """(
    SELECT account_id, day, currency, tag_key, is_estimated, is_reconciled
    FROM costs_costtotal JOIN costs_tagday USING (account_id, day, currency)
    WHERE billed <> 0 OR effective <> 0
    UNION ALL
    SELECT account_id, day, currency, '', is_estimated, is_reconciled
    FROM costs_costtotal WHERE billed = 0 AND effective = 0
) bills"""
# Whether rows of one account and day, as `stored` has them, are counted.
IS_COUNTED = "CASE WHEN COUNT(covered_id) = 0 THEN 1 ELSE 0 END"
# Sums fit into memory, though not where each were as long as its columns allow.
SUM_BY_HASH = "SET LOCAL work_mem = '64MB'; SET LOCAL enable_sort = off"
SUM_AS_BEFORE = "RESET work_mem; RESET enable_sort"


def stored(table: str, accounts: Collection[int], window: Window | None) -> str:
    """Return the table's rows of these accounts, and whether another bill covers them:
    then `covered_id` is not NULL."""
    covered = COVERED.format(ids_of(accounts), days_in("bill.day", window))
    return (
        f"{table} LEFT JOIN ({covered}) covered "
        "ON covered_id = account_id AND covered_day = day "
        f"WHERE {rows_of(accounts, window)}"
    )


def rows_of(accounts: Collection[int], window: Window | None) -> str:
    return f"account_id IN ({ids_of(accounts)}) {days_in('day', window)}"


def days_in(column: str, window: Window | None) -> str:
    if window is None:
        return ""
    return f"AND {column} >= '{window.start}' AND {column} < '{window.end}'"


def ids_of(accounts: Iterable[int]) -> str:
    """Return their keys, with one that no account has."""
    return ", ".join(map(str, [0, *accounts]))


def summed_by_hash(*statements: str) -> list[str]:
    """Return statements that sum, with what lets PostgreSQL do it without a sort."""
    if connection.vendor == "postgresql":
        return [SUM_BY_HASH, *statements, SUM_AS_BEFORE]
    return [*statements]


def created(tables: Mapping[str, str]) -> Iterator[str]:
    """Yield what creates these temporary tables, as the columns of others, or empties
    them: they last as long as their transaction, in which sums may change several
    times."""
    lasting = "ON COMMIT DROP" if connection.vendor == "postgresql" else ""
    for table, columns in tables.items():
        yield (
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} {lasting} AS "
            f"SELECT {columns} LIMIT 0"
        )
    yield from emptied(tables)


def emptied(tables: Iterable[str]) -> Iterator[str]:
    return (f"DELETE FROM {table}" for table in tables)


def execute(cursor: CursorWrapper, *statements: str) -> None:
    """Send them: PostgreSQL takes all at once, SQLite one by one."""
    if connection.vendor == "postgresql":
        statements = ("; ".join(statements),)
    for statement in statements:
        cursor.execute(statement)
