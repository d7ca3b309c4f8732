"""SQLite: its own online backup, checked for integrity, and compressed."""

import gzip
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, BinaryIO
from uuid import uuid4

from django.conf import settings as django_settings
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.creation import DatabaseCreation

from archives.backup.contents import (
    Contents,
    Reconciliation,
    contents_of,
    money_columns,
    reconciliation_of,
)
from archives.backup.copies import CopyFailed, connected

SUFFIX = ".sqlite3.gz"
# Above it files get hardly smaller, and take twice as long.
LEVEL = 3
BESIDE = ("-wal", "-shm")


def server_version(database: BaseDatabaseWrapper) -> str:
    return sqlite3.sqlite_version


def copy(
    database: BaseDatabaseWrapper, file: BinaryIO
) -> tuple[Contents, Reconciliation]:
    with _failing(), _empty_folder() as folder:
        path = Path(folder) / "copy.sqlite3"
        database.ensure_connection()
        with closing(sqlite3.connect(path)) as target:
            database.connection.backup(target)
            # Of one file, whose journal nobody has to bring along.
            target.execute("PRAGMA journal_mode=DELETE")
            _check(target, "the database")
        with connected(_settings_of(database.settings_dict, path)) as copied:
            held = contents_of(copied, money_columns()), reconciliation_of(copied)
        with (
            path.open("rb") as plain,
            gzip.GzipFile("", "wb", LEVEL, file, 0) as packed,
        ):
            shutil.copyfileobj(plain, packed, 1024**2)
        return held


@contextmanager
def _empty_folder() -> Iterator[str]:
    """A folder of the temporary directory; what a killed process left there is removed.

    Its name begins with the installation's own mark, as only its lock says that none of
    its processes is at work.
    """
    own = sha256(str(django_settings.STATE_DIR).encode()).hexdigest()[:12]
    prefix = f"cloudintel-backup-{own}-"
    for left in Path(gettempdir()).glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=prefix) as folder:
        yield folder


def fresh_name(settings: dict[str, Any], purpose: str) -> str:
    return str(_folder(settings) / f"cloudintel.{purpose}-{uuid4().hex[:8]}")


def prepare(settings: dict[str, Any], file: BinaryIO, name: str) -> dict[str, Any]:
    path = Path(name)
    beginning, _, drawn = path.name.rpartition("-")
    of_such_a_name = f"{beginning}-{'[0-9a-f]' * len(drawn)}"
    for left in path.parent.glob(of_such_a_name):  # by a process that was killed
        remove({"NAME": left})
    fresh = _settings_of(settings, path)
    try:
        with _failing():
            with path.open("xb") as plain, gzip.GzipFile(fileobj=file) as packed:
                shutil.copyfileobj(packed, plain, 1024**2)
                plain.flush()
                os.fsync(plain.fileno())
            with closing(sqlite3.connect(path)) as restored:
                _check(restored, "the restored database")
    except CopyFailed:
        remove(fresh)
        raise
    return fresh


def remove(settings: dict[str, Any]) -> None:
    for suffix in ("", *BESIDE):
        Path(f"{settings['NAME']}{suffix}").unlink(missing_ok=True)


def replace(settings: dict[str, Any], fresh: dict[str, Any], kept: str) -> str:
    path, there = _path(settings), Path(fresh["NAME"])
    before = path.with_name(f"{path.name}.{kept}")
    with _failing():
        # Also a log whose database is gone, or it would be replayed into the new one.
        exists = path.exists()
        _move(path, before)
        try:
            there.rename(path)
        except OSError:
            _move(before, path)
            raise
    return str(before) if exists else ""


def _move(path: Path, target: Path) -> None:
    for suffix in (*BESIDE, ""):
        beside = Path(f"{path}{suffix}")
        if beside.exists():
            beside.rename(f"{target}{suffix}")


def _check(opened: sqlite3.Connection, what: str) -> None:
    ((found, *_), *_) = opened.execute("PRAGMA integrity_check(1)")
    if found != "ok":
        raise CopyFailed(f"{what} is damaged: {found}. Restore a backup of it.")


def _settings_of(settings: dict[str, Any], path: Path) -> dict[str, Any]:
    # Copied to be read: WAL would leave files beside it.
    options = {"timeout": 30, "transaction_mode": "IMMEDIATE"}
    return {**settings, "NAME": str(path), "OPTIONS": options}


def _path(settings: dict[str, Any]) -> Path:
    return Path(settings["NAME"])


def _folder(settings: dict[str, Any]) -> Path:
    """Return where its file is, which is where another can take its place."""
    is_in_memory = DatabaseCreation.is_in_memory_db(settings["NAME"])
    return django_settings.STATE_DIR if is_in_memory else _path(settings).parent


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (DatabaseError, sqlite3.Error, OSError, EOFError) as error:
        raise CopyFailed(
            f"SQLite's copy failed: {str(error).rstrip('.')}. Check that the disk has "
            "room, and that the file is whole."
        ) from error
