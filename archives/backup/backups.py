"""A backup is made: the database as of one moment, in one file, with its manifest."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.db import connection
from django.utils import timezone

from archives.backup.contents import migrations_of
from archives.backup.copies import CopyFailed
from archives.backup.databases import engine_of
from archives.backup.encryption import encrypt, key_id
from archives.backup.manifest import Manifest, name_of
from archives.backup.models import Backup
from clouds.storage import (
    PlaceFailed,
    checked_place,
    sha256,
    unnamed_file,
    write_file,
)
from core.installation_id import installation_id
from providers.base import Progress

FAILURES = (CopyFailed, PlaceFailed)


class BackupFailed(Exception):
    """No backup was made; the message says why and what to do."""


def back_up(
    place: str,
    now: datetime,
    by: str,
    on_progress: Progress,
    planned_for: datetime | None = None,
    queued: Backup | None = None,
) -> Backup:
    """Make a backup there, and return its row. Raises BackupFailed.

    A planned one that failed is tried again in its row; a queued one has its own.
    """
    row = _begun(queued or _row(planned_for), place, now, by)

    def tell(step: str) -> None:
        row.store(progress=step)
        on_progress(step)

    try:
        manifest = _write(row, now, tell)
    except FAILURES as error:
        reason = f"No backup was made. {error}"
        row.store(
            state=Backup.State.FAILED,
            error=reason,
            progress="",
            finished_at=timezone.now(),
        )
        raise BackupFailed(reason) from error
    record(row, manifest, timezone.now())
    return row


def _row(planned_for: datetime | None) -> Backup:
    tried = planned_for and Backup.objects.filter(planned_for=planned_for).first()
    return tried or Backup(planned_for=planned_for)


def _begun(row: Backup, place: str, now: datetime, by: str) -> Backup:
    row.store(
        attempts=row.attempts + 1,
        place=place,
        made_at=now,
        by=by,
        state=Backup.State.RUNNING,
        error="",
        vendor=connection.vendor,
    )
    return row


def _write(row: Backup, now: datetime, on_progress: Progress) -> Manifest:
    place = row.place = checked_place(row.place)
    engine = engine_of(connection)
    key = settings.BACKUP_KEY
    name = name_of(now, engine.SUFFIX + (".enc" if key else ""))
    with unnamed_file() as plain:
        on_progress("copying the database")
        held, reconciliation = engine.copy(connection, plain)
        with _sealed(plain, key) as draft:
            digest, size = sha256(draft), draft.tell()
            on_progress(f"writing {size:,} bytes to {place}")
            write_file(draft, place, name)
    manifest = Manifest(
        name=name,
        installation=installation_id(),
        made_at=now,
        vendor=connection.vendor,
        server_version=engine.server_version(connection),
        migrations=migrations_of(connection),
        rows=sum(one.rows for one in held.values()),
        size_bytes=size,
        sha256=digest,
        key_id=key_id(key),
        contents=held,
        reconciliation=reconciliation,
    )
    manifest.write(place)
    return manifest


@contextmanager
def _sealed(plain: BinaryIO, key: str) -> Iterator[BinaryIO]:
    if not key:
        yield plain
        return
    with unnamed_file() as sealed:
        plain.seek(0)
        encrypt(plain, sealed, key)
        yield sealed


def record(row: Backup, manifest: Manifest, finished_at: datetime | None) -> None:
    """Store in the row what the manifest says."""
    row.store(
        state=Backup.State.DONE,
        error="",
        progress="",
        finished_at=finished_at,
        name=manifest.name,
        place=row.place,
        made_at=manifest.made_at,
        vendor=manifest.vendor,
        server_version=manifest.server_version,
        rows=manifest.rows,
        size_bytes=manifest.size_bytes,
        sha256=manifest.sha256,
        key_id=manifest.key_id,
    )
