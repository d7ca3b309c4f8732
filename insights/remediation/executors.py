"""What carries actions out: the cloud, cloudintel's own syncs, and schedules."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from clouds.registry import CLOUDS, acting_for
from core.windows import InvalidWindow, utc_day
from insights.models import PowerSchedule, Remediation
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.power_hours import PowerHours
from inventory.kinds import KINDS, Kind
from providers.acting import ActingSource, ActionKind, CloudAction, Seen, seen
from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from syncs.api_usage.recording import budget_gate, record_usage
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.start import BrokerUnavailable, start_syncs

Json = dict[str, Any]


def nothing_follows(row: Remediation, now: datetime) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action that succeeded."""

    answer: str
    undo: Json = field(default_factory=dict)
    """The kind and target of what takes it back."""
    follow_up: Callable[[Remediation, datetime], Iterator[str]] = nothing_follows
    """What is done once it is stored, which yields lines of the log."""


class Executor(Protocol):
    """Does actions of some kinds. Its methods raise ProviderError."""

    def dry_run(self, row: Remediation) -> tuple[str, Json]:
        """Return what is said to it, and what was seen, without doing it."""

    def act(
        self, row: Remediation, progress: Progress, *, is_repeated: bool
    ) -> Outcome:
        """Do it, and return once it is done."""


def executor_of(row: Remediation, now: datetime) -> Executor:
    """Return what does it; no request is sent. Raise ProviderError."""
    if row.traits.needs_role and not row.account.is_enabled:
        reason, advice = (
            f"{row.account} is disabled",
            "Enable it, and propose it again.",
        )
        raise ProviderError(ErrorKind.NOT_ENABLED, str(row), reason, advice)
    if row.traits.acts is not None:
        return CloudExecutor(acting_for(row.account, now), now)
    if row.resource_id is not None:
        return ScheduleExecutor(now)
    return SyncExecutor(now)


@dataclass(frozen=True, slots=True)
class CloudExecutor:
    source: ActingSource
    now: datetime

    def dry_run(self, row: Remediation) -> tuple[str, Json]:
        return self.try_out(row, cloud_action(row, row.traits.acts))

    def try_out(self, row: Remediation, action: CloudAction) -> tuple[str, Json]:
        with self._metered(row):
            found = self._look(action)
            return self.source.dry_run(replace(action, expected=found)), asdict(found)

    def act(
        self, row: Remediation, progress: Progress, *, is_repeated: bool
    ) -> Outcome:
        if row.due_at is not None and row.schedule is None:
            return Outcome("Its schedule was deleted, so that nothing was changed.")
        with self._metered(row):
            action = cloud_action(row, row.traits.acts)
            if row.schedule is not None:
                # Nobody saw it at that hour: as it is now is as it is expected.
                found = self._look(action)
                action = replace(action, expected=found)
                is_done = is_as_scheduled(row, found.state)
                if not is_done and row.schedule.due_at(self.now) != row.due_at:
                    return Outcome("Its hours were over, so that nothing was changed.")
                if not is_repeated:
                    if is_done:
                        return Outcome(f"It was {found.state} already.")
                    progress(self.source.dry_run(action))
            outcome = self.source.act(action, progress, is_repeated=is_repeated)
        undo = outcome.undo
        taken_back = {"kind": undo.kind, "target": undo.target} if undo else {}
        return Outcome(outcome.answer, taken_back, read_again)

    def _look(self, action: CloudAction) -> Seen:
        record = self.source.look(action)
        if record is None:
            raise ProviderError(
                ErrorKind.CHANGED,
                str(action),
                "it is gone",
                "Nothing was changed.",
            )
        return seen(record)

    def _metered(self, row: Remediation) -> "Metered":
        return Metered(self.source, row, self.now)


@dataclass(frozen=True, slots=True)
class Metered:
    """Counts the requests of the block as usage of the account, whatever happens."""

    source: ActingSource
    row: Remediation
    now: datetime

    def __enter__(self) -> None:
        self.source.meter.gate = budget_gate(lambda: utc_day(self.now))

    def __exit__(self, *error: object) -> None:
        used = self.source.meter.take_new()
        record_usage(self.row.account, utc_day(self.now), used)


def cloud_action(row: Remediation, acts: ActionKind | None) -> CloudAction:
    """Return what the cloud is asked for, with what was approved as expected."""
    resource = row.resource
    if resource is None or acts is None:
        raise ValueError(f"{row} is nothing for a cloud")
    return CloudAction(
        key=row.key,
        kind=acts,
        resource_id=resource.resource_id,
        region=resource.region,
        resource_group=resource.resource_group,
        target=row.target,
        expected=Seen(**row.expected),
    )


def is_as_scheduled(row: Remediation, state: str) -> bool:
    """Return whether an instance in this state is on or off as the hour wants it."""
    is_on = state in CLOUDS[row.account.provider].billed_states
    return is_on == (row.kind == RemediationKind.START_INSTANCE)


def read_again(row: Remediation, now: datetime) -> Iterator[str]:
    """Queue a sync of such resources, so that pages show what was done."""
    if row.resource is None:
        return
    dataset = KINDS[Kind(row.resource.kind)].dataset
    try:
        started = start_syncs(
            [row.account], [dataset], now, trigger=SyncRun.Trigger.SCHEDULE
        )
    except BrokerUnavailable as error:
        yield f"The inventory is read again by the next sync: {error}"
    else:
        yield from started.sentences()


@dataclass(frozen=True, slots=True)
class ScheduleExecutor:
    """Begins and ends schedules, which stop and start instances by themselves."""

    now: datetime

    def dry_run(self, row: Remediation) -> tuple[str, Json]:
        active = PowerSchedule.objects.filter(resource=row.resource_id, ended_at=None)
        if row.kind == RemediationKind.END_SCHEDULE:
            return "Its schedule would end; it then stays as it is.", {}
        if active.exists():
            raise self._refusal(row, "it has a schedule already", "End that first.")
        # What stops and starts it must be allowed to, from the first hour on.
        cloud = CloudExecutor(acting_for(row.account, self.now), self.now)
        is_on = row.resource is not None and row.resource.is_billed
        acts = ActionKind.STOP_INSTANCE if is_on else ActionKind.START_INSTANCE
        sentence, _ = cloud.try_out(row, cloud_action(row, acts))
        return f"It would be off {PowerHours.parse(row.target)}. {sentence}", {}

    def act(
        self, row: Remediation, progress: Progress, *, is_repeated: bool
    ) -> Outcome:
        active = PowerSchedule.objects.filter(resource=row.resource_id, ended_at=None)
        if row.kind == RemediationKind.END_SCHEDULE:
            active.update(ended_at=self.now)
            return Outcome("Its schedule ended. It stays as it is now.")
        schedule, _ = active.get_or_create(
            resource=row.resource,
            ended_at=None,
            defaults={
                "account": row.account,
                "approved_by": row.approved_by,
                "since": self.now,
                "off": row.target,
            },
        )
        undo = {"kind": RemediationKind.END_SCHEDULE, "target": ""}
        return Outcome(
            f"It is stopped and started from now on: off {schedule.hours}.", undo
        )

    def _refusal(self, row: Remediation, reason: str, advice: str) -> ProviderError:
        return ProviderError(ErrorKind.CONFLICT, str(row), reason, advice)


@dataclass(frozen=True, slots=True)
class SyncExecutor:
    """Restarts syncs and ends those at work, which changes nothing in a cloud."""

    now: datetime

    def dry_run(self, row: Remediation) -> tuple[str, Json]:
        return f"{row} changes nothing in a cloud.", {}

    def act(
        self, row: Remediation, progress: Progress, *, is_repeated: bool
    ) -> Outcome:
        run = row.run
        if run is None:
            raise ValueError(f"{row} is about no run")
        if row.kind == RemediationKind.FREE_SLOT:
            return self._free(row, run)
        return self._restart(run)

    def _free(self, row: Remediation, run: SyncRun) -> Outcome:
        same = SyncRun.objects.filter(pk=run.pk)
        by = row.approved_by or "a user"
        reason = f"Ended by {by}. What it had stored stays; the next sync reads again."
        ended = same.end_active(self.now, reason)
        return Outcome("Its slot is free." if ended else "It had ended already.")

    def _restart(self, run: SyncRun) -> Outcome:
        try:
            started = start_syncs(
                [run.account],
                [Dataset(run.dataset)],
                self.now,
                trigger=SyncRun.Trigger.SCHEDULE,
                window=run.window,
            )
        except BrokerUnavailable as error:
            raise _not_restarted(run, ErrorKind.UNAVAILABLE, str(error)) from None
        except InvalidWindow as error:
            raise _not_restarted(run, ErrorKind.INVALID, str(error)) from None
        sentence = " ".join(started.sentences())
        if started.refused:
            raise _not_restarted(run, ErrorKind.INVALID, sentence)
        return Outcome(sentence)


def _not_restarted(run: SyncRun, kind: ErrorKind, reason: str) -> ProviderError:
    return ProviderError(kind, f"Restart of run {run.pk}", reason, "")
