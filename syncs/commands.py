"""What the sync commands share: which accounts, which window, what is printed."""

import json
import logging
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from rich.console import Console

from clouds.commands import add_account_argument, chosen_accounts
from clouds.models import CloudAccount
from core.commands import (
    CHECKS_OF_SETTINGS,
    FAILED,
    TAKEN,
    bad_arguments,
    counted,
)
from core.windows import InvalidWindow, Window
from providers.base import Progress
from syncs.datasets import Dataset, datasets_of
from syncs.models import SyncRun
from syncs.runs.claims import Refused, SlotTaken, check_request
from syncs.runs.run_context import say_nothing
from users.audit import record_command

logger = logging.getLogger(__name__)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-01-31") from None


class SyncCommand(BaseCommand):
    """Read datasets of accounts, one after the other, and say how it went."""

    requires_system_checks = CHECKS_OF_SETTINGS
    # What is read of each account, in this order.
    steps: ClassVar[dict[Dataset, Callable[..., SyncRun]]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_account_argument(parser)
        if any(dataset.has_window for dataset in self.steps):
            parser.add_argument(
                "--start", type=day, help="First UTC day, inclusive. Default: due."
            )
            parser.add_argument(
                "--end", type=day, help="Last UTC day, exclusive. Default: today."
            )
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object instead."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = chosen_accounts(options["account"])
        window = self._window(options.get("start"), options.get("end"))
        jobs = self._jobs(accounts, window, named=bool(options["account"]))
        record_command("sync.start", runs=[f"{d} of {a}" for a, d in jobs])
        outcomes = []
        for account, dataset in jobs:
            outcome = self._outcome(account, dataset, window)
            outcomes.append(outcome)
            if not options["json"] and options["verbosity"]:
                self.stdout.write(_line(outcome))
        if options["json"]:
            self.stdout.write(json.dumps({"runs": outcomes}))
        self._finish(outcomes, quiet=options["json"])

    def _window(self, start: date | None, end: date | None) -> Window | None:
        if start is None and end is None:
            return None
        if start is None:
            raise bad_arguments("--end needs --start as well.")
        try:
            return Window(start, end or timezone.now().date())
        except InvalidWindow as error:
            raise bad_arguments(error) from None

    def _jobs(
        self, accounts: Sequence[CloudAccount], window: Window | None, *, named: bool
    ) -> list[tuple[CloudAccount, Dataset]]:
        """Return what to read; bad arguments are refused before anything is."""
        jobs = []
        for account in accounts:
            for dataset in self.steps:
                # A reason is given only where exactly this was asked for.
                if dataset not in datasets_of(account) and not (
                    named and len(self.steps) == 1
                ):
                    continue
                try:
                    check_request(
                        account, dataset, self._of(dataset, window), timezone.now()
                    )
                except (Refused, InvalidWindow) as error:
                    raise bad_arguments(error) from None
                jobs.append((account, dataset))
        return jobs

    def _outcome(
        self, account: CloudAccount, dataset: Dataset, window: Window | None
    ) -> dict[str, Any]:
        """Return what `--json` prints of one run; a failure is not raised."""
        arguments = {"window": window} if self._of(dataset, window) else {}
        try:
            with _progress(f"{account} {dataset}") as on_progress:
                run = self.steps[dataset](
                    account, timezone.now(), on_progress=on_progress, **arguments
                )
        except SlotTaken as taken:
            return _described(taken.run, status="taken", error=str(taken))
        except (Refused, InvalidWindow) as error:
            failure = str(error)
        except Exception as error:
            if isinstance(error, OperationalError | InterfaceError):
                # Without its database no account can be read.
                connection.close_if_unusable_or_obsolete()
                connection.ensure_connection()
            logger.exception("%s of %s ended unexpectedly", dataset, account)
            failure = f"Unexpected {type(error).__name__}: {error}"
        else:
            return _described(run, status=run.status, error=run.error)
        at = timezone.now()
        unsaved = SyncRun(
            account=account, dataset=dataset.value, started_at=at, heartbeat_at=at
        )
        return _described(unsaved, status=SyncRun.Status.FAILED.value, error=failure)

    def _of(self, dataset: Dataset, window: Window | None) -> Window | None:
        """Return the window; none for what is read as it is now."""
        return window if dataset.has_window else None

    def _finish(self, outcomes: Sequence[dict[str, Any]], *, quiet: bool) -> None:
        statuses = [outcome["status"] for outcome in outcomes]
        taken = statuses.count("taken")
        failed = len(statuses) - taken - statuses.count(SyncRun.Status.SUCCEEDED)
        if not failed and not taken:
            return
        code = FAILED if failed else TAKEN
        if quiet:
            raise SystemExit(code)
        named = f"{failed} failed" if failed else f"{taken} already running"
        raise CommandError(f"{named} of {len(statuses)} syncs.", returncode=code)


@contextmanager
def _progress(title: str) -> Iterator[Progress]:
    """Show progress on a terminal; nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield say_nothing
        return
    with console.status(title) as status:
        yield lambda sentence: status.update(f"{title}: {sentence}")


def _described(run: SyncRun, *, status: str, error: str) -> dict[str, Any]:
    return {
        "account": run.account.account_id,
        "dataset": run.dataset,
        "status": status,
        "start": run.start.isoformat() if run.start else None,
        "end": run.end.isoformat() if run.end else None,
        "rows": run.rows,
        "requests": run.requests,
        "api_cost_usd": str(run.api_cost_usd),
        "seconds": round(run.elapsed.total_seconds(), 3),
        "error": error,
    }


def _line(outcome: dict[str, Any]) -> str:
    window = f" {outcome['start']}..{outcome['end']}" if outcome["start"] else ""
    line = f"{outcome['account']} {outcome['dataset']}{window}: {outcome['status']}"
    if outcome["status"] != "taken":
        line += (
            f", {counted(outcome['rows'], 'row')}, "
            f"{counted(outcome['requests'], 'request')} "
            f"(${outcome['api_cost_usd']}), {outcome['seconds']} s"
        )
    return "\n  ".join([line, *outcome["error"].splitlines()])
