"""A migrated database that processes which test side by side copy, rather than migrate.

Migrating takes a processor as long as a hundred tests.
"""

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from django.db import connection

HOUSE = Path(__file__).resolve().parents[2]


def begin(folder: Path) -> None:
    """Whoever comes first starts the migrations; they hold a lock until they end."""
    with suppress(FileExistsError), (folder / "migrating").open("x") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        script = f'"{sys.executable}" manage.py migrate -v 0 && touch "{folder}/done"'
        subprocess.Popen(
            ["sh", "-c", script],
            cwd=HOUSE,
            env={**os.environ, "DATABASE_URL": _new_database(folder)},
            pass_fds=[lock.fileno()],
        )


@contextmanager
def copied(folder: Path) -> Iterator[None]:
    """The database that Django creates for tests meanwhile starts as a copy."""
    with ExitStack() as stack:
        with (folder / "migrating").open() as lock:
            # One after the other, as the first copy changes how the file is written.
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert (folder / "done").exists(), "The migrations failed; see above."
            if connection.vendor == "sqlite":
                # In memory it lasts as long as a connection to it.
                stack.enter_context(closing(_copy_in_memory(folder)))
            else:
                connection.settings_dict["TEST"]["TEMPLATE"] = _name()
        yield


def _copy_in_memory(folder: Path) -> sqlite3.Connection:
    memory = f"file:memorydb_{connection.alias}?mode=memory&cache=shared"
    own = sqlite3.connect(memory, uri=True)
    with closing(sqlite3.connect(_file(folder))) as file:
        file.execute("PRAGMA journal_mode=DELETE")
        file.backup(own)
    return own


def _new_database(folder: Path) -> str:
    """Return the URL of an empty database; the next run replaces PostgreSQL's."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{_file(folder)}"
    import psycopg2

    found = connection.settings_dict
    user, password, host, port = (
        found[key] for key in ("USER", "PASSWORD", "HOST", "PORT")
    )
    url = f"postgres://{user}:{password}@{host}:{port}"
    with closing(psycopg2.connect(f"{url}/postgres")) as server:
        server.autocommit = True
        server.cursor().execute(f"DROP DATABASE IF EXISTS {_name()}")
        server.cursor().execute(f"CREATE DATABASE {_name()}")
    return f"{url}/{_name()}"


def _name() -> str:
    return f"migrated_{connection.settings_dict['NAME']}"


def _file(folder: Path) -> Path:
    return folder / "migrated.sqlite3"
