"""The one way by which pages, API, admin and scheduler start syncs: runs are queued."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from celery import current_app
from kombu.exceptions import ChannelError, OperationalError
from kombu.exceptions import ConnectionError as BrokerConnectionError

from clouds.models import CloudAccount
from core.clocks import recent
from core.refusals import Refusal
from core.windows import InvalidWindow, Window
from syncs.datasets import Dataset, is_read_from, why_not
from syncs.models import SyncRun
from syncs.runs.claims import AlreadyRan, Refused, SlotTaken, claim
from syncs.runs.watched import runs_changed
from users.audit import Actor, record_by


class BrokerUnavailable(Refusal):
    """No worker can be reached; the message says what to do."""

    is_away = True


LOST_AFTER = timedelta(minutes=2)
CONNECT_SECONDS = 3
# Redis has no list that is empty. Of a server of AMQP it is a number.
NO_SUCH_QUEUE = (404, "404")
# A sentence that names more is no longer read.
NAMED_IN_A_SENTENCE = 10


@dataclass
class Started:
    """The runs that were queued, those that held their slot, and who was refused."""

    runs: list[SyncRun] = field(default_factory=list)
    taken: list[SyncRun] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """A sentence for each account of which nothing can be read."""

    def sentences(self) -> list[str]:
        """Say what was started, what is running already, and what was refused."""
        groups = {
            "Started": [_name(run) for run in self.runs],
            "Already running": [_name(run) for run in self.taken],
            "Not started": [reason.rstrip(".") for reason in self.refused],
        }
        return [_sentence(title, names) for title, names in groups.items() if names]


def _name(run: SyncRun) -> str:
    return f"{run.get_dataset_display()} of {run.account}"


def _sentence(title: str, names: Sequence[str]) -> str:
    more = len(names) - NAMED_IN_A_SENTENCE
    rest = f" and {more:,} more" if more > 0 else ""
    return f"{title}: {'; '.join(names[:NAMED_IN_A_SENTENCE])}{rest}."


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
    read meanwhile is left out. Raises InvalidWindow where no account can be asked for
    the window, and BrokerUnavailable, before which some runs may be queued.
    """
    started, datasets, readable = Started(), list(datasets), []
    invalid_window: InvalidWindow | None = None
    for account in accounts:
        if not account.is_enabled:
            reason = f"{account} is disabled. Enable it to have it read."
            started.refused.append(reason)
        elif not any(is_read_from(account, dataset) for dataset in datasets):
            started.refused.append(why_not(account, datasets[0]))
        else:
            readable.append(account)
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
            except Refused as error:
                started.refused.append(str(error))
                continue
            except InvalidWindow as error:
                invalid_window = error
                started.refused.append(f"{dataset.label} of {account}: {error}")
                continue
            except AlreadyRan:
                continue
            send(run)
            if actor is not None:
                record_by(actor, "sync.start", run)
            started.runs.append(run)
    if invalid_window and not started.runs and not started.taken:
        raise invalid_window
    return started


def send(run: SyncRun) -> None:
    """Send a queued run to the workers.

    Raises BrokerUnavailable once the run is deleted: nothing was tried, so nothing has
    failed, and no later try waits for it.
    """
    try:
        _send_message(run)
    except BrokerUnavailable:
        SyncRun.objects.filter(pk=run.pk, status=SyncRun.Status.QUEUED).delete()
        runs_changed(run.account)
        raise


def _send_message(run: SyncRun) -> None:
    try:
        current_app.send_task(
            Dataset(run.dataset).traits.task,
            args=[run.pk],
            # Without its broker a page must answer soon, not try for minutes.
            retry=False,
        )
    except broker_errors() as error:
        raise BrokerUnavailable(
            f"The queue can't be reached ({error}). Check CELERY_BROKER_URL and that "
            "its server runs, or sync by command."
        ) from error


def send_lost(now: datetime) -> int:
    """Send queued runs again of which the queue has no message, as after a Redis that
    was killed; return how many.

    A worker may have the message and be busy: a run that is sent twice is read once.
    Raises BrokerUnavailable.
    """
    queued = SyncRun.objects.filter(status=SyncRun.Status.QUEUED)
    runs = list(queued.exclude(recent("queued_at", now, LOST_AFTER)).order_by("pk"))
    if not runs or not _is_queue_empty():
        return 0
    for run in runs:
        _send_message(run)  # which was sent before, and stays
    return len(runs)


def _is_queue_empty() -> bool:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
            name = current_app.conf.task_default_queue
            found = broker.channel().queue_declare(name, passive=True)
            return not found.message_count
    except ChannelError as error:
        if error.reply_code in NO_SUCH_QUEUE:
            return True
        raise BrokerUnavailable(str(error)) from error
    except broker_errors() as error:
        raise BrokerUnavailable(f"The queue can't be reached ({error}).") from error


def broker_errors() -> tuple[type[Exception], ...]:
    """Return what brokers raise, each in its own words."""
    # It takes a tenth of the start of a process, of which few need it.
    from redis.exceptions import RedisError

    return OperationalError, ChannelError, BrokerConnectionError, RedisError, OSError
