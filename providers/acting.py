"""What changes a cloud: one action on one resource, if that is as it was approved.

An acting source has credentials of its own, never those that read. It refuses with a
ProviderError: CHANGED where the resource is not what was approved, PROTECTED where it
carries a protected tag, CONFLICT where the cloud says that it can't be done now,
UNFINISHED where the cloud still worked on it at the deadline.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Protocol

from providers.base import Progress
from providers.errors import ErrorKind
from providers.meter import Meter
from providers.records import (
    AccessCheck,
    AddressRecord,
    BucketRecord,
    DatabaseRecord,
    InstanceRecord,
    ResourceRecord,
    VolumeRecord,
)


class ActionKind(StrEnum):
    STOP_INSTANCE = "stop_instance"
    START_INSTANCE = "start_instance"
    RESIZE_INSTANCE = "resize_instance"
    RELEASE_ADDRESS = "release_address"
    DELETE_VOLUME = "delete_volume"
    """Always after a snapshot, which stays."""
    RESTORE_VOLUME = "restore_volume"
    """A volume like the deleted one, from its snapshot: `target`."""
    CHANGE_VOLUME_TYPE = "change_volume_type"
    SET_STORAGE_CLASS = "set_storage_class"
    """A lifecycle rule of a bucket; the access tier of a storage account."""
    STOP_DATABASE = "stop_database"
    """An RDS instance, a flexible server; clouds start it again after seven days."""
    START_DATABASE = "start_database"


REMOVALS = frozenset({ActionKind.RELEASE_ADDRESS, ActionKind.DELETE_VOLUME})
# After these it is not known whether the cloud did it: the action is run again.
UNSURE = frozenset(
    {
        *(ErrorKind.UNFINISHED, ErrorKind.THROTTLED),
        *(ErrorKind.UNAVAILABLE, ErrorKind.INCOMPLETE),
    }
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What decides whether a resource is still the one that was approved."""

    state: str = ""
    type: str = ""
    """Its instance type, volume type or storage class."""
    attached_to: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudAction:
    """One change of one resource. With the same `key` it is the same change."""

    key: str
    """Letters, digits and dashes, 32 at most: the cloud keeps it in a tag, by which a
    repeated action goes on where it stopped."""
    kind: ActionKind
    resource_id: str
    region: str = ""
    resource_group: str = ""
    target: str = ""
    """The instance type, volume type or storage class to change to, as the inventory
    and recommendations name it: "t3.small", "gp3", "StandardIAStorage", "Cool". The
    snapshot to restore a volume from."""
    expected: Seen = field(default_factory=Seen)
    """What was seen when it was approved."""

    def __str__(self) -> str:
        """As in "Stop instance i-0123 in eu-west-1"."""
        words = self.kind.replace("_", " ").capitalize()
        where = f" in {self.region}" if self.region else ""
        return f"{words} {self.resource_id}{where}"


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """What became of an action that succeeded."""

    answer: str
    """A sentence: what the cloud answered."""
    seen: Seen | None
    """As the resource is now; None: it is gone."""
    undo: CloudAction | None = None
    """What takes it back, with `key` empty: it is an action of its own. None: nothing
    does."""


@dataclass(frozen=True, slots=True)
class ActingOptions:
    """What is never touched, and how long a cloud is waited for."""

    protected_tags: Sequence[str] = ()
    """Each a key, or a key with its value as "env=production"."""
    deadline_seconds: float = 600
    poll_seconds: float = 5
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = partial(datetime.now, UTC)


class ActingSource(Protocol):
    """One account with the right to change it. Making one sends no request.

    Every method raises ProviderError, each request has a deadline, and `act` waits no
    longer than its own for what the cloud works on.
    """

    meter: Meter

    def acting_checks(self) -> Iterator[AccessCheck]:
        """Try each right to act once, without changing anything."""

    def look(self, action: CloudAction) -> ResourceRecord | None:
        """Return the resource as it is in the cloud now; None: it is gone."""

    def dry_run(self, action: CloudAction) -> str:
        """Return in a sentence what the cloud says to it, without doing it.

        It refuses what `act` would refuse at this moment.
        """

    def act(
        self, action: CloudAction, progress: Progress, *, is_repeated: bool = False
    ) -> ActionOutcome:
        """Do it, and return once the cloud shows it done.

        Repeated, as after a killed worker or UNFINISHED, it takes what it has done
        itself as expected, and goes on from there.
        """


def seen(record: ResourceRecord) -> Seen:
    """Return what of a resource decides whether it is still the same."""
    match record:
        case InstanceRecord():
            return Seen(record.state, record.instance_type, "", record.tags)
        case DatabaseRecord():
            return Seen(record.state, record.database_class, "", record.tags)
        case VolumeRecord():
            held_by = record.attached_to
            return Seen(record.state, record.volume_type, held_by, record.tags)
        case AddressRecord():
            return Seen(record.state, "", record.attached_to, record.tags)
        case BucketRecord():
            return Seen(record.state, record.access_tier, "", record.tags)
    return Seen(record.state, tags=record.tags)
