"""manage.py prune: old months leave the database for Parquet files."""

from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from archives.commands import moving_rows
from archives.models import Table
from archives.prune import CannotPrune, due, prune
from archives.retention.deletions import DELETIONS, delete_expired
from archives.rollups import outdated, recompute
from core.commands import bad_arguments, counted
from users.audit import command_actor


class Command(BaseCommand):
    help = (
        "Archives months past their retention (RETENTION_DAYS) as Parquet files, "
        "reads each file back, and only then deletes the rows. No file is replaced: "
        "rows that came later go to a file of their own. What they sum to per day "
        "stays, and is computed again where an account was deleted or moved since. "
        "What is not archived is deleted by its age, unless tables or "
        "--older-than-months are given. "
        "Without --yes it only says what would be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "tables",
            nargs="*",
            metavar="TABLE",
            help=f"Tables among {', '.join(Table.values)}. Default: all.",
        )
        parser.add_argument(
            "--older-than-months",
            type=int,
            metavar="N",
            help="Archive what is older than N months, instead of by RETENTION_DAYS.",
        )
        parser.add_argument(
            "--to",
            default=settings.ARCHIVE_PLACE,
            metavar="PLACE",
            help="A directory, s3://bucket/prefix or azure://account/container/prefix. "
            "Default: ARCHIVE_PLACE.",
        )
        parser.add_argument("--yes", action="store_true", help="Archive and delete.")

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = set(options["tables"]) - set(Table.values)
        if unknown:
            raise bad_arguments(
                f"There is no table {min(unknown)}; choose from "
                f"{', '.join(Table.values)}."
            )
        tables = [t for t in Table if t in (options["tables"] or Table.values)]
        older, place, yes = (options[n] for n in ("older_than_months", "to", "yes"))
        with moving_rows() if yes else nullcontext():
            found = False
            if not options["tables"] and older is None:
                found = self._delete(timezone.now(), yes=yes)
            found |= self._prune(tables, older, place, yes=yes)
        if not found:
            self.stdout.write("Nothing is that old.")
        elif not yes:
            self.stdout.write(
                f"Nothing was done: --yes archives them to {place} and deletes them "
                "here."
            )

    def _prune(
        self, tables: list[Table], older: int | None, place: str, *, yes: bool
    ) -> bool:
        """Prune what is due, or only say so; return whether anything is."""
        now, by = timezone.now(), command_actor()
        try:
            months = list(due(tables, now, older))
        except CannotPrune as error:
            raise bad_arguments(str(error)) from None
        for month in months:
            where = ""
            if yes:
                archive = prune(month, place, now, by, self._progress)
                where = f", now in {archive.location}"
            self.stdout.write(f"{month}{where}")
        summed = outdated() if Table.COST in tables else []
        for first_day in summed:
            if yes:
                recompute(first_day, self._progress)
            self.stdout.write(
                f"Sums of {Table.COST.label} of {first_day:%Y-%m}: computed again from "
                "its files, as accounts were deleted or are billed elsewhere since"
            )
        return bool(months or summed)

    def _delete(self, now: datetime, *, yes: bool) -> bool:
        """Delete what is not archived, or only say so; return whether anything is."""
        counts = {one.label: one.due(now).count() for one in DELETIONS.values()}
        for label, count in counts.items():
            if count:
                done = "deleted" if yes else "to be deleted without an archive"
                self.stdout.write(f"{label}: {counted(count, 'row')} {done}")
        if yes:
            delete_expired(now)
        return any(counts.values())

    def _progress(self, sentence: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(sentence)
