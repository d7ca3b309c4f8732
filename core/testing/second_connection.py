"""A second connection to the database, beside the one of the test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from django.db import connection

from core.testing.waiting import HANGS_AFTER_SECONDS


@contextmanager
def second_connection(work: Callable[[], object]) -> Iterator[Thread]:
    """Do the work in a thread while the block runs; raise what it raised."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(HANGS_AFTER_SECONDS)
    assert not thread.is_alive()
    if failures:
        raise failures[0]


def is_a_lock_awaited() -> bool:
    """Whether a connection to this database waits for what another one holds.

    Which row it waits for, PostgreSQL tells without the database; its table with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks awaited"
            " JOIN pg_locks other USING (pid) JOIN pg_database ON oid = other.database"
            " WHERE NOT awaited.granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])
