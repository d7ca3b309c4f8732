"""The one way by which pages, API, admin and scheduler start syncs: runs are queued."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from celery import current_app
from kombu.exceptions import ChannelError, OperationalError
from kombu.exceptions import ConnectionError as BrokerConnectionError
from redis.exceptions import RedisError

from clouds.models import CloudAccount
from core.windows import Window
from syncs.datasets import Dataset, is_read_from
from syncs.models import SyncRun
from syncs.runs.claims import AlreadyRan, Refused, SlotTaken, check_request, claim
from users.audit import Actor, record_by

# What brokers raise, each in its own words.
AWAY = (OperationalError, ChannelError, BrokerConnectionError, RedisError, OSError)


class BrokerUnavailable(Exception):
    """No worker can be told; the message says what to do."""


@dataclass
class Started:
    """The runs that were queued, those that held their slot, and who was refused."""

    runs: list[SyncRun] = field(default_factory=list)
    taken: list[SyncRun] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """A sentence for each account of which nothing can be read."""


def start_syncs(
    accounts: Iterable[CloudAccount],
    datasets: Iterable[Dataset],
    now: datetime,
    *,
    trigger: SyncRun.Trigger,
    actor: Actor | None = None,
    window: Window | None = None,
    after: int | None = None,
) -> Started:
    """Queue a run of each dataset that each account has, and record that `actor` did.

    An account that is disabled, or that has none of the datasets, is refused; one
    whose slot is taken is named, not queued. With `after`, as for `claim`, what was
    read meanwhile is left out. Raises InvalidWindow, and BrokerUnavailable, before
    which some runs may be queued.
    """
    started, datasets, readable = Started(), list(datasets), []
    for account in accounts:
        try:
            if not account.is_enabled:
                raise Refused(f"{account} is disabled. Enable it to have it read.")
            wanted = [one for one in datasets if is_read_from(account, one)] or datasets
            for dataset in wanted:
                check_request(account, dataset, window, now)
            readable.append(account)
        except Refused as error:
            started.refused.append(str(error))
    for dataset in datasets:
        for account in readable:
            if not is_read_from(account, dataset):
                continue
            try:
                run = claim(
                    account,
                    dataset,
                    now,
                    window=window,
                    status=SyncRun.Status.QUEUED,
                    trigger=trigger,
                    user=actor.user if actor else None,
                    after=after,
                )
            except SlotTaken as taken:
                started.taken.append(taken.run)
                continue
            except AlreadyRan:
                continue
            send(run, now)
            if actor is not None:
                record_by(actor, "sync.start", run)
            started.runs.append(run)
    return started


def send(run: SyncRun, now: datetime) -> None:
    """Tell the workers of a queued run.

    Raises BrokerUnavailable, after it has closed the run.
    """
    try:
        current_app.send_task(
            Dataset(run.dataset).traits.task,
            args=[run.pk],
            # Without its broker a page must answer soon, not try for minutes.
            retry=False,
        )
    except AWAY as error:
        reason = (
            f"The queue can't be reached ({error}). Check CELERY_BROKER_URL and that "
            "its server runs, or sync by command."
        )
        SyncRun.objects.filter(pk=run.pk, status=SyncRun.Status.QUEUED).update(
            status=SyncRun.Status.FAILED, finished_at=now, error=reason
        )
        raise BrokerUnavailable(reason) from error
