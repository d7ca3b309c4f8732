"""Stored times against now, where the clock that stored them may have been ahead.

A time after now says nothing of when it was: it is never recent.
"""

from datetime import datetime, timedelta

from django.db.models import Q

# The clocks of two hosts differ by a little; AWS accepts as much of a signature.
CLOCKS_DIFFER_BY = timedelta(minutes=5)


def is_ahead(at: datetime, now: datetime) -> bool:
    """Return whether it was stored by a clock that was ahead."""
    return at > now + CLOCKS_DIFFER_BY


def is_recent(at: datetime, now: datetime, within: timedelta) -> bool:
    return at >= now - within and not is_ahead(at, now)


def recent(column: str, now: datetime, within: timedelta) -> Q:
    """The same as a condition on a column."""
    since, until = now - within, now + CLOCKS_DIFFER_BY
    return Q((f"{column}__gte", since), (f"{column}__lte", until))
