"""manage.py simulate: move the demo company on, day by day."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.commands import TAKEN, bad_arguments
from dashboard.demo.commands import play_here
from dashboard.demo.control import InvalidStep, OtherPresenter, queue
from providers.demo.company import COMPANY_NAME
from users.audit import command_actor

# What --live adds each time, and how many of these make a minute.
LIVE_HOURS = 3
LIVE_PER_MINUTE = 15.0


class Command(BaseCommand):
    help = (
        f"Move {COMPANY_NAME}, the demo company, on from its last day, at most to the "
        "present: bills, restated days, utilization, storage, machines, anomalies and "
        "recommendations are read and found as by a real sync of each day. Take it "
        "back first with --from-days-ago, which rebuilds it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, help="How many days. Default: 1.")
        parser.add_argument(
            "--speed",
            type=float,
            metavar="X",
            help="At most X days a minute. Default: as fast as possible.",
        )
        parser.add_argument(
            "--live",
            action="store_true",
            help=f"Add {LIVE_HOURS} hours every {60 / LIVE_PER_MINUTE:g} seconds "
            "instead, for --days, or until the present.",
        )
        parser.add_argument(
            "--from-days-ago",
            type=int,
            metavar="N",
            help="Reset the demo first to what it was N days ago.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            queue(self._steps(options), command_actor(), timezone.now())
        except InvalidStep as error:
            raise bad_arguments(error) from None
        except OtherPresenter as error:
            raise CommandError(str(error), returncode=TAKEN) from None
        play_here(self.stdout.write)

    def _steps(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        days, speed = options["days"], options["speed"]
        if options["live"] and speed is not None:
            raise bad_arguments("--live has a speed of its own: leave --speed out.")
        advance = {"do": "advance", "days": 1 if days is None else days}
        if options["live"]:
            advance |= {"hours": LIVE_HOURS, "per_minute": LIVE_PER_MINUTE}
        elif speed is not None:
            advance["per_minute"] = speed
        back = options["from_days_ago"]
        return (
            [advance] if back is None else [{"do": "reset", "days_ago": back}, advance]
        )
