"""manage.py restore: a backup takes the place of the database."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archives.backup.command_errors import as_command_errors, progress_on
from archives.backup.manifest import (
    CannotRestore,
    Manifest,
    manifest_at,
    names_in,
)
from archives.backup.recovery import chosen, finish, restore
from users.audit import command_actor


class Command(BaseCommand):
    help = (
        "Restores the newest backup, or the one that is named, into a fresh database; "
        "compares it with what was backed up; and only then puts it in the place of "
        "the present database, which is kept under another name. Stop everything "
        "before. The next sync reads what came since. Without --yes nothing is done."
    )
    # The database may be gone.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="Default: the newest backup.")
        parser.add_argument(
            "--from",
            dest="place",
            default=settings.BACKUP_PLACE,
            metavar="PLACE",
            help="Place of the backups. Default: BACKUP_PLACE.",
        )
        parser.add_argument(
            "--list", action="store_true", help="Only list the backups."
        )
        parser.add_argument("--yes", action="store_true", help="Restore.")

    def handle(self, *args: Any, **options: Any) -> None:
        place = options["place"]
        with as_command_errors():
            if options["list"]:
                self._list(place)
                return
            manifest = chosen(place, options["name"] or "")
            self.stdout.write(_line(manifest))
            if not options["yes"]:
                raise CommandError(
                    "Nothing was done: --yes puts it in the place of the present "
                    "database."
                )
            now = timezone.now()
            done = restore(place, manifest, now, progress_on(self.stderr))
            self.stdout.write(
                "Restored; rows, sums and reconciliation are those that were backed up."
            )
            if done.kept:
                self.stdout.write(
                    f"The database as it was is kept as {done.kept}: delete it when "
                    "all is well."
                )
            finish(done, place, command_actor())
        self.stdout.write(
            "Start cloudintel again; the next sync reads what came since."
        )

    def _list(self, place: str) -> None:
        """Also those that can't be read, and why."""
        names = names_in(place)
        for name in names:
            try:
                self.stdout.write(_line(manifest_at(place, name)))
            except CannotRestore as error:
                self.stdout.write(f"{name}: {error}")
        if not names:
            self.stdout.write(f"There is no backup in {place}.")


def _line(manifest: Manifest) -> str:
    key = f", encrypted with the key {manifest.key_id}" if manifest.key_id else ""
    return (
        f"{manifest.name}: {manifest.made_at:%Y-%m-%d %H:%M} UTC, "
        f"{manifest.rows:,} rows in {manifest.size_bytes:,} bytes{key}"
    )
