"""manage.py restore_archive: a pruned month comes back."""

import re
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from archives.commands import moving_rows
from archives.models import Archive, Table
from archives.restore import open_archives, restore
from core.commands import bad_arguments
from users.audit import command_actor


class Command(BaseCommand):
    help = (
        "Stores a pruned month's rows again, from its files. --list lists all archives."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", nargs="?", choices=Table.values)
        parser.add_argument("month", nargs="?", help="Such as 2024-03.")
        parser.add_argument("--list", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for each in Archive.objects.all():
                self.stdout.write(_line(each))
            return
        if not (options["table"] and options["month"]):
            raise bad_arguments("Give a table and a month, or --list.")
        table, month = Table(options["table"]), _month(options["month"])
        if not open_archives(table, month):
            raise bad_arguments(
                f"No archive holds {table} of {month:%Y-%m}: see restore_archive "
                "--list."
            )
        about = f"{table.label} of {month:%Y-%m}"
        with moving_rows():
            by = command_actor()
            rows = restore(table, month, timezone.now(), by, self._progress)
        self.stdout.write(f"{about}: {rows:,} rows are back.")

    def _progress(self, sentence: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(sentence)


def _month(text: str) -> date:
    if not re.fullmatch(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])", text):
        raise bad_arguments(f"{text!r} is no month; give one such as 2024-03.")
    return date.fromisoformat(f"{text}-01")


def _line(archive: Archive) -> str:
    if archive.expired_at:
        return (
            f"{archive}: {archive.rows:,} rows, deleted {archive.expired_at:%Y-%m-%d}"
        )
    state = (
        f"restored {archive.restored_at:%Y-%m-%d} by {archive.restored_by}"
        if archive.restored_at
        else f"pruned {archive.pruned_at:%Y-%m-%d} by {archive.pruned_by}"
    )
    return f"{archive}: {archive.rows:,} rows, {state}, {archive.location}"
