"""How fresh each dataset of each account is, and the sentence that a person reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils.timesince import timesince

from syncs.datasets import Dataset, datasets_of
from syncs.models import CloudAccount, SyncRun

# Late: half an interval over time. Stale: three intervals without a good reading.
LATE_AFTER_INTERVALS = 1.5
STALE_AFTER_INTERVALS = 3


class State(StrEnum):
    OK = "ok"
    LATE = "late"
    STALE = "stale"
    FAILING = "failing"
    NEVER = "never"

    @property
    def word(self) -> str:
        """How a page says it."""
        words = {State.OK: "fresh", State.NEVER: "never read"}
        return words.get(self, self.value)


@dataclass(frozen=True, slots=True)
class Freshness:
    """One dataset of one account: when it was last read well, and how it stands."""

    account: CloudAccount
    dataset: Dataset
    state: State
    last_good_at: datetime | None
    last_run: SyncRun | None
    sentence: str


def freshness(accounts: Iterable[CloudAccount], now: datetime) -> Sequence[Freshness]:
    """Every dataset of each account, in order. One query."""
    accounts = list(accounts)
    runs = SyncRun.objects.newest_per_dataset()
    if len(accounts) == 1:  # the page of one machine must not look at all runs
        runs = runs.filter(account=accounts[0])
    newest = {(run.account_id, run.dataset): run for run in runs}
    return [
        _stand(account, dataset, newest.get((account.pk, dataset.value)), now)
        for account in accounts
        for dataset in datasets_of(account)
    ]


def _stand(
    account: CloudAccount, dataset: Dataset, run: SyncRun | None, now: datetime
) -> Freshness:
    good_at = run.last_good_at if run else None
    state = _state(run, good_at, now)
    what = f"{dataset.label} of {account}"
    told = {
        State.OK: "is fresh",
        State.LATE: "is late",
        State.STALE: "is stale",
        State.FAILING: "can't be read",
        State.NEVER: "was never read",
    }[state]
    when = f": last read well {timesince(good_at, now)} ago" if good_at else ""
    why = f". {run.error}" if run and state == State.FAILING and run.error else "."
    return Freshness(account, dataset, state, good_at, run, f"{what} {told}{when}{why}")


def _state(run: SyncRun | None, good_at: datetime | None, now: datetime) -> State:
    interval = timedelta(minutes=settings.SYNC_INTERVAL_MINUTES)
    if run is None:
        return State.NEVER
    if run.status != SyncRun.Status.SUCCEEDED:
        return State.FAILING
    if good_at is None or good_at < now - interval * STALE_AFTER_INTERVALS:
        return State.STALE
    late = good_at < now - interval * LATE_AFTER_INTERVALS
    return State.LATE if late else State.OK
