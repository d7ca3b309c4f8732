"""manage.py refresh_insights: computes what has new data since it was computed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from syncs.commands import FAILED, NO_ACCOUNTS, TAKEN, chosen_accounts
from syncs.models import CloudAccount

PARTS = ("forecasts", "anomalies", "recommendations", "budgets")


class Command(BaseCommand):
    help = (
        "Computes forecasts, anomalies, recommendations and budgets of every account "
        "and of all together, where data changed. Run again, it changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--account",
            action="append",
            default=[],
            metavar="ID_OR_NAME",
            help="Only this account; may be repeated. Default: all, and their sums.",
        )
        parser.add_argument(
            "--only",
            action="append",
            choices=PARTS,
            help="Only this part; may be repeated. Default: all of them.",
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="Compute all of it anew, though its data did not change.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # The statistics libraries take seconds to load, which --help need not wait.
        from insights.refresh.run import Part, refresh

        console = Console(stderr=True)
        with console.status("Insights") as status:
            outcomes = refresh(
                self._accounts(options["account"]),
                timezone.now(),
                parts=[Part(name) for name in options["only"] or PARTS],
                anew=options["all"],
                on_progress=status.update if console.is_terminal else lambda told: None,
            )
        for outcome in outcomes:
            self.stdout.write(outcome.sentence)
        if any(outcome.failures for outcome in outcomes):
            raise CommandError("Not all could be computed.", returncode=FAILED)
        if any(outcome.is_taken for outcome in outcomes):
            raise CommandError("Another process computes them.", returncode=TAKEN)

    def _accounts(self, names: list[str]) -> list[CloudAccount | None]:
        if names:
            return list(chosen_accounts(names))
        accounts = list(CloudAccount.objects.select_related("payer"))
        if not accounts:
            raise CommandError(NO_ACCOUNTS)
        return [*accounts, None]
