"""How fresh each dataset of each account is, the sentence that says so, and sums."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils.timesince import timesince

from clouds.demo_clock import accounts_now
from clouds.models import CloudAccount
from core.clocks import is_ahead, is_recent
from syncs.datasets import Dataset, datasets_of_each
from syncs.models import SyncRun

# Late: half an interval over time. Stale: three intervals without a good run.
LATE_AFTER_INTERVALS = 1.5
STALE_AFTER_INTERVALS = 3


class State(StrEnum):
    """The most urgent first. Partial: the newest run says what it could not read."""

    FAILING = "failing"
    STALE = "stale"
    PARTIAL = "partial"
    NEVER = "never"
    LATE = "late"
    OK = "ok"

    @property
    def word(self) -> str:
        """Return how a page says it."""
        words = {State.OK: "fresh", State.NEVER: "never synced"}
        return words.get(self, self.value)

    @property
    def urgency(self) -> int:
        return list(State).index(self)


VERBS = {
    State.OK: "is fresh",
    State.LATE: "is late",
    State.PARTIAL: "was read in part",
    State.STALE: "is stale",
    State.FAILING: "can't be read",
    State.NEVER: "was never synced",
}


@dataclass(frozen=True, slots=True)
class Freshness:
    account: CloudAccount
    dataset: Dataset
    state: State
    last_good_at: datetime | None
    last_run: SyncRun | None
    as_of: datetime
    """The account's present, which of the demo company may be behind ours."""

    @property
    def sentence(self) -> str:
        return f"{self.statement} {self.cause}".strip()

    @property
    def statement(self) -> str:
        text = f"{self.dataset.label} of {self.account} {VERBS[self.state]}"
        if self.last_good_at:
            text += " " if self.state == State.PARTIAL else ": last read well "
            text += _when(self.last_good_at, self.as_of)
        return f"{text}."

    @property
    def cause(self) -> str:
        """Return why it fails, what is missing or what to check; "" if nothing is."""
        error = self.last_run.error if self.last_run else ""
        if self.state == State.STALE:
            return "No sync has ended since: check that scheduler and workers run."
        if self.state == State.PARTIAL and error:
            return f"Missing: {error}"
        return error if self.state == State.FAILING else ""

    @property
    def run_link(self) -> str:
        """Return what a link to the last run says; "" where it explains nothing."""
        links = {State.FAILING: "why", State.PARTIAL: "what is missing"}
        return links.get(self.state, "")


@dataclass(frozen=True, slots=True)
class DatasetFreshness:
    dataset: Dataset
    counts: Sequence[tuple[State, int]]
    accounts: int
    oldest: Freshness | None
    """Of the account that lags most; None where one was never read."""


@dataclass(frozen=True, slots=True)
class AccountFreshness:
    account: CloudAccount
    datasets: Sequence[Freshness]


def freshness(accounts: Iterable[CloudAccount], now: datetime) -> Sequence[Freshness]:
    """Return every dataset of each account, in order, as of its own present. One query,
    and one for the demo company's."""
    accounts = list(accounts)
    presents = accounts_now(accounts, now)
    runs = SyncRun.objects.newest_per_dataset()
    if len(accounts) == 1:  # the page of one machine must not look at all runs
        runs = runs.filter(account=accounts[0])
    newest = {(run.account_id, run.dataset): run for run in runs}
    return [
        _freshness_of(
            *(account, dataset, newest.get((account.pk, dataset.value))),
            presents[account.pk],
        )
        for account, datasets in datasets_of_each(accounts)
        for dataset in datasets
    ]


def _freshness_of(
    account: CloudAccount, dataset: Dataset, run: SyncRun | None, now: datetime
) -> Freshness:
    good_at = run.last_good_at if run else None
    return Freshness(account, dataset, _state(run, good_at, now), good_at, run, now)


def _when(good_at: datetime, now: datetime) -> str:
    if is_ahead(good_at, now):
        return f"at {good_at:%Y-%m-%d %H:%M} UTC, by a clock that was ahead"
    return f"{timesince(good_at, now)} ago"


def _state(run: SyncRun | None, good_at: datetime | None, now: datetime) -> State:
    interval = timedelta(minutes=settings.SYNC_INTERVAL_MINUTES)
    if run is None:
        return State.NEVER
    if run.status not in SyncRun.GOOD:
        return State.FAILING
    if good_at is None or not is_recent(good_at, now, interval * STALE_AFTER_INTERVALS):
        return State.STALE
    if run.status == SyncRun.Status.PARTIAL:
        return State.PARTIAL
    in_time = is_recent(good_at, now, interval * LATE_AFTER_INTERVALS)
    return State.OK if in_time else State.LATE


def per_dataset(items: Sequence[Freshness]) -> Sequence[DatasetFreshness]:
    """Return a line for each dataset that any account has, in the table's order."""
    lines = []
    for dataset in Dataset:
        own = [item for item in items if item.dataset == dataset]
        counts = Counter(item.state for item in own)
        ages = [item.as_of - item.last_good_at for item in own if item.last_good_at]
        oldest = own[ages.index(max(ages))] if own and len(ages) == len(own) else None
        by_state = [(state, counts[state]) for state in State if counts[state]]
        if own:
            lines.append(DatasetFreshness(dataset, by_state, len(own), oldest))
    return lines


def per_account(items: Iterable[Freshness]) -> Sequence[AccountFreshness]:
    """Return a line for each account, the one with the most urgent datasets first."""
    grouped: dict[CloudAccount, list[Freshness]] = {}
    for item in items:
        grouped.setdefault(item.account, []).append(item)
    return sorted(
        (AccountFreshness(account, own) for account, own in grouped.items()),
        key=lambda line: sorted(item.state.urgency for item in line.datasets),
    )
