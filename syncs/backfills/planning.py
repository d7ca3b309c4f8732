"""Backfills: proposed with a price, then read part by part by the workers."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from clouds.models import CloudAccount
from core.windows import ONE_DAY, InvalidWindow, Window
from syncs.backfills.transitions import DONE, transition
from syncs.datasets import Dataset
from syncs.models import Backfill, BackfillWindow, SyncRun
from syncs.runs.claims import Refused, SlotTaken, check_request, claim
from syncs.runs.start import BrokerUnavailable, send
from syncs.runs.watched import runs_changed
from users.audit import Actor, record_by

Status = Backfill.Status
Part = BackfillWindow.Status
NOT_QUEUED = "It could not be queued. Check CELERY_BROKER_URL and that its server runs."


def propose(
    account: CloudAccount,
    dataset: Dataset,
    window: Window,
    now: datetime,
    *,
    actor: Actor | None = None,
    is_outside: bool = False,
) -> Backfill:
    """Store a backfill that waits for its start, cut into parts, with its price.

    Raises Refused and InvalidWindow for what can't be read.
    """
    parts, estimated_usd = estimate(account, dataset, window, now)
    with transaction.atomic():
        backfill = Backfill.objects.create(
            account=account,
            dataset=dataset,
            start=window.start,
            end=window.end,
            estimated_usd=estimated_usd,
            is_outside=is_outside,
            created_by=actor.user if actor else None,
            created_at=now,
        )
        BackfillWindow.objects.bulk_create(
            BackfillWindow(
                backfill=backfill, start=part.start, end=part.end, due_at=now
            )
            for part in parts
        )
        if actor is not None:
            record_by(actor, "backfill.propose", backfill)
    return backfill


def estimate(
    account: CloudAccount, dataset: Dataset, window: Window, now: datetime
) -> tuple[list[Window], Decimal]:
    """Return the parts of such a backfill and what their requests will cost, in USD.

    As much per part as the account's newest good run of the dataset cost, as that is
    billed by pages and by instances, not by days. Raises Refused, also before the
    first such run, and InvalidWindow.
    """
    check_request(account, dataset, window, now)
    runs = SyncRun.objects.filter(account=account, dataset=dataset)
    newest = runs.filter(status__in=SyncRun.GOOD).order_by("-pk").first()
    if newest is None:
        raise Refused(
            f"What a backfill of {account} will cost is known only after a first sync: "
            f"run `manage.py {dataset.command} --account {account.account_id}`."
        )
    parts = cut(window, settings.BACKFILL_WINDOW_DAYS)
    return parts, newest.api_cost_usd * len(parts)


def cut(window: Window, days: int) -> list[Window]:
    """Return parts of at most so many days, the newest first, as people look there."""
    parts, end = [], window.end
    while end > window.start:
        start = max(window.start, end - ONE_DAY * days)
        parts.append(Window(start, end))
        end = start
    return parts


def change_status(backfill: Backfill, name: str, now: datetime, actor: Actor) -> str:
    """Take a transition of DONE, and return a sentence that says so.

    What is started, or resumed after a pause, has its first parts queued at once.
    Raises InvalidTransition, and BrokerUnavailable when it was started but no worker
    can be reached: it then goes on when the queue is back.
    """
    transition(backfill, name, now, actor)
    if name == "start":
        advance_backfills(now)
    return f"Backfill {backfill.pk} was {DONE[name]}."


def advance_backfills(now: datetime) -> None:
    """Close the parts whose runs have ended, and queue as many as may be at work."""
    active = BackfillWindow.objects.filter(
        status=Part.ACTIVE, backfill__is_outside=False
    )
    for part in active.select_related("backfill__account"):
        close_part(part, now)
    running = Backfill.objects.filter(status=Status.RUNNING, is_outside=False)
    for backfill in running.select_related("account", "account__payer"):
        _advance(backfill, now)


def close_part(part: BackfillWindow, now: datetime) -> None:
    """Set the part's status by its newest run, once that has ended."""
    run = part.runs.order_by("-pk").first()
    active = BackfillWindow.objects.filter(pk=part.pk, status=Part.ACTIVE)
    error = run.error if run else NOT_QUEUED
    if run is not None and run.is_active:
        return
    if run is not None and run.status == SyncRun.Status.SUCCEEDED:
        active.update(status=Part.SUCCEEDED, error="")
    elif part.attempts >= settings.BACKFILL_ATTEMPTS:
        active.update(status=Part.FAILED, error=error)
    else:
        due_at = now + _pause(part.attempts)
        active.update(status=Part.WAITING, error=error, due_at=due_at)
    runs_changed(part.backfill.account)


def _pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts."""
    retry = timedelta(minutes=settings.SYNC_RETRY_MINUTES)
    return retry * 2 ** (attempts - 1)


def _advance(backfill: Backfill, now: datetime) -> None:
    with transaction.atomic():
        # Two workers that end their parts together must not start too many.
        locked = Backfill.objects.select_for_update().filter(pk=backfill.pk)
        if not locked.filter(status=Status.RUNNING).exists():
            return  # it was paused or cancelled meanwhile
        states = list(backfill.windows.values_list("status", flat=True))
        if not {Part.WAITING, Part.ACTIVE} & set(states):
            transition(backfill, "fail" if Part.FAILED in states else "succeed", now)
        free = max(0, settings.BACKFILL_PARALLEL - states.count(Part.ACTIVE))
        # No pause is longer than the last one, unless a clock was ahead.
        too_late = now + _pause(settings.BACKFILL_ATTEMPTS)
        is_due = Q(due_at__lte=now) | Q(due_at__gt=too_late)
        waiting = backfill.windows.filter(is_due, status=Part.WAITING)
        parts = waiting.order_by("-start")[:free]
        runs = [run for part in parts if (run := _claim(backfill, part, now))]
    # Only now, as a worker must find the run. All are sent, as one that is neither sent
    # nor deleted would hold its slot until its grace is over.
    unavailable = None
    for run in runs:
        try:
            send(run)
        except BrokerUnavailable as error:
            unavailable = error
    if unavailable is not None:
        raise unavailable


def _claim(backfill: Backfill, part: BackfillWindow, now: datetime) -> SyncRun | None:
    same = BackfillWindow.objects.filter(pk=part.pk)
    try:
        run = claim(
            backfill.account,
            Dataset(backfill.dataset),
            now,
            window=part.window,
            status=SyncRun.Status.QUEUED,
            trigger=SyncRun.Trigger.BACKFILL,
            user=backfill.created_by,
            part=part,
        )
    except SlotTaken:
        return None  # it is at work already
    except (InvalidWindow, Refused) as error:
        # The cloud no longer keeps these days, or the account is read elsewhere now.
        same.update(status=Part.FAILED, error=str(error))
        return None
    same.update(status=Part.ACTIVE, attempts=part.attempts + 1)
    return run
