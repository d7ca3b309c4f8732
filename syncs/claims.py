"""Who reads: the slot of an account and dataset, held by one run at a time.

The slot is a database constraint, so that of a schedule, a person, a command and a
worker only one gets it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from providers.windows import InvalidWindow, Window
from syncs.clouds import kept_window
from syncs.models import CloudAccount, Dataset, SyncRun


class SlotTaken(Exception):
    """Another run of this account and dataset is queued or running."""

    def __init__(self, run: SyncRun) -> None:
        super().__init__(
            f"{run.get_dataset_display()} of {run.account}: run {run.pk} is already "
            f"{run.get_status_display().lower()} since {run.started_at:%Y-%m-%d %H:%M} "
            "UTC. Wait for it to end."
        )
        self.run = run


class Refused(ValueError):
    """This can't be read from this account; the message says what to do instead."""


def claim(
    account: CloudAccount,
    dataset: Dataset,
    now: datetime,
    *,
    window: Window | None = None,
    status: SyncRun.Status = SyncRun.Status.RUNNING,
    trigger: SyncRun.Trigger = SyncRun.Trigger.COMMAND,
    user: User | None = None,
) -> SyncRun:
    """A new run that holds the slot of the account's dataset.

    Without a window the run finds out itself what is due. Raises SlotTaken, Refused
    and InvalidWindow.
    """
    check_request(account, dataset, window, now)
    runs = SyncRun.objects.filter(account=account, dataset=dataset)
    runs.abandon(now, timedelta(seconds=settings.RUN_ABANDONED_AFTER_SECONDS))
    run = SyncRun(
        account=account,
        dataset=dataset,
        status=status,
        start=window.start if window else None,
        end=window.end if window else None,
        trigger=trigger,
        started_by=user,
        started_at=now,
        heartbeat_at=now,
    )
    while True:
        try:
            with transaction.atomic():
                run.save(force_insert=True)
            return run
        except IntegrityError:
            holder = runs.active().select_related("account").first()
            if holder is not None:
                raise SlotTaken(holder) from None
            # It ended in this very moment, so the slot is free.


def check_request(
    account: CloudAccount, dataset: Dataset, window: Window | None, now: datetime
) -> None:
    """Raises Refused or InvalidWindow for what can't be read from this account."""
    if dataset not in account.datasets():
        raise Refused(
            f"The costs of {account} are on the bill of {account.payer}: sync that "
            "account instead."
        )
    if window is None:
        return
    if dataset == Dataset.EC2:
        raise InvalidWindow("EC2 instances are read as they are now, without a window.")
    kept = kept_window(account, dataset, now)
    if window.start < kept.start or window.end > kept.end:
        raise InvalidWindow(
            f"start {window.start} and end {window.end} must lie within {kept.start} "
            f"and {kept.end}: what {account.get_provider_display()} keeps, without "
            "the running day."
        )


def take(run_id: int, now: datetime) -> SyncRun | None:
    """The queued run, now running; None where somebody else was faster."""
    queued = SyncRun.objects.filter(pk=run_id, status=SyncRun.Status.QUEUED)
    if queued.update(status=SyncRun.Status.RUNNING, heartbeat_at=now, started_at=now):
        return SyncRun.objects.select_related("account", "account__payer").get(
            pk=run_id
        )
    return None
