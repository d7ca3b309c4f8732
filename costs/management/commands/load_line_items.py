from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.db.exclusive import AlreadyRunning, exclusive
from costs.lines.engine import LinesFailed
from costs.lines.loaded_lines import load_line_items


class Command(BaseCommand):
    help = (
        "Load stored line items into the server of LINE_ITEMS_ENGINE: "
        "months that it does not have yet; those that were replaced go. "
        "Workers do the same each minute; run twice, it loads nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LINE_ITEMS_ENGINE:
            raise CommandError(
                "LINE_ITEMS_ENGINE is not set: lines are read where they lie, and "
                "there is nothing to load."
            )
        count = 0
        try:
            with exclusive("lines"):
                for month in load_line_items():
                    count += 1
                    self.stdout.write(f"Loaded {month}: {month.row_count:,} lines")
        except AlreadyRunning:
            raise CommandError(
                "A worker loads line items now. Wait until it is done."
            ) from None
        except LinesFailed as error:
            raise CommandError(str(error)) from None
        if not count:
            self.stdout.write("Every month is loaded.")
