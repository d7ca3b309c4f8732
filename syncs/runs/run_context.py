"""A run at work: show progress, store, and close, while its claim is held.

A run that lost its claim, because it was taken for dead, stores nothing.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from clouds.demo_clock import our_now
from clouds.models import CloudAccount
from clouds.registry import provider_for
from clouds.versions import bump_version
from core.db.storable import storable
from core.windows import Window, utc_day
from providers.base import Progress, Provider
from providers.errors import ProviderError, by_cause
from syncs.api_usage.recording import budget_gate, record_usage
from syncs.models import SyncRun
from syncs.runs.stopping import Stopped
from syncs.runs.watched import runs_changed
from syncs.runs.watermarks import move_watermarks

logger = logging.getLogger(__name__)

# A heartbeat is written at most so often, however fast pages arrive.
HEARTBEAT_SECONDS = 5.0
# Celery counts from when it hands a task over, a moment before the task begins.
TIME_LIMIT_TOLERANCE_SECONDS = 1.0

S = TypeVar("S")


class ClaimLost(Exception):
    """This run was taken for dead, or was taken over; what it read is not stored."""


class SyncFailed(Exception):
    """The answer can't be stored; the message says why and what to do."""


@dataclass
class RunContext:
    """A run at work: what a sync function holds while it reads and stores."""

    run: SyncRun
    on_progress: Progress
    failures: list[ProviderError] = field(default_factory=list)
    warnings: list[ProviderError] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What was stored otherwise than it was answered."""
    rows: int = 0
    """Rows that are stored so far, by parts that are whole each."""
    _began: float = field(default_factory=time.monotonic)
    _last_beat: float = 0.0

    def __post_init__(self) -> None:
        # It finds out itself what to read, rather than being asked for a window.
        self.is_due = self.run.window is None

    @property
    def now(self) -> datetime:
        """The run's own clock: its start, and the time that has passed since."""
        return self.run.started_at + timedelta(seconds=time.monotonic() - self._began)

    @property
    def alive_at(self) -> datetime:
        return our_now(self.run.account, self.now)

    @cached_property
    def provider(self) -> Provider:
        provider = provider_for(self.run.account, self.run.started_at)
        provider.meter.gate = budget_gate(lambda: utc_day(self.now))
        return provider

    def source(self, capability: type[S]) -> S:
        """The provider as what has that capability, which the claim made sure of."""
        if not isinstance(self.provider, capability):
            raise TypeError(f"{self.run.account} has no {capability.__name__}")
        return self.provider

    def begin(self, window: Window) -> None:
        """Store the window that this run turns out to read."""
        structlog.contextvars.bind_contextvars(window=str(window))
        self._update_held(start=window.start, end=window.end)

    def progress(self, sentence: str) -> None:
        """Store what is being read, as a heartbeat. Raises ClaimLost."""
        self.on_progress(sentence)
        if time.monotonic() - self._last_beat < HEARTBEAT_SECONDS:
            return
        self._last_beat = time.monotonic()
        self._update_held(
            heartbeat_at=self.alive_at,
            progress=sentence[:200],
            rows=self.rows,
            **self.metered(),
        )
        self.record_usage()

    def record_failed_part(self, failure: ProviderError) -> None:
        """Go on without a part that failed; the run ends as partial."""
        self.failures.append(failure)

    def add_warning(self, failure: ProviderError) -> None:
        """Name a detail that is missing; the run can still succeed."""
        self.warnings.append(failure)

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Store what was read in one transaction, which the slot is held through."""
        with transaction.atomic():
            # Parts of a backfill may reach into the same days: one stores at a time.
            same = CloudAccount.objects.filter(pk=self.run.account_id)
            if not same.select_for_update(no_key=True).first():
                raise ClaimLost(f"the account of run {self.run.pk} was removed")
            self._update_held(heartbeat_at=self.alive_at, progress="storing")
            yield
            bump_version(self.run.account, self.run.dataset)

    def finish(self, rows: int, read: Mapping[str, Window]) -> None:
        """Close the run, and last move the watermark of each region that was read."""
        status = SyncRun.Status.PARTIAL if self.failures else SyncRun.Status.SUCCEEDED
        self._close(status, self._what_failed(), rows)
        move_watermarks(self.run, read, self.now, due=self.is_due)

    def finish_parts(self, parts_read: int, read: Mapping[str, Window]) -> None:
        """Close a run that reads region by region. Raises SyncFailed if none was."""
        if self.failures and not parts_read:
            raise SyncFailed(self._what_failed())
        with transaction.atomic():
            self.finish(self.rows, read)

    def fail(self, error: str) -> None:
        """Close the run with its reason, unless another process has already."""
        try:
            self._close(SyncRun.Status.FAILED, error, self.rows)
        except ClaimLost:
            logger.warning("run %s was closed by another process", self.run.pk)

    def _what_failed(self) -> str:
        """Return a line per cause, however many regions have it."""
        causes = [*by_cause(self.failures), *by_cause(self.warnings)]
        return "\n".join([*map(str, causes), *filter(None, self.remarks)])

    def _close(self, status: SyncRun.Status, error: str, rows: int) -> None:
        self._update_held(
            status=status,
            finished_at=self.now,
            heartbeat_at=self.alive_at,
            progress="",
            rows=rows,
            error=storable(error),
            **self.metered(),
        )

    def record_usage(self) -> None:
        """Store the requests since the last time; never in a transaction.

        One that is rolled back would lose what was requested nevertheless.
        """
        if "provider" in self.__dict__:
            used = self.provider.meter.take_new()
            try:
                record_usage(self.run.account, utc_day(self.now), used)
            except IntegrityError:
                if CloudAccount.objects.filter(pk=self.run.account_id).exists():
                    raise
                logger.warning("the account of run %s was removed", self.run.pk)

    def metered(self) -> dict[str, object]:
        """Return the columns of the run that count its requests."""
        if "provider" not in self.__dict__:  # it failed before it could be made
            return {}
        meter = self.provider.meter
        return {
            "requests": meter.requests,
            "requests_by_operation": dict(meter.requests_by_operation),
            "api_cost_usd": meter.usd,
        }

    def _update_held(self, **values: object) -> None:
        held = SyncRun.objects.filter(pk=self.run.pk, status=SyncRun.Status.RUNNING)
        if held.update(**values) != 1:
            raise ClaimLost(f"run {self.run.pk} no longer holds its slot")
        runs_changed(self.run.account)
        for name, value in values.items():
            setattr(self.run, name, value)


@contextmanager
def run_context(run: SyncRun, on_progress: Progress) -> Iterator[RunContext]:
    """Run the block as the body of a run; a failed read closes the run with its reason.

    Any other error closes the run too, and is raised.
    """
    current = RunContext(run, on_progress)
    about = {
        "account": run.account.account_id,
        "dataset": run.dataset,
        "run": run.pk,
        "window": str(run.window or ""),
    }
    with structlog.contextvars.bound_contextvars(**about):
        # A command prints itself how its runs went.
        is_logged = run.trigger != SyncRun.Trigger.COMMAND
        if is_logged:
            logger.info("run started")
        with _closing(current):
            yield current
        if is_logged:
            level = logging.INFO if run.status in SyncRun.GOOD else logging.WARNING
            outcome = {"rows": run.rows, "error": run.error}
            logger.log(level, "run %s", run.status, extra=outcome)


@contextmanager
def _closing(current: RunContext) -> Iterator[None]:
    run = current.run
    try:
        yield
    except (ProviderError, SyncFailed) as error:
        current.fail(str(error))
    except ClaimLost:
        # Another process closed it, without the numbers of its requests.
        SyncRun.objects.filter(pk=run.pk).update(**current.metered())
        try:
            run.refresh_from_db()
        except SyncRun.DoesNotExist:
            run.status = SyncRun.Status.ABANDONED
            run.error = f"{run.account} was removed meanwhile."
    except (KeyboardInterrupt, SystemExit):
        current.fail("Interrupted. What was stored before stays; start it again.")
        raise
    except Stopped as stopped:
        current.fail(_ended_by_worker(stopped.seconds))
    except Exception as error:
        # A connection that broke in the middle must not keep the run open.
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        current.fail(f"Unexpected {type(error).__name__}: {error}")
        raise
    finally:
        current.record_usage()


def _ended_by_worker(seconds: float) -> str:
    """Return why, by how long the task had lasted when it was ended."""
    limit = settings.SYNC_TIME_LIMIT_SECONDS
    if seconds < limit - TIME_LIMIT_TOLERANCE_SECONDS:
        return "Its worker was stopped. What was stored before stays; it is read again."
    return (
        f"It took longer than {limit} s and was ended. Raise SYNC_TIME_LIMIT_SECONDS "
        "if the account is that large."
    )


def say_nothing(sentence: str) -> None:
    """Take the progress of a sync that is not shown."""
