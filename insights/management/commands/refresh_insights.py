"""manage.py refresh_insights: compute insights whose data changed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from clouds.commands import NO_ACCOUNTS, chosen_accounts
from clouds.models import CloudAccount
from core.commands import FAILED, TAKEN
from insights.refresh.refresh_state import Part


class Command(BaseCommand):
    help = (
        "Computes forecasts, anomalies, recommendations and budgets of every account "
        "and of all together, where data changed. A second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--account",
            action="append",
            default=[],
            metavar="ID_OR_NAME",
            help="Only this account; may be repeated. Default: all, and all together.",
        )
        parser.add_argument(
            "--only",
            action="append",
            choices=[part.value for part in Part],
            help="Only this part; may be repeated. Default: all of them.",
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="Recompute everything, even where data did not change.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # The statistics libraries take seconds to load; --help should not wait.
        from insights.refresh.refresh_all import refresh

        console = Console(stderr=True)
        with console.status("Insights") as status:
            outcomes = refresh(
                self._accounts(options["account"]),
                timezone.now(),
                parts=[Part(name) for name in options["only"] or Part],
                force=options["all"],
                on_progress=status.update
                if console.is_terminal
                else lambda sentence: None,
            )
        for outcome in outcomes:
            self.stdout.write(outcome.sentence)
        if any(outcome.failures for outcome in outcomes):
            raise CommandError(
                "Some insights could not be computed.", returncode=FAILED
            )
        if any(outcome.is_taken for outcome in outcomes):
            raise CommandError("Another process is computing them.", returncode=TAKEN)

    def _accounts(self, names: list[str]) -> list[CloudAccount | None]:
        if names:
            return list(chosen_accounts(names))
        accounts = list(CloudAccount.objects.select_related("payer"))
        if not accounts:
            raise CommandError(NO_ACCOUNTS)
        return [*accounts, None]
