"""manage.py backfill: reads a range of days of one dataset, part by part."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from people.audit import record_command
from providers.windows import InvalidWindow, Window, utc_day
from syncs.backfills import advance_backfills, begin, cancel, pause, propose
from syncs.claims import Refused
from syncs.commands import bad_arguments, chosen_accounts, day
from syncs.models import Backfill, Dataset
from syncs.start import BrokerUnavailable

MOVES = {"resume": begin, "pause": pause, "cancel": cancel}


class Command(BaseCommand):
    help = (
        "Reads a range of days again, cut into parts that workers take side by side. "
        "Without --yes it only says what that would cost. `backfill --list` shows all; "
        "--pause, --resume and --cancel take one's number."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dataset", nargs="?", choices=["cost", "cpu"])
        parser.add_argument("--account", metavar="ID_OR_NAME")
        parser.add_argument("--start", type=day, help="First UTC day, inclusive.")
        parser.add_argument(
            "--end", type=day, help="Last UTC day, exclusive. Default: today."
        )
        parser.add_argument(
            "--yes", action="store_true", help="Start it at the price that is told."
        )
        parser.add_argument("--list", action="store_true", help="Show all backfills.")
        for name in MOVES:
            parser.add_argument(f"--{name}", type=int, metavar="NUMBER")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for backfill in Backfill.objects.select_related("account"):
                self.stdout.write(told(backfill))
            return
        for name in MOVES:
            if options[name] is not None:
                self._move(name, options[name])
                return
        if not (options["dataset"] and options["account"] and options["start"]):
            raise bad_arguments("Give a dataset, --account and --start, or --list.")
        self._propose(options)

    def _move(self, name: str, number: int) -> None:
        backfill = Backfill.objects.select_related("account").filter(pk=number).first()
        if backfill is None:
            raise bad_arguments(f"There is no backfill {number}: see backfill --list.")
        if not MOVES[name](backfill, timezone.now()):
            raise CommandError(f"It can't {name}: {told(backfill)}")
        # Pages, API and admin call it so too.
        record_command(f"backfill.{name}".replace("resume", "start"), backfill)
        self.stdout.write(told(backfill))

    def _propose(self, options: dict[str, Any]) -> None:
        (account,) = chosen_accounts([options["account"]])
        now = timezone.now()
        try:
            window = Window(options["start"], options["end"] or utc_day(now))
            dataset = Dataset(options["dataset"])
            backfill = propose(account, dataset, window, now)
        except (InvalidWindow, Refused) as error:
            raise bad_arguments(error) from None
        self.stdout.write(told(backfill))
        if not options["yes"]:
            backfill.delete()
            self.stdout.write("Nothing was started: say --yes to start it.")
            return
        record_command("backfill.propose", backfill)
        begin(backfill, now)
        record_command("backfill.start", backfill)
        try:
            advance_backfills(now)
        except BrokerUnavailable as error:
            raise CommandError(f"{error} It goes on when the queue is back.") from None
        self.stdout.write("Started. `backfill --list` and the syncs page show it.")


def told(backfill: Backfill) -> str:
    states = list(backfill.windows.values_list("status", flat=True))
    failed = backfill.windows.filter(status="failed")
    lines = [
        f"{backfill.pk}: {backfill}, {backfill.get_status_display().lower()}, "
        f"{states.count('succeeded')} of {len(states)} parts read, "
        f"about ${backfill.estimated_usd}",
        *(f"   {part.start}..{part.end} failed: {part.error}" for part in failed),
    ]
    return "\n".join(lines)
