"""How the commands of backups fail, and how they tell what they do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError

from archives.backup.backups import BackupFailed
from archives.backup.manifest import CannotRestore
from clouds.storage import PlaceFailed
from core.commands import TAKEN
from core.db.exclusive import AlreadyRunning
from providers.base import Progress


@contextmanager
def as_command_errors() -> Iterator[None]:
    """Raise CommandError for what fails."""
    try:
        yield
    except AlreadyRunning:
        raise CommandError(
            "Another backup or verification is running; start this one again when it "
            "has ended.",
            returncode=TAKEN,
        ) from None
    except (BackupFailed, CannotRestore, PlaceFailed) as error:
        raise CommandError(str(error)) from error
    except (InterfaceError, OperationalError) as error:
        raise CommandError(f"The database failed: {str(error).strip()}") from error


def progress_on(stderr: Any) -> Progress:
    def tell(sentence: str) -> None:
        if stderr.isatty():
            stderr.write(sentence)

    return tell
