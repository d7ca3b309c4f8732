"""manage.py check_syncs: data freshness for cron and monitors."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from clouds.commands import add_account_argument, chosen_accounts
from syncs.runs.freshness import Freshness, State, freshness

# As Nagios and its like understand them.
FRESH, WARNING, CRITICAL = 0, 1, 2
EXIT_STATUS = {
    State.OK: FRESH,
    State.LATE: WARNING,
    State.NEVER: WARNING,
    State.PARTIAL: WARNING,
    State.STALE: CRITICAL,
    State.FAILING: CRITICAL,
}


class Command(BaseCommand):
    help = (
        "Print how fresh each dataset of each enabled account is. Exit status: 0 all "
        "is fresh; 1 something is late, was read in part or never; 2 something is "
        "stale or fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_account_argument(parser)
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object instead."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = freshness(chosen_accounts(options["account"]), timezone.now())
        if options["json"]:
            self.stdout.write(
                json.dumps({"datasets": [_as_json(one) for one in found]})
            )
        else:
            for one in found:
                if one.state != State.OK or options["verbosity"] > 1:
                    self.stdout.write(f"{one.state}: {one.sentence}")
            if all(one.state == State.OK for one in found):
                self.stdout.write(f"All {len(found)} datasets are fresh.")
        status = max(EXIT_STATUS[one.state] for one in found)
        if status:
            raise SystemExit(status)


def _as_json(one: Freshness) -> dict[str, Any]:
    good_at = one.last_good_at
    return {
        "account": one.account.account_id,
        "dataset": one.dataset.value,
        "state": one.state.value,
        "last_good_at": good_at.isoformat() if good_at else None,
        "sentence": one.sentence,
    }
