"""The life of a run: claim the slot, show progress, store and close in one step.

The slot of an account and dataset is a database constraint, so that of a schedule, a
person, a command and a worker only one reads it. Who lost the slot, because it was
taken for dead, stores nothing.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from providers.base import Provider
from providers.errors import ProviderError
from providers.windows import Window
from syncs.models import CloudAccount, Dataset, SyncRun, Watermark

logger = logging.getLogger(__name__)

# A heartbeat is written at most so often, however fast pages arrive.
HEARTBEAT_SECONDS = 5.0


class SlotTaken(Exception):
    """Another run of this account and dataset is queued or running."""

    def __init__(self, run: SyncRun) -> None:
        super().__init__(
            f"{run.get_dataset_display()} of {run.account}: run {run.pk} is already "
            f"{run.get_status_display().lower()} since {run.started_at:%Y-%m-%d %H:%M} "
            "UTC. Wait for it to end."
        )
        self.run = run


class SlotLost(Exception):
    """This run was taken for dead, or was taken over; what it read is not stored."""


class SyncFailed(Exception):
    """The answer can't be stored; the message says why and what to do."""


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
    """A new run that holds the slot of the account's dataset. Raises SlotTaken."""
    runs = SyncRun.objects.filter(account=account, dataset=dataset)
    runs.abandon(now, timedelta(seconds=settings.RUN_ABANDONED_AFTER_SECONDS))
    try:
        with transaction.atomic():
            return SyncRun.objects.create(
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
    except IntegrityError:
        holder = runs.active().select_related("account").first()
        if holder is None:  # it ended in this very moment
            return claim(
                account,
                dataset,
                now,
                window=window,
                status=status,
                trigger=trigger,
                user=user,
            )
        raise SlotTaken(holder) from None


@dataclass
class Reading:
    """A run at work: what a sync function holds while it reads and stores."""

    run: SyncRun
    provider: Provider
    notes: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _last_beat: float = 0.0

    @property
    def now(self) -> datetime:
        """The run's own clock: its start, and the time that has passed since."""
        return self.run.started_at + timedelta(seconds=time.monotonic() - self._began)

    def progress(self, sentence: str) -> None:
        """Says what is being read, as a sign of life. Raises SlotLost."""
        if time.monotonic() - self._last_beat < HEARTBEAT_SECONDS:
            return
        self._last_beat = time.monotonic()
        self._update_held(heartbeat_at=self.now, progress=sentence[:200])

    def note(self, failure: Exception) -> None:
        """A part failed: the run goes on without it and ends as partial."""
        self.notes.append(str(failure))

    @contextmanager
    def storing(self) -> Iterator[None]:
        """One transaction for what was read; it ends with the slot still held."""
        with transaction.atomic():
            self._update_held(heartbeat_at=self.now, progress="storing")
            yield

    def finish(self, rows: int, read_until: Window | None = None) -> None:
        """Closes the run, and moves the watermark last where nothing is missing."""
        status = SyncRun.Status.PARTIAL if self.notes else SyncRun.Status.SUCCEEDED
        self._close(status, "\n".join(self.notes), rows)
        if read_until and not self.notes:
            move_watermark(self.run, read_until, self.now)

    def fail(self, error: str) -> None:
        """Closes the run with its reason, unless somebody else has already."""
        try:
            self._close(SyncRun.Status.FAILED, error, rows=0)
        except SlotLost:
            logger.warning("run %s was closed by another process", self.run.pk)

    def _close(self, status: SyncRun.Status, error: str, rows: int) -> None:
        meter = self.provider.meter
        self._update_held(
            status=status,
            finished_at=self.now,
            heartbeat_at=self.now,
            progress="",
            rows=rows,
            requests=meter.requests,
            requests_by_operation=dict(meter.requests_by_operation),
            api_cost_usd=meter.usd,
            error=error,
        )

    def _update_held(self, **values: object) -> None:
        held = SyncRun.objects.filter(pk=self.run.pk, status=SyncRun.Status.RUNNING)
        if held.update(**values) != 1:
            raise SlotLost(f"run {self.run.pk} no longer holds its slot")
        for name, value in values.items():
            setattr(self.run, name, value)


@contextmanager
def reading(run: SyncRun, provider: Provider) -> Iterator[Reading]:
    """The body of a run. A failed read closes it with its reason and goes no further.

    Whatever else goes wrong closes the run too, and is raised on.
    """
    current = Reading(run, provider)
    try:
        yield current
    except (ProviderError, SyncFailed) as error:
        logger.warning("%s: %s", run, error)
        current.fail(str(error))
    except SlotLost as error:
        logger.warning("%s: %s", run, error)
        run.refresh_from_db()
    except KeyboardInterrupt:
        current.fail("Interrupted. What was stored before stays; start it again.")
        raise
    except Exception as error:
        current.fail(f"Unexpected {type(error).__name__}: {error}")
        raise


def move_watermark(run: SyncRun, window: Window, now: datetime) -> None:
    """Every day up to the end of `window` is stored, if none was missing before it."""
    mark, _ = Watermark.objects.get_or_create(
        account=run.account,
        dataset=run.dataset,
        defaults={"read_until": window.end, "updated_at": now},
    )
    if window.start <= mark.read_until < window.end:
        mark.read_until = window.end
        mark.updated_at = now
        mark.save(update_fields=["read_until", "updated_at"])


def read_until(account: CloudAccount, dataset: Dataset) -> "Watermark | None":
    return Watermark.objects.filter(account=account, dataset=dataset).first()
