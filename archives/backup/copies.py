"""What copies of any kind of database need: how they fail, and a connection to one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend


class CopyFailed(Exception):
    """A database can't be copied, filled or replaced; the message says why."""


@contextmanager
def connected(settings: dict[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """A connection to the database of these settings, which ends with the block.

    It is of no alias, so that only SQL of our own goes there.
    """
    own = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, DEFAULT_DB_ALIAS)
    try:
        yield own
    finally:
        own.close()
