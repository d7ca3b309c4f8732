"""A backup comes back: into a database of its own, which then takes the place of the
present one. Until it is whole, and holds what was backed up, nothing is replaced."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from archives.backup.backups import record
from archives.backup.contents import contents_of, differences, reconciliation_of
from archives.backup.copies import CopyFailed, connected
from archives.backup.databases import engine_of
from archives.backup.encryption import CannotDecrypt, decrypt
from archives.backup.manifest import (
    CannotRestore,
    Manifest,
    found_in,
    installation_of,
    manifest_at,
    names_in,
)
from archives.backup.models import Backup
from clouds.storage import PlaceFailed, checked_place, unnamed_file, verified
from core.installation_id import installation_id
from providers.base import Progress
from users.audit import Actor, record_by

FAILURES = (CannotDecrypt, CannotRestore, CopyFailed, PlaceFailed, DatabaseError)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it."""

    manifest: Manifest
    kept: str
    """Where the database is that was there before; "" if there was none."""


def chosen(place: str, name: str = "") -> Manifest:
    """Return the backup of that name, or the newest. Raises CannotRestore, PlaceFailed.

    Where several installations share the place, the newest is of this one.
    """
    names = names_in(place)
    if name and name not in names:
        raise CannotRestore(
            f"There is no backup {name} in {place}; restore --list names those that "
            "there are."
        )
    if not name:
        name = _newest(place, names)
    return manifest_at(place, name)


def _newest(place: str, names: list[str]) -> str:
    if not names:
        raise CannotRestore(
            f"There is no backup in {place}: set BACKUP_PLACE, or give --from."
        )
    own = [name for name in names if installation_of(name) == installation_id()]
    makers = {installation_of(name) for name in names}
    if not own and len(makers) > 1:
        raise CannotRestore(
            f"{place} holds backups of {len(makers)} installations, and none of this "
            "one (its SECRET_KEY tells which): name one; restore --list names them."
        )
    return (own or names)[0]


def restore(
    place: str, manifest: Manifest, now: datetime, on_progress: Progress
) -> Restored:
    """Put what the backup holds in the place of the present database.

    That one stays beside it under another name. Raises CannotRestore.
    """
    kept = f"before_{now:%Y%m%d%H%M%S}"
    with _stopped(), prepared(place, manifest, "restore", on_progress) as fresh:
        on_progress("replacing the present database")
        connections[DEFAULT_DB_ALIAS].close()
        before = engine_of(connection).replace(connection.settings_dict, fresh, kept)
    return Restored(manifest, before)


def finish(restored: Restored, place: str, actor: Actor) -> None:
    """Bring the restored database up to this version, with the backups that came
    since, but for those of other installations."""
    call_command("migrate", verbosity=0, interactive=False)
    for manifest in found_in(place):
        if manifest.installation != restored.manifest.installation:
            continue
        row = Backup.objects.filter(name=manifest.name).first()
        if row is None:
            row = Backup.objects.filter(
                name="", made_at=manifest.made_at, state=Backup.State.RUNNING
            ).first() or Backup(by="another process")
        row.place = checked_place(place)
        record(row, manifest, row.finished_at)
    record_by(
        actor,
        "backup.restore",
        backup=restored.manifest.name,
        made_at=restored.manifest.made_at.isoformat(),
        kept=restored.kept,
    )


@contextmanager
def prepared(
    place: str, manifest: Manifest, purpose: str, on_progress: Progress
) -> Iterator[dict[str, Any]]:
    """The settings of a database that holds exactly what was backed up.

    It is removed at the end, unless it took the place of the present one. Raises
    CannotRestore.
    """
    engine = engine_of(connection)
    try:
        _refuse_other(manifest)
        location = f"{checked_place(place)}/{manifest.name}"
        on_progress(f"reading {location}")
        with (
            verified(location, manifest.sha256) as file,
            _plain(file, manifest) as copy,
        ):
            name = engine.fresh_name(connection.settings_dict, purpose)
            on_progress(f"filling {name} with {manifest.rows:,} rows")
            fresh = engine.prepare(connection.settings_dict, copy, name)
        try:
            with connected(fresh) as database:
                _refuse_different(database, manifest)
            yield fresh
        finally:
            engine.remove(fresh)
    except FAILURES as error:
        raise CannotRestore(f"{manifest.name}: {error}") from error


def _refuse_other(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise CannotRestore(
            f"it is of {manifest.vendor}, and DATABASE_URL names {connection.vendor}. "
            "Set DATABASE_URL to a database of that kind."
        )
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    own = {app.partition(".")[0] for app in known}
    newer = [one for one in manifest.migrations if one not in known]
    newer = [one for one in newer if one.partition(".")[0] in own]
    if newer:
        raise CannotRestore(
            f"it was made by a newer version of cloudintel, whose migration {newer[0]} "
            "this one does not know. Install that version, and restore with it."
        )


def _refuse_different(database: BaseDatabaseWrapper, manifest: Manifest) -> None:
    wanted = {table: one.sums for table, one in manifest.contents.items()}
    found = differences(manifest.contents, contents_of(database, wanted))
    if found:
        raise CannotRestore(
            "restored, it is not what was backed up: " + "; ".join(found) + "."
        )
    applied = set(manifest.migrations)
    loaded = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    if loaded <= applied:
        reconciled = reconciliation_of(database)
        if reconciled != manifest.reconciliation:
            raise CannotRestore(
                f"restored, its costs reconcile differently: {reconciled}, and not "
                f"{manifest.reconciliation}."
            )


@contextmanager
def _plain(file: BinaryIO, manifest: Manifest) -> Iterator[BinaryIO]:
    file.seek(0)
    if not manifest.key:
        yield file
        return
    with unnamed_file() as plain:
        decrypt(file, plain, manifest.key)
        plain.seek(0)
        yield plain


@contextmanager
def _stopped() -> Iterator[None]:
    """Keep `up` from running, which would go on with the database that is put aside."""
    path = settings.STATE_DIR / "up.lock"
    if not os.access(settings.STATE_DIR, os.W_OK):  # as in a container: none runs here
        yield
        return
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotRestore(
                f"cloudintel is running at {lock.read()}. Stop it, and run this again."
            ) from None
        lock.truncate(0)
        lock.write("no address, as a backup is restored")
        lock.flush()
        yield
