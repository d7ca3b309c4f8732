"""A database that a test may destroy: a copy of the migrated one, as the default."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import names_digest


@contextmanager
def disposable_database(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """The default database is that copy until the end of the block."""
    migrated = connections[DEFAULT_DB_ALIAS]
    assert not migrated.in_atomic_block, "Such a test needs django_db(transaction=True)"
    name = _copied(migrated, folder)
    try:
        with as_default({**migrated.settings_dict, "NAME": name}) as own:
            yield own
    finally:
        if migrated.vendor == "postgresql":
            drop_databases(migrated, name)


@contextmanager
def as_default(settings: dict[str, object]) -> Iterator[BaseDatabaseWrapper]:
    """The default database is the one of these settings until the end of the block."""
    before = connections[DEFAULT_DB_ALIAS]
    registered = connections.settings[DEFAULT_DB_ALIAS]
    connections.settings[DEFAULT_DB_ALIAS] = settings
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    connections[DEFAULT_DB_ALIAS] = own
    try:
        yield own
    finally:
        own.close()
        connections.settings[DEFAULT_DB_ALIAS] = registered
        connections[DEFAULT_DB_ALIAS] = before


def drop_databases(server: BaseDatabaseWrapper, beginning: str) -> None:
    """Drop those whose names begin so."""
    with server.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
            [beginning],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _copied(migrated: BaseDatabaseWrapper, folder: Path) -> str:
    if migrated.vendor == "sqlite":
        path = folder / "cloudintel.sqlite3"
        migrated.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            migrated.connection.backup(copy)
        return str(path)
    name = f"disposable_{names_digest(uuid4().hex, length=8)}"
    template = migrated.settings_dict["NAME"]
    # Nobody may be connected to what is copied; a thread that served a browser may be.
    migrated.close()
    with migrated._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [template],
        )
        cursor.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
    return name
