"""manage.py verify_backup: restores a backup beside the database, and compares."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archives.backup.command_errors import as_command_errors, progress_on
from archives.backup.models import Backup
from archives.backup.schedule import verify_and_notify
from core.commands import bad_arguments
from core.db.exclusive import exclusive


class Command(BaseCommand):
    help = (
        "Restores a backup into a fresh database beside the present one, compares "
        "rows, sums and reconciliation with what was backed up, and removes it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="Default: the newest backup.")

    def handle(self, *args: Any, **options: Any) -> None:
        done = Backup.objects.done()
        if options["name"]:
            done = done.filter(name=options["name"])
        row = done.order_by("-made_at", "-id").first()
        if row is None:
            raise bad_arguments("There is no such backup; restore --list names them.")
        with as_command_errors(), exclusive("backup"):
            verify_and_notify(row, timezone.now(), progress_on(self.stderr))
        if row.verification_error:
            raise CommandError(row.verification_error)
        self.stdout.write(
            f"{row}: restored in {row.verification_seconds:.1f} seconds; {row.rows:,} "
            "rows, sums and reconciliation are those that were backed up."
        )
