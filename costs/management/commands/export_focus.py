from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clouds.models import CloudAccount
from core.commands import bad_arguments
from core.windows import InvalidWindow, Window
from costs.focus.columns import VERSION
from costs.focus.focus_file import WRITTEN, export_focus
from costs.lines.engine import LinesFailed
from syncs.commands import day

DAYS = {"start": "First day, inclusive.", "end": "Last day, exclusive."}


class Command(BaseCommand):
    help = (
        f"Writes stored costs as a file of FOCUS {VERSION}: lines of bills that were "
        "read from files, else costs by day, account, service and region. Its sums are "
        "read back from the file and printed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = ", ".join(WRITTEN)
        parser.add_argument("file", help=f"Its name ends with one of {kinds}.")
        parser.add_argument(
            "--start", required=True, type=day, help="First day, inclusive."
        )
        parser.add_argument(
            "--end", required=True, type=day, help="Last day, exclusive."
        )
        parser.add_argument(
            "--account", action="append", metavar="ID", help="Bills of. Default: all."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["file"])
        kind = next((one for one in WRITTEN if target.name.endswith(f".{one}")), "")
        if not kind:
            kinds = ", ".join(WRITTEN)
            raise bad_arguments(f"{target} must end with one of {kinds}.")
        if not target.parent.is_dir():
            raise bad_arguments(f"There is no folder {target.parent}.")
        try:
            window = Window(options["start"], options["end"])
        except InvalidWindow as error:
            raise bad_arguments(error) from None
        accounts = CloudAccount.objects.all()
        if wanted := options["account"]:
            accounts = accounts.filter(account_id__in=wanted)
            if unknown := {*wanted} - {one.account_id for one in accounts}:
                raise bad_arguments(f"No account {min(unknown)} is connected.")
        try:
            found = export_focus(target, accounts, window, kind)
        except (LinesFailed, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{target}: {found.row_count:,} rows of {window}")
        for currency, billed in found.billed.items():
            effective = found.effective[currency]
            self.stdout.write(f"{currency}: billed {billed:f}, effective {effective:f}")
