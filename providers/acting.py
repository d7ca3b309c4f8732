"""What changes a cloud: one action on one resource, if that is as it was approved.

An acting source has credentials of its own, never those that read. It refuses with a
ProviderError: CHANGED where the resource is not what was approved, PROTECTED where it
carries a protected tag, CONFLICT where the cloud says that it can't be done now,
UNFINISHED where the cloud still worked on it at the deadline.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from providers.meter import Meter
from providers.records import (
    AccessCheck,
    AddressRecord,
    BucketRecord,
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
    CHANGE_VOLUME_TYPE = "change_volume_type"
    SET_STORAGE_CLASS = "set_storage_class"
    """A lifecycle rule of a bucket; the access tier of a storage account."""


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
    """Letters, digits and dashes, 32 at most: the cloud keeps it in tokens and tags,
    by which a repeated action goes on where it stopped."""
    kind: ActionKind
    resource_id: str
    region: str = ""
    resource_group: str = ""
    target: str = ""
    """The instance type, volume type or storage class to change to, as the inventory
    and recommendations name it: "t3.small", "gp3", "StandardIAStorage", "Cool"."""
    expected: Seen = field(default_factory=Seen)
    """What was seen when it was approved."""


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


class ActingSource(Protocol):
    """One account with the right to change it. Making one sends no request.

    Every method raises ProviderError, and none takes longer than its deadline.
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
    types = {
        InstanceRecord: "instance_type",
        VolumeRecord: "volume_type",
        BucketRecord: "access_tier",
    }
    type_of = types.get(type(record))
    is_held = isinstance(record, VolumeRecord | AddressRecord)
    return Seen(
        state=record.state,
        type=getattr(record, type_of) if type_of else "",
        attached_to=record.attached_to if is_held else "",
        tags=record.tags,
    )


def protecting_tag(tags: Mapping[str, str], protected: Sequence[str]) -> str:
    """Return the tag that protects a resource, "" without one.

    Each of `protected` is a key, or a key with its value as "env=production".
    """
    for key, value in tags.items():
        named = {key.lower(), f"{key}={value}".lower()}
        if any(one.lower() in named for one in protected):
            return f"{key}={value}" if value else key
    return ""


def refuse_protected(
    action: CloudAction, record: ResourceRecord, protected: Sequence[str]
) -> None:
    """Raise ProviderError for what carries a protected tag."""
    if tag := protecting_tag(record.tags, protected):
        raise ProviderError(
            ErrorKind.PROTECTED,
            subject(action),
            f"it carries the protected tag {tag}",
            "Nothing was changed.",
        )


def subject(action: CloudAction) -> str:
    """Return what errors are about: "Stop instance i-0123 in eu-west-1"."""
    words = action.kind.replace("_", " ").capitalize()
    where = f" in {action.region}" if action.region else ""
    return f"{words} {action.resource_id}{where}"
