"""manage.py backup: the database, as of now, in one file of BACKUP_PLACE."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from archives.backup.backups import back_up
from archives.backup.command_errors import as_command_errors, progress_on
from core.db.exclusive import exclusive
from users.audit import command_actor, record_command


class Command(BaseCommand):
    help = (
        "Backs the database up: SQLite by its online backup, PostgreSQL by pg_dump, "
        "encrypted where BACKUP_KEY is set. Beside the file lies its manifest, by "
        "which a restored database is compared. Nothing has to be stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to",
            default=settings.BACKUP_PLACE,
            metavar="PLACE",
            help="A directory, s3://bucket/prefix or azure://account/container/prefix. "
            "Default: BACKUP_PLACE.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = command_actor().name
        with as_command_errors(), exclusive("backup"):
            row = back_up(options["to"], timezone.now(), by, progress_on(self.stderr))
        record_command("backup.make", row, place=row.place)
        self.stdout.write(
            f"{row}: {row.rows:,} rows in {row.size_bytes:,} bytes, in {row.place}"
            + (f", encrypted with the key {row.key_id}" if row.key_id else "")
        )
