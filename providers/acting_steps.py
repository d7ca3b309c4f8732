"""How every cloud acts: look, compare with what was approved, change, look again."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar, runtime_checkable

from providers.acting import (
    REMOVALS,
    UNSURE,
    ActingOptions,
    ActionKind,
    ActionOutcome,
    CloudAction,
    seen,
)
from providers.approved import check_approved
from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from providers.meter import Meter
from providers.records import AccessCheck, ResourceRecord

FoundT = TypeVar("FoundT")
OPPOSITES = {
    ActionKind.STOP_INSTANCE: ActionKind.START_INSTANCE,
    ActionKind.START_INSTANCE: ActionKind.STOP_INSTANCE,
    ActionKind.STOP_DATABASE: ActionKind.START_DATABASE,
    ActionKind.START_DATABASE: ActionKind.STOP_DATABASE,
}


class Change(Protocol):
    """One action as one cloud does it. Doing it twice is doing it once."""

    def look(self) -> ResourceRecord | None:
        """Return the resource as it is now; None: it is gone."""

    def dry_run(self, record: ResourceRecord) -> str:
        """Return what the cloud says to it. Raise ProviderError."""

    def do(self, record: ResourceRecord, task: "Task") -> str:
        """Return once it is done what the cloud answered. Raise ProviderError."""


@runtime_checkable
class Restorable(Protocol):
    """A removal that left what it can be taken back from."""

    def restoring(self) -> CloudAction | None:
        """Return what takes it back, once it is done; None: nothing does."""


@dataclass(frozen=True, slots=True)
class Task:
    """One execution of an action, with its deadline."""

    action: CloudAction
    options: ActingOptions
    progress: Progress
    ends_at: float

    def until(self, what: str, condition: Callable[[], FoundT | None]) -> FoundT:
        """Wait for what the cloud works on. Raise ProviderError at the deadline."""
        while (found := condition()) is None:
            left = self.ends_at - self.options.clock()
            if left <= 0:
                raise ProviderError(
                    ErrorKind.UNFINISHED,
                    str(self.action),
                    f"after {self.options.deadline_seconds:g} s the cloud still works "
                    f"on it ({what})",
                    "It continues there: run the action again to see its end.",
                    self.action.region,
                )
            self.progress(f"Waiting: {what}")
            self.options.wait(min(self.options.poll_seconds, left))
        return found

    def check_again(self, record: ResourceRecord | None) -> ResourceRecord:
        """Return it, if it is still as approved. Raise ProviderError."""
        protected = self.options.protected_tags
        return check_approved(self.action, record, protected, is_repeated=True)


class ActingProvider:
    """What acts in one account; a cloud adds its changes and its checks."""

    def __init__(self, options: ActingOptions) -> None:
        self.meter = Meter()
        self._acting = options

    @abstractmethod
    def change(self, action: CloudAction) -> Change:
        """Return how this cloud does it. Raise ProviderError."""

    @abstractmethod
    def acting_checks(self) -> Iterator[AccessCheck]: ...

    def look(self, action: CloudAction) -> ResourceRecord | None:
        return self.change(action).look()

    def dry_run(self, action: CloudAction) -> str:
        change = self.change(action)
        protected = self._acting.protected_tags
        return change.dry_run(check_approved(action, change.look(), protected))

    def act(
        self, action: CloudAction, progress: Progress, *, is_repeated: bool = False
    ) -> ActionOutcome:
        change, options = self.change(action), self._acting
        record = change.look()
        if record is None and is_repeated and action.kind in REMOVALS:
            gone = "It is gone, as the earlier run left it."
            return ActionOutcome(gone, None, _restoring(change))
        record = check_approved(
            action, record, options.protected_tags, is_repeated=is_repeated
        )
        ends_at = options.clock() + options.deadline_seconds
        answer = change.do(record, Task(action, options, progress, ends_at))
        after = change.look()
        taken_back_by = _restoring(change) or undo(action, after)
        return ActionOutcome(answer, seen(after) if after else None, taken_back_by)


def _restoring(change: Change) -> CloudAction | None:
    return change.restoring() if isinstance(change, Restorable) else None


def undo(action: CloudAction, after: ResourceRecord | None) -> CloudAction | None:
    """Return what takes it back, from what the resource has become.

    What was removed may be listed for a while.
    """
    if after is None or action.kind in (*REMOVALS, ActionKind.RESTORE_VOLUME):
        return None
    kind = OPPOSITES.get(action.kind, action.kind)
    target = action.expected.type if action.target else ""
    return replace(action, key="", kind=kind, target=target, expected=seen(after))


def do_or_take_back(do: Callable[[], None], take_back: Callable[[], str]) -> None:
    """Do several steps. Where one is refused, take back those before it, and raise a
    ProviderError that says how the resource is then."""
    try:
        do()
    except ProviderError as error:
        if error.kind in UNSURE:
            raise
        try:
            now = take_back()
        except ProviderError as again:
            if again.kind in UNSURE:
                raise
            now = (
                f"It could not be made as before ({again.reason}), and may be off: "
                "look at it in its cloud."
            )
        raise ProviderError(
            error.kind, error.reading, error.reason, now, error.region
        ) from error
