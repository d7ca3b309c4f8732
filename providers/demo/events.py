"""What happened to the company beside its plan: somebody conducts it, or acts on it.

The demo stays a pure function of the account, the anchor, these events and the instant
that is asked for: what happens after that instant is not known yet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    STARTED = "started"
    STOPPED = "stopped"
    """A machine; of Azure deallocated, as nobody pays for what is stopped here."""
    RETYPED = "retyped"
    """A machine, volume or bucket becomes of the type `target`."""
    REMOVED = "removed"
    """A machine is terminated, a volume deleted, an address released."""
    SAVED = "saved"
    """A snapshot named `target` is taken of a volume."""
    ADDED = "added"
    """A machine named `what`, of the type `target`, that works as `role`."""
    SPIKE = "spike"
    """A service's usage in a place is multiplied by `factor`."""
    CPU = "cpu"
    """A machine's average CPU is `factor` percent."""
    OUTAGE = "outage"
    """A region can't be read, nothing works there, and its usage is a tenth."""
    RESTATED = "restated"
    """The bill's days before it are multiplied by `factor` from then on."""


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


Events = tuple[DemoEvent, ...]


def known(events: Iterable[DemoEvent], hour: int) -> Events:
    """Return what has happened by then, in order."""
    return tuple(sorted((e for e in events if e.hour <= hour), key=_order))


def of_resource(events: Sequence[DemoEvent], resource_id: str) -> list[DemoEvent]:
    return [event for event in events if event.what == resource_id]


def _order(event: DemoEvent) -> tuple[int, str, str]:
    return event.hour, event.what, event.kind
