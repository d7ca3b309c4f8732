"""Other processes on the test's database, and an AWS that lets one wait for ever."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from django.db import connection

from tests.emulator import Call, EmulatedAws

BASE = Path(__file__).parent.parent
PATIENCE_SECONDS = 60
# So quick that tests need not wait; a dead run is taken over after a second.
QUICK = {
    "ENV_FILE": "",
    "RUN_ABANDONED_AFTER_SECONDS": "1",
    "CPU_FIRST_SYNC_DAYS": "3",
    "COST_FIRST_SYNC_DAYS": "3",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_REGION_WORKERS": "1",
    "AWS_COST_EXPLORER_REQUESTS_PER_SECOND": "1000",
}


class HaltingAws(EmulatedAws):
    """An AWS that leaves one call without its answer for as long as one wants."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.halted, self.released = Event(), Event()
        self._operation, self._number = "", 0

    def halt(self, operation: str, number: int) -> None:
        """The so-manieth call of the operation from now on is not answered."""
        self.halted.clear()
        self.released.clear()
        self._operation, self._number = operation, number

    def record(self, call: Call) -> None:
        super().record(call)
        if call.name != self._operation:
            return
        self._number -= 1
        if self._number == 0:
            self.halted.set()
            self.released.wait(PATIENCE_SECONDS)


@contextmanager
def shared_database(folder: Path) -> Iterator[str]:
    """The URL of the test's database, for other processes, while the block lasts.

    SQLite's is in memory: there it is a file that is read back at the end.
    """
    if connection.vendor != "sqlite":
        found = connection.settings_dict
        user, host, port, name = (
            found[key] for key in ("USER", "HOST", "PORT", "NAME")
        )
        yield f"postgres://{user}:{found['PASSWORD']}@{host}:{port}/{name}"
        return
    path = folder / "shared.sqlite3"
    path.unlink(missing_ok=True)
    connection.ensure_connection()
    with sqlite3.connect(path) as file:
        connection.connection.backup(file)
    file.close()
    yield f"sqlite:///{path}"
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA journal_mode=DELETE")
        file.backup(connection.connection)
    file.close()


def start(
    url: str, aws: EmulatedAws, *arguments: str, **environment: str
) -> "subprocess.Popen[str]":
    """`manage.py` (or another program) as a process of its own."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=BASE,
        env={
            **os.environ,
            **aws.environment(),
            **QUICK,
            "DATABASE_URL": url,
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(url: str, aws: EmulatedAws, *arguments: str, **environment: str) -> str:
    """Runs it to its end, as often as another run holds the slot (3)."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        process = start(url, aws, *arguments, **environment)
        printed, errors = process.communicate(timeout=PATIENCE_SECONDS)
        if process.returncode != 3 or time.monotonic() > deadline:
            assert process.returncode == 0, printed + errors
            return printed


# A trigger lets the process stand still in the middle of its transaction.


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
            "'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'"
        )
        cursor.execute(
            f"CREATE TRIGGER halt BEFORE INSERT ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION endless()"
        )


def wait_until_inserting(url: str) -> None:
    """Until a process stands still in such an insert."""
    deadline, seen = time.monotonic() + PATIENCE_SECONDS, 0
    # Other transactions are over at once, so that one look is not enough.
    while seen < 10:
        assert time.monotonic() < deadline, "Nothing was inserted"
        time.sleep(0.02)
        seen = seen + 1 if _is_inserting(url) else 0


def let_inserts_pass(table: str) -> None:
    """Inserts end again; what waits in one is ended, as its process is."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER halt")
            cursor.execute("DROP VIEW endless")
            return
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
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
