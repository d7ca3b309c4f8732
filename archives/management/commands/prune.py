"""manage.py prune: old months leave the database for Parquet files."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archives.models import Table
from archives.prune import CannotPrune, due, prune
from archives.rollups import outdated, recompute
from archives.schemas import CannotRestore
from archives.storage import PlaceFailed
from core.commands import bad_arguments


class Command(BaseCommand):
    help = (
        "Archives months that are older than --older-than-months as Parquet files, "
        "reads each file back, and only then deletes the rows. What they sum to per "
        "day stays, and is computed again where an account was deleted or moved since. "
        "Without --yes it only says what would be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "tables",
            nargs="*",
            metavar="TABLE",
            help=f"Some of {', '.join(Table.values)}. Default: all.",
        )
        parser.add_argument("--older-than-months", type=int, default=24, metavar="N")
        parser.add_argument(
            "--to",
            default=settings.ARCHIVE_PLACE,
            metavar="PLACE",
            help="A directory or s3://bucket/prefix. Default: ARCHIVE_PLACE.",
        )
        parser.add_argument("--yes", action="store_true", help="Do it.")

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = set(options["tables"]) - set(Table.values)
        if unknown:
            raise bad_arguments(
                f"There is no table {min(unknown)}; choose from "
                f"{', '.join(Table.values)}."
            )
        tables = [t for t in Table if t in (options["tables"] or Table.values)]
        now = timezone.now()
        try:
            months = list(due(tables, options["older_than_months"], now))
        except CannotPrune as error:
            raise bad_arguments(str(error)) from None
        resummed = self._recompute_sums(yes=options["yes"])
        if not months and not resummed:
            self.stdout.write("Nothing is that old.")
            return
        for month in months:
            if not options["yes"]:
                self.stdout.write(str(month))
                continue
            try:
                done = prune(
                    month, options["to"], now, getpass.getuser(), self._progress
                )
            except (CannotPrune, PlaceFailed) as error:
                raise CommandError(f"{month}: {error}") from error
            self.stdout.write(f"{month}, now in {done.location}")
        if not options["yes"]:
            self.stdout.write(
                f"Nothing was done: --yes archives them to {options['to']} and "
                "deletes them here."
            )

    def _recompute_sums(self, *, yes: bool) -> int:
        """Of months that were pruned before; answers how many there were."""
        archives = outdated()
        for archive in archives:
            if yes:
                try:
                    recompute(archive, self._progress)
                except (CannotRestore, PlaceFailed) as error:
                    raise CommandError(f"Sums of {archive}: {error}") from error
            self.stdout.write(
                f"Sums of {archive}: computed again from its file, as accounts were "
                "deleted or are billed elsewhere since"
            )
        return len(archives)

    def _progress(self, sentence: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(sentence)
