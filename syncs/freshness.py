"""How fresh each dataset of each account is, in one sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings

from syncs.models import CloudAccount, Dataset, SyncRun


class State(StrEnum):
    FRESH = "fresh"
    LATE = "late"
    FAILING = "failing"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Freshness:
    """One dataset of one account: when it was last read well, and how it stands."""

    account: CloudAccount
    dataset: Dataset
    state: State
    last_good_at: datetime | None
    last_run: SyncRun | None


def freshness(accounts: Iterable[CloudAccount], now: datetime) -> Sequence[Freshness]:
    """Every dataset of each account, in order. One query.

    Failing: the newest run failed or lacks a part. Late: nothing good for longer than
    the sync interval and half of it again.
    """
    newest = {
        (run.account_id, run.dataset): run
        for run in SyncRun.objects.newest_per_dataset()
    }
    late_before = now - timedelta(minutes=settings.SYNC_INTERVAL_MINUTES) * 1.5
    found = []
    for account in accounts:
        for dataset in account.datasets():
            run = newest.get((account.pk, dataset.value))
            good_at = run.last_good_at if run else None
            state = _state(run, good_at, late_before)
            found.append(Freshness(account, dataset, state, good_at, run))
    return found


def _state(
    run: SyncRun | None, good_at: datetime | None, late_before: datetime
) -> State:
    if run is None:
        return State.NEVER
    if run.status != SyncRun.Status.SUCCEEDED:
        return State.FAILING
    return State.LATE if good_at is None or good_at < late_before else State.FRESH
