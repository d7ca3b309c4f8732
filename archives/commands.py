"""What `prune` and `restore_archive` share."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError

from archives.archived import CannotRestore
from archives.prune import CannotPrune
from clouds.storage import PlaceFailed
from core.commands import TAKEN
from core.db.exclusive import AlreadyRunning, exclusive


@contextmanager
def moving_rows() -> Iterator[None]:
    """Let one command at a time move rows; raise CommandError for what fails."""
    try:
        with exclusive("archives"):
            yield
    except AlreadyRunning:
        raise CommandError(
            "Another prune or restore_archive is running; start this one again when "
            "it has ended.",
            returncode=TAKEN,
        ) from None
    except (CannotPrune, CannotRestore, PlaceFailed) as error:
        raise CommandError(str(error)) from error
    except (InterfaceError, OperationalError) as error:
        raise CommandError(
            f"The database failed: {str(error).strip()} The month that was at work is "
            "as before; run the command again."
        ) from error
