"""manage.py backfill: reads a range of days of one dataset, part by part."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clouds.commands import chosen_accounts
from core.commands import bad_arguments
from core.windows import InvalidWindow, Window, utc_day
from syncs.backfills.models import FILLABLE
from syncs.backfills.planning import change_status, estimate, propose
from syncs.backfills.transitions import InvalidTransition
from syncs.commands import day
from syncs.datasets import Dataset
from syncs.models import Backfill
from syncs.runs.claims import Refused
from syncs.runs.start import BrokerUnavailable
from users.audit import command_actor

# option -> transition
TRANSITION_OPTIONS = {"resume": "start", "pause": "pause", "cancel": "cancel"}


class Command(BaseCommand):
    help = (
        "Reads a range of days again, cut into parts that workers take side by side. "
        "Without --yes it only says what that would cost. `backfill --list` shows all; "
        "--pause, --resume and --cancel take one's number."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dataset", nargs="?", choices=[key for key, _ in FILLABLE])
        parser.add_argument("--account", metavar="ID_OR_NAME")
        parser.add_argument("--start", type=day, help="First UTC day, inclusive.")
        parser.add_argument(
            "--end", type=day, help="Last UTC day, exclusive. Default: today."
        )
        parser.add_argument(
            "--yes", action="store_true", help="Start it at the price that is shown."
        )
        parser.add_argument("--list", action="store_true", help="Show all backfills.")
        for name in TRANSITION_OPTIONS:
            parser.add_argument(f"--{name}", type=int, metavar="NUMBER")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for backfill in Backfill.objects.select_related("account"):
                self.stdout.write(described(backfill))
            return
        for option, name in TRANSITION_OPTIONS.items():
            if options[option] is not None:
                self._change(options[option], name)
                return
        if not (options["dataset"] and options["account"] and options["start"]):
            raise bad_arguments("Give a dataset, --account and --start, or --list.")
        self._propose(options)

    def _change(self, number: int, name: str) -> None:
        backfill = Backfill.objects.select_related("account").filter(pk=number).first()
        if backfill is None:
            raise bad_arguments(f"There is no backfill {number}: see backfill --list.")
        try:
            change_status(backfill, name, timezone.now(), command_actor())
        except InvalidTransition as error:
            raise CommandError(str(error)) from None
        except BrokerUnavailable as error:
            raise CommandError(f"{error} It goes on when the queue is back.") from None
        self.stdout.write(described(backfill))

    def _propose(self, options: dict[str, Any]) -> None:
        (account,) = chosen_accounts([options["account"]])
        now, dataset = timezone.now(), Dataset(options["dataset"])
        try:
            window = Window(options["start"], options["end"] or utc_day(now))
            if not options["yes"]:
                parts, usd = estimate(account, dataset, window, now)
                self.stdout.write(
                    f"{dataset} of {account} {window}: {len(parts)} parts, about "
                    f"${usd}.\nNothing was started: say --yes to start it."
                )
                return
            backfill = propose(account, dataset, window, now, actor=command_actor())
        except (InvalidWindow, Refused) as error:
            raise bad_arguments(error) from None
        self._change(backfill.pk, "start")
        self.stdout.write("Started. `backfill --list` and the syncs page show it.")


def described(backfill: Backfill) -> str:
    states = list(backfill.windows.values_list("status", flat=True))
    failed = backfill.windows.filter(status="failed")
    lines = [
        f"{backfill.pk}: {backfill}, {backfill.get_status_display().lower()}, "
        f"{states.count('succeeded')} of {len(states)} parts read, "
        f"about ${backfill.estimated_usd}",
        *(f"   {part.start}..{part.end} failed: {part.error}" for part in failed),
    ]
    return "\n".join(lines)
