"""PostgreSQL: pg_dump of one snapshot, and pg_restore into a database of its own."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any, BinaryIO
from uuid import uuid4

import psycopg2
from django.conf import settings as django_settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extensions import make_dsn
from psycopg2.sql import SQL, Identifier

from archives.backup.contents import (
    Contents,
    Reconciliation,
    contents_of,
    money_columns,
    reconciliation_of,
)
from archives.backup.copies import CopyFailed, connected
from core.commands import counted

SUFFIX = ".dump"
FORMAT = ("--format=custom", "--no-owner", "--no-privileges")
# Which every server has, to connect to while no other is connected to.
MAINTENANCE = "postgres"
DEBIAN = "/usr/lib/postgresql"
# What hangs would keep every later backup from being made.
LONGEST = timedelta(hours=12)
# The server ends a connection a moment after its client did.
CLOSING_SECONDS = 5


def server_version(database: BaseDatabaseWrapper) -> str:
    database.ensure_connection()
    number: int = database.connection.info.server_version
    return f"{number // 10_000}.{number % 10_000}"


def copy(
    database: BaseDatabaseWrapper, file: BinaryIO
) -> tuple[Contents, Reconciliation]:
    """While pg_dump reads the snapshot, its rows are counted in the same one."""
    program = find_program("pg_dump", server_version(database))
    with _failing(), connected(database.settings_dict) as own, _snapshot(own) as name:
        command = [program, *FORMAT, f"--snapshot={name}"]
        with running(command, database.settings_dict, stdout=file) as dump:
            held = contents_of(own, money_columns()), reconciliation_of(own)
            wait_for(dump)
        file.seek(0, os.SEEK_END)
        return held


def fresh_name(settings: dict[str, Any], purpose: str) -> str:
    """PostgreSQL cuts names at 63 bytes."""
    return f"{settings['NAME'][:40]}_{purpose}_{uuid4().hex[:8]}"


def prepare(settings: dict[str, Any], file: BinaryIO, name: str) -> dict[str, Any]:
    fresh = {**settings, "NAME": name}
    with _failing():
        with _maintenance(settings) as cursor:
            for left in _left_by_a_kill(cursor, name):
                _drop(cursor, left)
            cursor.execute(
                SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    Identifier(name)
                )
            )
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0]
        try:
            program = find_program("pg_restore", version)
            arguments = ["--exit-on-error", "--no-owner", "--no-privileges"]
            with running([program, *arguments], fresh, stdin=file) as restore:
                wait_for(restore)
        except BaseException:
            remove(fresh)
            raise
    return fresh


def remove(settings: dict[str, Any]) -> None:
    with _failing(), _maintenance(settings) as cursor:
        _drop(cursor, settings["NAME"])


def replace(settings: dict[str, Any], fresh: dict[str, Any], kept: str) -> str:
    """Raises CopyFailed while anybody is connected, who would go on in the old one."""
    name, before = settings["NAME"], f"{settings['NAME'][:40]}_{kept}"
    rename = SQL("ALTER DATABASE {} RENAME TO {}")
    connections.close_all()
    with _failing(), _maintenance(settings) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        exists = cursor.fetchone() is not None
        if exists:
            _refuse_connected(cursor, name)
            cursor.execute(rename.format(Identifier(name), Identifier(before)))
        try:
            cursor.execute(rename.format(Identifier(fresh["NAME"]), Identifier(name)))
        except psycopg2.Error:
            if exists:
                cursor.execute(rename.format(Identifier(before), Identifier(name)))
            raise
    return before if exists else ""


def find_program(name: str, server: str) -> str:
    """Return the path of that program of the server's version. Raises CopyFailed."""
    wanted = server.partition(".")[0]
    found = []
    for folder in _folders():
        if path := shutil.which(name, path=folder):
            version = _version_of(path)
            if version == wanted:
                return path
            found.append(f"{path} is of {version or 'no version'}")
    others = f" ({'; '.join(found)})" if found else ""
    raise CopyFailed(
        f"{name} of PostgreSQL {wanted} was not found{others}. Install it, in Debian "
        f"the package postgresql-client-{wanted}, or name its directory in "
        "POSTGRES_PROGRAMS."
    )


def _folders() -> list[str]:
    if django_settings.POSTGRES_PROGRAMS:
        return [django_settings.POSTGRES_PROGRAMS]
    debian = sorted(str(path) for path in Path(DEBIAN).glob("*/bin"))
    return [*os.environ.get("PATH", "").split(os.pathsep), *debian]


def _version_of(path: str) -> str:
    try:
        answer = subprocess.run(  # noqa: S603 - found where programs are
            [path, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\) (\d+)", answer.stdout)
    return found.group(1) if found else ""


@contextmanager
def running(
    command: Sequence[str],
    settings: dict[str, Any],
    stdin: BinaryIO | int = subprocess.DEVNULL,
    stdout: BinaryIO | int = subprocess.DEVNULL,
) -> "Iterator[subprocess.Popen[bytes]]":
    """The program, which does not outlive the block."""
    parameters = _parameters(settings)
    # What others on the machine may read in the list of processes.
    environment = os.environ | {"PGPASSWORD": str(parameters.pop("password", ""))}
    dsn = make_dsn(**parameters)
    with subprocess.Popen(  # noqa: S603 - found where programs are
        [*command, f"--dbname={dsn}"],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(process: "subprocess.Popen[bytes]") -> None:
    """Raise CopyFailed unless it ends well, and in time."""
    program = Path(process.args[0]).name  # type: ignore[index,arg-type]
    try:
        _, complaint = process.communicate(timeout=LONGEST.total_seconds())
    except subprocess.TimeoutExpired:
        raise CopyFailed(
            f"{program} did not end within {LONGEST}. Check what the server waits for."
        ) from None
    if process.returncode:
        lines = complaint.decode(errors="replace").strip().splitlines() or ["no reason"]
        reason = next((line for line in lines if "error" in line.lower()), lines[-1])
        raise CopyFailed(f"{program} failed: {reason.rstrip('.')}.")


@contextmanager
def _snapshot(own: BaseDatabaseWrapper) -> Iterator[str]:
    """A moment of the database, which others can read by its name too."""
    with own.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]
        cursor.execute("COMMIT")


@contextmanager
def _maintenance(settings: dict[str, Any]) -> Iterator[Any]:
    connection = psycopg2.connect(
        **_parameters({**settings, "NAME": MAINTENANCE}),
        application_name="cloudintel backup",
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _parameters(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what libpq takes of Django's settings."""
    own = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }
    of_django = {"isolation_level", "server_side_binding", "pool", "service"}
    options = {
        key: value for key, value in settings["OPTIONS"].items() if key not in of_django
    }
    return options | {key: value for key, value in own.items() if value}


def _left_by_a_kill(cursor: Any, name: str) -> list[str]:
    """Only what has such a name to the end: others may lie beside it."""
    beginning, _, drawn = name.rpartition("_")
    cursor.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) "
        "AND substr(datname, %s) ~ %s",
        [f"{beginning}_", len(beginning) + 2, f"^[0-9a-f]{{{len(drawn)}}}$"],
    )
    return [found for (found,) in cursor.fetchall()]


def _drop(cursor: Any, name: str) -> None:
    cursor.execute(
        SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name))
    )


def _refuse_connected(cursor: Any, name: str) -> None:
    last = monotonic() + CLOSING_SECONDS
    while (others := _connected_to(cursor, name)) and monotonic() < last:
        sleep(0.05)
    if others:
        raise CopyFailed(
            f"The database {name} is in use by {counted(others, 'connection')}. Stop "
            "web servers, workers and scheduler, and run it again."
        )


def _connected_to(cursor: Any, name: str) -> int:
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = "
        "'client backend'",
        [name],
    )
    count: int = cursor.fetchone()[0]
    return count


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (DatabaseError, psycopg2.Error, OSError) as error:
        reason = str(error).strip().replace("\n", " ").rstrip(".")
        raise CopyFailed(
            f"PostgreSQL refused: {reason}. Check that it runs, that its disk has "
            "room, and that its user may create databases (ALTER ROLE ... CREATEDB)."
        ) from error
