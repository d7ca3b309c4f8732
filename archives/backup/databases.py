"""What each kind of database does for a backup: copy itself into a file, be filled from
one beside the present database, and take its place."""

from typing import Any, BinaryIO, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

from archives.backup import postgres_dumps, sqlite_copies
from archives.backup.contents import Contents, Reconciliation


class Engine(Protocol):
    """A module for each kind of database."""

    SUFFIX: str
    """How names of its backups end."""

    def copy(
        self, database: BaseDatabaseWrapper, file: BinaryIO
    ) -> tuple[Contents, Reconciliation]:
        """Write the database as of one moment; return what it held at that moment.

        Raises CopyFailed.
        """

    def server_version(self, database: BaseDatabaseWrapper) -> str: ...

    def prepare(
        self, settings: dict[str, Any], file: BinaryIO, name: str
    ) -> dict[str, Any]:
        """Fill a new database beside the present one; return the settings of it.

        Raises CopyFailed.
        """

    def fresh_name(self, settings: dict[str, Any], purpose: str) -> str: ...

    def remove(self, settings: dict[str, Any]) -> None:
        """Remove a database that was prepared; one that is not there is no error."""

    def replace(
        self, settings: dict[str, Any], fresh: dict[str, Any], kept: str
    ) -> str:
        """Put the prepared database where the present one is, which stays beside.

        Return where it is kept; "" where there was none. Raises CopyFailed.
        """


ENGINES: dict[str, Engine] = {"postgresql": postgres_dumps, "sqlite": sqlite_copies}


def engine_of(database: BaseDatabaseWrapper) -> Engine:
    return ENGINES[database.vendor]
