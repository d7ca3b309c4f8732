"""manage.py check_syncs: is everything fresh? For cron and monitors."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from syncs.commands import chosen_accounts
from syncs.freshness import Freshness, State, freshness

# What a monitor makes of a state.
OK, LATE, FAILING = 0, 1, 2
EXIT_STATUS = {
    State.OK: OK,
    State.LATE: LATE,
    State.NEVER: LATE,
    State.STALE: FAILING,
    State.FAILING: FAILING,
}


class Command(BaseCommand):
    help = (
        "Says how fresh each dataset of each enabled account is. Exit status: 0 all is "
        "fresh, 1 something is late or was never read, 2 something is stale or fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--account",
            action="append",
            default=[],
            metavar="ID_OR_NAME",
            help="Only this account; may be repeated. Default: all enabled ones.",
        )
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object instead."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = freshness(chosen_accounts(options["account"]), timezone.now())
        if options["json"]:
            told = [_described(one) for one in found]
            self.stdout.write(json.dumps({"datasets": told}))
        else:
            for one in found:
                if one.state != State.OK or options["verbosity"] > 1:
                    self.stdout.write(f"{one.state}: {one.sentence}")
            if all(one.state == State.OK for one in found):
                self.stdout.write(f"All {len(found)} datasets are fresh.")
        status = max(EXIT_STATUS[one.state] for one in found)
        if status:
            raise SystemExit(status)


def _described(one: Freshness) -> dict[str, Any]:
    good_at = one.last_good_at
    return {
        "account": one.account.account_id,
        "dataset": one.dataset.value,
        "state": one.state.value,
        "last_good_at": good_at.isoformat() if good_at else None,
        "sentence": one.sentence,
    }
