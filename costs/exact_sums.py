"""Sums that the database can't store exactly are refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, OperationalError, connection
from django.db.backends.utils import CursorWrapper

from core.db.money_field import too_large
from core.windows import Window, first_of_month
from costs.stored_rows import days_in

# ruff: noqa: S608 (every name and number in a statement is made in this room)
# Each of these may be too large where the others are not: of many accounts or services
# together, or of ten days before a credit. Of sums by tag the keys that changed are
# named, as an index begins with them.
INEXACT = """
    SELECT EXISTS (SELECT 1 FROM costs_costday
        WHERE 'real' IN (typeof(billed), typeof(effective)) {within})
    OR EXISTS (SELECT 1 FROM costs_costrollup
        WHERE dimension IN
            ('none', 'ten_days', 'month', 'account_month', 'group_month') {within}
            AND 'real' IN (typeof(billed), typeof(effective)))
    OR EXISTS (SELECT 1 FROM costs_tagrollup
        WHERE dimension IN ('value', 'service', 'value_month', 'service_month')
            AND tag_key IN (SELECT tag_key FROM tag_changes) {within}
            AND 'real' IN (typeof(billed), typeof(effective)))
"""


@contextmanager
def exact_sums(cursor: CursorWrapper, window: Window | None) -> Iterator[None]:
    """Raise OverflowError where the block adds to a sum of these days or their months
    more than can be stored. What it collected of tags is there still."""
    with small_enough("What a month costs"):
        yield
    if connection.vendor == "sqlite":
        # It makes a floating point number of a sum that its integers can't hold.
        months = window and Window(first_of_month(window.start), window.end)
        cursor.execute(INEXACT.format(within=days_in("day", months)))
        if cursor.fetchone()[0]:
            raise OverflowError(too_large("What a month costs"))


@contextmanager
def small_enough(what: str) -> Iterator[None]:
    """Raise OverflowError in words where a sum of the block is too large to store."""
    try:
        yield
    except (DataError, OperationalError) as error:
        # As PostgreSQL says it, and SQLite.
        if "numeric field overflow" in str(error) or "integer overflow" in str(error):
            raise OverflowError(too_large(what)) from error
        raise
