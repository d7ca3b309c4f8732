"""manage.py demo: an invented company to look at, read like any other account."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from costs.sync import due_window, sync_cost
from inventory.sync import sync_ec2
from metrics.sync import sync_cpu
from providers.demo.company import ACCOUNTS, COMPANY_NAME, HISTORY_DAYS
from providers.demo.provider import DemoProvider
from providers.windows import ONE_DAY, Window, last_complete_days, midnight, utc_day
from syncs.claims import SlotTaken
from syncs.commands import TAKEN, bad_arguments
from syncs.models import CloudAccount, CloudKind, Dataset, Watermark

# The bill is first read as it was then, so that some days are restated since.
FIRST_READ_DAYS_AGO = 3


class Command(BaseCommand):
    help = (
        f"Adds {COMPANY_NAME}, an invented company of {len(ACCOUNTS)} accounts with "
        "instances, bill and CPU, and reads its history. Run again, it reads what is "
        "new. Nothing is sent to a cloud."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=HISTORY_DAYS,
            help=f"Days of history, up to {HISTORY_DAYS}, which is the default.",
        )
        parser.add_argument(
            "--reset",
            action="store_true",
            help="Delete the demo accounts and their data first, and nothing else.",
        )

        parser.add_argument(
            "--remove",
            action="store_true",
            help="Only delete the demo accounts and their data.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if not FIRST_READ_DAYS_AGO < days <= HISTORY_DAYS:
            raise bad_arguments(
                f"--days must lie between {FIRST_READ_DAYS_AGO + 1} and "
                f"{HISTORY_DAYS}, not {days}."
            )
        if options["reset"] or options["remove"]:
            CloudAccount.objects.demo().remove()
        if options["remove"]:
            self.stdout.write("Removed the invented company.")
            return
        if CloudAccount.objects.exclude(provider=CloudKind.DEMO).exists():
            self.stderr.write(
                "Its costs are added to those of your own accounts: `demo --remove` "
                "takes them away again."
            )
        console = Console(stderr=True)
        now = timezone.now()
        for one in ACCOUNTS:
            account, _ = CloudAccount.objects.get_or_create(
                provider=CloudKind.DEMO,
                account_id=one.account_id,
                defaults={"name": one.name},
            )
            if console.is_terminal:
                console.print(f"Reading {days} days of {account}")
            try:
                if account.cost_totals.exists():
                    catch_up(account, now)
                else:
                    replay(account, now, days)
            except SlotTaken as taken:
                raise CommandError(str(taken), returncode=TAKEN) from None
            self.stdout.write(f"{account}: {told(account)}")


def replay(account: CloudAccount, now: datetime, days: int) -> None:
    """Reads a history as if cloudintel had been there all the time."""
    window = last_complete_days(days, now)
    for dataset in (Dataset.COST, Dataset.CPU):
        # Nothing before it is missing: that is all there is to read.
        Watermark.objects.update_or_create(
            account=account,
            dataset=dataset,
            defaults={"read_until": window.start, "updated_at": now},
        )
    provider = DemoProvider(account.account_id, utc_day(account.created_at), now)
    for day in [window.start, *provider.state_change_days()]:
        if day in window:
            sync_ec2(account, midnight(day + ONE_DAY))
    sync_ec2(account, now)
    earlier = now - timedelta(days=FIRST_READ_DAYS_AGO)
    sync_cost(account, earlier, window=Window(window.start, utc_day(earlier)))
    sync_cost(account, now, window=window)
    sync_cpu(account, now, window=window)


def catch_up(account: CloudAccount, now: datetime) -> None:
    """Reads what is new, and nothing older than the demo's own history."""
    due = due_window(account, last_complete_days(HISTORY_DAYS, now), now)
    first = account.cost_totals.earliest("day").day
    sync_ec2(account, now)
    sync_cost(account, now, window=Window(max(due.start, first), due.end))
    sync_cpu(account, now)


def told(account: CloudAccount) -> str:
    instances = account.resources.present().count()
    return f"{instances} instances, {account.cost_totals.count()} days of costs"
