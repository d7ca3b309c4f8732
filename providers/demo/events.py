"""What happened to the company beside its plan: a presenter or somebody acted on it.

The demo stays a pure function of the account, the anchor, these events and the instant
that is asked for: what happens after that instant is not known yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class EventKind(StrEnum):
    STARTED = "started"
    STOPPED = "stopped"
    """A machine or database; of Azure deallocated, as nobody pays for what is stopped
    here."""
    RETYPED = "retyped"
    """A machine, volume or bucket becomes of the type `target`."""
    REMOVED = "removed"
    """A machine is terminated, a volume deleted, an address released."""
    SAVED = "saved"
    """A snapshot named `target` is taken of a volume."""
    ADDED = "added"
    """A machine named `what`, of the type `target`, works as `role` in a region; it is
    there for `days`."""
    SPIKE = "spike"
    """A service's usage in a place is multiplied by `factor`."""
    CPU = "cpu"
    """A machine's average CPU is `factor` percent."""
    OUTAGE = "outage"
    """A region can't be read, nothing works there, and its usage is a tenth."""
    RESTATED = "restated"
    """The bill's days before it are multiplied by `factor` from then on."""


# What a resource is since.
CHANGES = frozenset(
    {
        *(EventKind.STARTED, EventKind.STOPPED, EventKind.RETYPED),
        *(EventKind.REMOVED, EventKind.SAVED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEvent:
    """One event of one account.

    `hour` is when it happens, from the anchor's midnight. `what` is a resource's id or
    a service as the bill names it, `place` a region (on Azure's bill a resource group).
    It lasts `days`, None without an end; of RESTATED these are the days before it.
    """

    kind: EventKind
    hour: int
    what: str = ""
    place: str = ""
    target: str = ""
    role: str = ""
    factor: float = 1.0
    days: int | None = None

    @property
    def first_day(self) -> int:
        """Its first day that the bill and the metrics tell, from the anchor."""
        return self.hour // 24

    def covers(self, offset: int) -> bool:
        """Return whether it lasts on the day so many days after the anchor."""
        end = None if self.days is None else self.first_day + self.days
        return self.first_day <= offset and (end is None or offset < end)

    def restates(self, offset: int) -> bool:
        """Return whether it changes that day of the bill, which is before it."""
        return self.first_day - (self.days or 0) <= offset < self.first_day


Events = tuple[DemoEvent, ...]


def known(events: Iterable[DemoEvent], hour: int) -> Events:
    """Return what has happened by then; in one hour, in the order of `events`."""
    happened = (event for event in events if event.hour <= hour)
    return tuple(sorted(happened, key=lambda event: event.hour))


def of_resource(events: Events, resource_id: str) -> Events:
    return tuple(event for event in events if event.what == resource_id)


def is_repeated(event: DemoEvent, events: Events) -> bool:
    """Return whether the resource is so already, or the same happened in that hour."""
    last = of_resource(events, event.what)[-1:]
    if event.kind in CHANGES:
        return event in [replace(one, hour=event.hour) for one in last]
    return event in events


def of_kind(events: Events, kind: EventKind) -> Events:
    return tuple(event for event in events if event.kind is kind)


def is_down(events: Events, region: str, hour: int) -> bool:
    """Return whether the region has an outage in that hour."""
    return any(
        event.place == region
        and event.hour <= hour
        and (event.days is None or hour < event.hour + 24 * event.days)
        for event in of_kind(events, EventKind.OUTAGE)
    )
