"""The one door through which pages, API and admin start a sync: it queues runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from celery import current_app
from django.contrib.auth.models import User
from kombu.exceptions import ChannelError, OperationalError
from kombu.exceptions import ConnectionError as BrokerConnectionError
from redis.exceptions import RedisError

from providers.windows import Window
from syncs.claims import AlreadyRan, SlotTaken, check_request, claim
from syncs.models import CloudAccount, Dataset, SyncRun

# Apps that own a dataset import this one, so their tasks are called by name.
TASKS = {
    Dataset.EC2: "inventory.tasks.sync_ec2",
    Dataset.COST: "costs.tasks.sync_cost",
    Dataset.CPU: "metrics.tasks.sync_cpu",
}


# What brokers raise, each in its own words.
AWAY = (OperationalError, ChannelError, BrokerConnectionError, RedisError, OSError)


class BrokerUnavailable(Exception):
    """No worker can be told; the message says what to do."""


@dataclass
class Started:
    """Which runs were queued, and which held their slot already."""

    runs: list[SyncRun] = field(default_factory=list)
    taken: list[SyncRun] = field(default_factory=list)


def start(
    accounts: Iterable[CloudAccount],
    dataset: Dataset,
    now: datetime,
    *,
    trigger: SyncRun.Trigger,
    user: User | None,
    window: Window | None = None,
    after: int | None = None,
) -> Started:
    """Queues a run for each account; one whose slot is taken is named, not queued.

    With `after`, as for `claim`, one that was read meanwhile is not queued.

    An account whose costs are on a payer's bill is left out, unless it is the only
    one. Raises Refused, InvalidWindow and BrokerUnavailable.
    """
    accounts = list(accounts)
    readable = [account for account in accounts if dataset in account.datasets()]
    for account in readable or accounts:
        check_request(account, dataset, window, now)
    started = Started()
    for account in readable:
        try:
            run = claim(
                account,
                dataset,
                now,
                window=window,
                status=SyncRun.Status.QUEUED,
                trigger=trigger,
                user=user,
                after=after,
            )
        except SlotTaken as taken:
            started.taken.append(taken.run)
            continue
        except AlreadyRan:
            continue
        send(run, now)
        started.runs.append(run)
    return started


def send(run: SyncRun, now: datetime) -> None:
    """Tells the workers of a queued run. Raises BrokerUnavailable, which closes the run."""
    try:
        current_app.send_task(
            TASKS[Dataset(run.dataset)],
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
