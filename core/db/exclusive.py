"""One process at a time; the lock ends with its process, however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection


class AlreadyRunning(Exception):
    """Another process does this now."""


def hold_until_commit(name: str) -> None:
    """Wait for the transaction that holds it; SQLite has one that writes at a time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


@contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Keep others out of the block. Raises AlreadyRunning, rather than wait for them.

    PostgreSQL is shared by several machines, SQLite by the processes of one.
    """
    hold = _in_postgresql if connection.vendor == "postgresql" else _in_state_dir
    with hold(name):
        yield


@contextmanager
def _in_postgresql(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


@contextmanager
def _in_state_dir(name: str) -> Iterator[None]:
    with (settings.STATE_DIR / f"{name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        yield
