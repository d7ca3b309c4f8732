"""What is due, by the runs in the database and their outcome.

A scheduler that was down therefore catches up once, not once per interval missed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from clouds.models import CloudAccount
from core.clocks import is_ahead
from core.windows import next_daily
from syncs.datasets import Dataset, datasets_of, is_read_from
from syncs.models import SyncRun


class Due(NamedTuple):
    """What is to be read now, and the finished run that this was judged by, if any."""

    account: CloudAccount
    dataset: Dataset
    newest: SyncRun | None


def due(accounts: Iterable[CloudAccount], now: datetime) -> Iterator[Due]:
    """Yield every dataset of these accounts that is to be read now. Two queries.

    One that is read after other datasets waits for these.
    """
    # In this order: a run that ends in between is seen at work, or finished, or both.
    active = set(SyncRun.objects.active().ordinary().values_list("account", "dataset"))
    newest = {
        (run.account_id, run.dataset): run
        for run in SyncRun.objects.newest_per_dataset()
    }
    for account in accounts:
        waiting = {
            dataset
            for dataset in datasets_of(account)
            if (account.pk, dataset.value) in active
            or _is_due(newest.get((account.pk, dataset.value)), now)
        }
        for dataset in sorted(waiting, key=list(Dataset).index):
            run = newest.get((account.pk, dataset.value))
            if (account.pk, dataset.value) in active:
                continue
            firsts = {
                first: newest.get((account.pk, first.value))
                for first in dataset.after
                if is_read_from(account, first)
            }
            if firsts and _waits(firsts, run, waiting):
                continue
            yield Due(account, dataset, run)


def _waits(
    firsts: Mapping[Dataset, SyncRun | None],
    run: SyncRun | None,
    waiting: Collection[Dataset],
) -> bool:
    """Return whether to wait until the datasets that are read first were read.

    One that was read since this dataset's last run is new enough even if it is due
    again; with a short interval the second dataset would otherwise never be read. One
    that has only failed so far is not waited for, where another one was read.
    """
    if not all(firsts.values()):
        return True
    good = {
        first: newest.last_good_key
        for first, newest in firsts.items()
        if newest and newest.last_good_key is not None
    }
    if not good:
        return True
    return run is not None and any(
        first in waiting and key <= run.pk for first, key in good.items()
    )


def _is_due(newest: SyncRun | None, now: datetime) -> bool:
    """Return whether it is due, as it is after a run whose clock was ahead."""
    was_ahead = newest is not None and is_ahead(newest.started_at, now)
    return was_ahead or due_at(newest, now) <= now


def due_at(newest: SyncRun | None, now: datetime) -> datetime:
    """Return when the next run is due after this newest finished one.

    A run that did not read everything is tried again after a pause that doubles with
    each attempt, up to the interval of syncs.
    """
    if newest is None:
        return now
    interval = timedelta(minutes=settings.SYNC_INTERVAL_MINUTES)
    if newest.status == SyncRun.Status.SUCCEEDED:
        return _next_regular(newest.queued_at or newest.started_at, interval)
    if newest.was_dropped:
        return now
    # 2^20 pauses are longer than any interval, and no larger number is made.
    doublings = 2 ** min(newest.attempt - 1, 20)
    pause = min(timedelta(minutes=settings.SYNC_RETRY_MINUTES) * doublings, interval)
    return (newest.finished_at or newest.started_at) + pause


def _next_regular(at: datetime, interval: timedelta) -> datetime:
    """Return when a dataset that was queued at `at` is due again.

    The tick comes once a minute, some seconds late. Whole minutes keep those seconds
    from adding up, and from missing the tick that is due.
    """
    if settings.SYNC_AT is None:
        return at.replace(second=0, microsecond=0) + interval
    return next_daily(settings.SYNC_AT, at)
