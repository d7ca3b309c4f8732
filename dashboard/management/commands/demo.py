"""manage.py demo: the demo company, synced like any other account."""

import contextlib
from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from clouds.demo_clock import company_now, set_clock
from clouds.models import CloudAccount
from core.commands import CHECKS_OF_SETTINGS, TAKEN, bad_arguments
from dashboard.demo.company import amount_of, build
from providers.demo.company import ACCOUNTS, COMPANY_NAME, HISTORY_DAYS
from providers.demo.steps import LEAST_DAYS
from syncs.accounts.changes import remove_accounts
from syncs.runs.claims import Refused, SlotTaken
from syncs.runs.start import broker_errors


def ask_for_insights() -> None:
    """Queue the first refresh of insights, which takes a minute.

    If the queue is unreachable, the scheduler does it a minute later.
    """
    with contextlib.suppress(*broker_errors()):
        current_app.send_task("insights.tasks.refresh_due", retry=False)


class Command(BaseCommand):
    requires_system_checks = CHECKS_OF_SETTINGS
    help = (
        f"Add {COMPANY_NAME}, a demo company of {len(ACCOUNTS)} accounts in AWS and "
        "Azure with resources, costs and utilization. Run again, it adds the days "
        "since. Nothing is sent to a cloud."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=HISTORY_DAYS,
            help=f"Days of history. Default and maximum: {HISTORY_DAYS}.",
        )
        parser.add_argument(
            "--reset",
            action="store_true",
            help="Delete the demo accounts and their data first, and nothing else.",
        )
        parser.add_argument(
            "--remove",
            action="store_true",
            help="Delete the demo accounts and their data.",
        )
        parser.add_argument(
            "--if-alone",
            action="store_true",
            help="Do nothing where a cloud account is connected, and end once one is.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if not LEAST_DAYS <= days <= HISTORY_DAYS:
            raise bad_arguments(
                f"--days must be between {LEAST_DAYS} and {HISTORY_DAYS}, not {days}."
            )
        if options["reset"] or options["remove"]:
            remove_accounts(CloudAccount.objects.demo())
            set_clock(None)
        if options["remove"]:
            self.stdout.write("Removed the demo company.")
            return
        if CloudAccount.objects.real().exists():
            if options["if_alone"]:
                return
            self.stderr.write(
                "Demo costs are now included in totals beside your own accounts; `demo "
                "--remove` removes them."
            )
        self.stdout.write(f"Reading {COMPANY_NAME}, the demo company ...")
        self.stdout.flush()
        self.build(days, if_alone=options["if_alone"])
        ask_for_insights()

    def build(self, days: int, *, if_alone: bool) -> None:
        console = Console(stderr=True)
        try:
            for account in build(company_now(timezone.now()), days):
                if console.is_terminal:
                    console.print(f"Synced {account}")
                self.stdout.write(f"{account}: {amount_of(account)}")
                self.stdout.flush()
                # The first one replaces the company, which is not to come back.
                if if_alone and CloudAccount.objects.real().exists():
                    return
        except SlotTaken as taken:
            raise CommandError(str(taken), returncode=TAKEN) from None
        except Refused as refused:
            # Whoever connects an account at this moment removes the company's.
            if not CloudAccount.objects.real().exists():
                raise CommandError(str(refused)) from None
            self.stdout.write(str(refused))
