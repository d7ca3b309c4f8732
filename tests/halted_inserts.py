"""A process that stands still in the middle of its transaction, by a trigger."""

import sqlite3

from django.db import connection

from core.testing.waiting import wait_until


def halt_inserts(table: str) -> None:
    """From now on an insert into the table does not end."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE VIEW endless AS WITH RECURSIVE n(x) AS "
                "(VALUES(1) UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
            )
            cursor.execute(
                f"CREATE TRIGGER halt BEFORE INSERT ON {table} "  # noqa: S608
                "BEGIN SELECT count(*) FROM endless; END"
            )
            return
        cursor.execute(
            "CREATE FUNCTION endless() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_sleep(3600); RETURN NEW; END'"
        )
        cursor.execute(
            f"CREATE TRIGGER halt BEFORE INSERT ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION endless()"
        )


def wait_until_inserting(url: str) -> None:
    """Until a process stands still in such an insert."""
    seen = 0

    def stands_still() -> bool:
        # Other transactions end at once, so that one look is not enough.
        nonlocal seen
        seen = seen + 1 if _is_inserting(url) else 0
        return seen == 10

    wait_until("an insert that stands still", stands_still)


def let_inserts_pass(table: str) -> None:
    """Inserts end again; what waits in one is ended, as its process is."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER halt")
            cursor.execute("DROP VIEW endless")
            return
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 300000) FROM pg_stat_activity "
            "WHERE wait_event = 'PgSleep' AND datname = current_database()"
        )
        cursor.execute(f"DROP TRIGGER halt ON {table}")
        cursor.execute("DROP FUNCTION endless")


def _is_inserting(url: str) -> bool:
    if connection.vendor == "sqlite":
        file = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0)
        try:
            file.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        finally:
            file.close()
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE wait_event = 'PgSleep' AND datname = current_database()"
        )
        (count,) = cursor.fetchone()
        return bool(count)
