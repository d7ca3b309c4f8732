"""Claims: the slot of an account and dataset, which one run holds at a time.

The slot is a database constraint, so that only one of scheduler, user, command and
worker gets it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from clouds.demo_clock import account_now, our_now
from clouds.models import CloudAccount
from core.refusals import Refusal
from core.windows import InvalidWindow, Window
from syncs.datasets import Dataset, why_not
from syncs.models import BackfillWindow, SyncRun
from syncs.runs.processes import is_dead, mark_of, own_mark
from syncs.runs.querysets import SyncRunQuerySet
from syncs.runs.watched import runs_changed


class SlotTaken(Exception):
    """Another run of this account and dataset is queued or running."""

    def __init__(self, run: SyncRun) -> None:
        super().__init__(
            f"{run.get_dataset_display()} of {run.account}: run {run.pk} is already "
            f"{run.get_status_display().lower()} since {run.started_at:%Y-%m-%d %H:%M} "
            "UTC. Wait for it to end."
        )
        self.run = run


class AlreadyRan(Exception):
    """Another scheduler found the same dataset due, and its run has already ended."""


class Refused(Refusal, ValueError):
    """This can't be read from this account; the message says what to do instead."""

    field = "account"


def claim(
    account: CloudAccount,
    dataset: Dataset,
    now: datetime,
    *,
    window: Window | None = None,
    status: SyncRun.Status = SyncRun.Status.RUNNING,
    trigger: SyncRun.Trigger = SyncRun.Trigger.COMMAND,
    user: User | None = None,
    part: BackfillWindow | None = None,
    after: int | None = None,
) -> SyncRun:
    """Return a new run that holds the slot of the account's dataset.

    Without a window the run finds out itself what is due. `after` is the key of the
    finished run, 0 for none, by which it was judged to be due. Raises SlotTaken,
    AlreadyRan where another run has ended since that one, Refused and InvalidWindow.
    """
    present = account_now(account, now)
    check_request(account, dataset, window, present)
    runs = SyncRun.objects.filter(
        account=account, dataset=dataset, backfill_window=part
    )
    alive_at = our_now(account, now)
    free_dead(runs, alive_at)
    run = SyncRun(
        account=account,
        dataset=dataset,
        status=status,
        start=window.start if window else None,
        end=window.end if window else None,
        trigger=trigger,
        started_by=user,
        backfill_window=part,
        attempt=runs.next_attempt(),
        started_at=present,
        heartbeat_at=alive_at,
        queued_at=now if status == SyncRun.Status.QUEUED else None,
        held_by="" if status == SyncRun.Status.QUEUED else own_mark(),
    )
    try:
        return _insert(run, runs, after)
    except IntegrityError:
        _refuse_if_held(runs, account)
    # The holder ended at this very moment, so the slot is free.
    try:
        return _insert(run, runs, after)
    except IntegrityError:
        _refuse_if_held(runs, account)
        raise  # no slot is in the way, so another try would fail as well


def _insert(run: SyncRun, runs: SyncRunQuerySet, after: int | None) -> SyncRun:
    """Store the run, unless another one has ended since the run `after`."""
    with transaction.atomic():
        run.save(force_insert=True)
        runs_changed(run.account)
        # Nobody else ends a run while this one holds the slot.
        if after is not None and runs.newest_key() != after:
            raise AlreadyRan
    return run


def _refuse_if_held(runs: SyncRunQuerySet, account: CloudAccount) -> None:
    """Raise SlotTaken where a run holds the slot, Refused where the account is gone."""
    holder = runs.active().select_related("account").first()
    if holder is not None:
        raise SlotTaken(holder) from None
    if not CloudAccount.objects.filter(pk=account.pk).exists():
        raise Refused(f"{account} was removed meanwhile.") from None


def check_request(
    account: CloudAccount, dataset: Dataset, window: Window | None, now: datetime
) -> None:
    """Raise Refused or InvalidWindow for what can't be read from this account."""
    if reason := why_not(account, dataset):
        raise Refused(reason)
    if window is None:
        return
    if not dataset.has_window:
        raise InvalidWindow(
            f"{dataset.label} are read as they are now, without a window."
        )
    readable = dataset.kept_window(account, now)
    if window.start < readable.start or window.end > readable.end:
        raise InvalidWindow(
            f"start {window.start} and end {window.end} must lie within "
            f"{readable.start} and {readable.end}: what "
            f"{account.get_provider_display()} keeps, without the running day."
        )


def take(run_id: int, now: datetime) -> SyncRun | None:
    """Return the queued run, now running; None where it is not queued any more.

    One that waited past its grace is dropped: what is due by then is queued again.
    """
    same = SyncRun.objects.filter(pk=run_id)
    same.drop_late(now, timedelta(seconds=settings.QUEUE_GRACE_SECONDS))
    queued = same.filter(status=SyncRun.Status.QUEUED)
    run = queued.select_related("account", "account__payer").first()
    if run is None:
        return None
    taken: dict[str, Any] = {
        "status": SyncRun.Status.RUNNING,
        "heartbeat_at": now,
        "started_at": account_now(run.account, now),
        "held_by": own_mark(),
    }
    if not queued.update(**taken):
        return None
    for name, value in taken.items():
        setattr(run, name, value)
    runs_changed(run.account)
    return run


def free_dead(runs: SyncRunQuerySet, now: datetime) -> None:
    """Free the slots of runs whose process has ended or sends no heartbeat."""
    if not runs.active().exists():
        return  # as nearly always, by one query rather than three
    runs.abandon(now, timedelta(seconds=settings.RUN_ABANDONED_AFTER_SECONDS))
    runs.drop_late(now, timedelta(seconds=settings.QUEUE_GRACE_SECONDS))
    for run in runs.filter(status=SyncRun.Status.RUNNING).exclude(held_by=""):
        if is_dead(run.held_by):
            same = runs.filter(pk=run.pk, held_by=run.held_by)
            same.end_active(
                now,
                "Its process was ended. What it had stored stays; the next sync reads "
                "the window again.",
            )


def held_by_processes(process_ids: Iterable[int]) -> list[int]:
    """Return those of these processes of this host that hold a run."""
    marks = {mark_of(process_id): process_id for process_id in process_ids}
    held = SyncRun.objects.filter(
        status=SyncRun.Status.RUNNING, held_by__in=list(marks)
    )
    return [marks[mark] for mark in held.values_list("held_by", flat=True)]
