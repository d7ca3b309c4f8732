"""A backup is restored into a fresh database and compared: only that proves it."""

from time import monotonic

from django.utils import timezone

from archives.backup.manifest import CannotRestore, manifest_at
from archives.backup.models import Backup
from archives.backup.recovery import prepared
from clouds.storage import PlaceFailed
from providers.base import Progress


def verify(row: Backup, on_progress: Progress) -> Backup:
    """Restore it beside the present database, and store what came of it."""
    began = monotonic()

    def tell(step: str) -> None:
        row.store(progress=step)
        on_progress(step)

    tell("reading the manifest")
    # One that is killed is not tried again and again.
    row.store(verification_asked_at=None)
    try:
        manifest = manifest_at(row.place, row.name)
        if manifest.sha256 != row.sha256:
            raise CannotRestore(
                f"{row.place}/{row.name} is another backup of the same name: its "
                f"manifest has SHA-256 {manifest.sha256}, not {row.sha256}. Make a new "
                "backup, and find out who else writes there."
            )
        with prepared(row.place, manifest, "verify", tell):
            error = ""
    except (CannotRestore, PlaceFailed) as failure:
        error = str(failure)
    row.store(
        verified_at=timezone.now(),
        verification_seconds=monotonic() - began,
        verification_error=error,
        progress="",
    )
    return row
