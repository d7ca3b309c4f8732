"""Lines of estate.csv: what the company has beside its machines, and its ids."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Any

from providers.demo.company import ACCOUNT_IDS, CLOUD_OF, Cloud, table
from providers.demo.events import EventKind, Events, of_kind, of_resource
from providers.demo.fleet import at, tags_of
from providers.demo.lives import FOREVER, Run, azure_id, hour_of
from providers.demo.shapes import digest

# What begins the id of each kind in AWS; the others have a name or an ARN.
PREFIXES = {
    "volume": "vol",
    "snapshot": "snap",
    "address": "eipalloc",
    "nat-gateway": "nat",
}
AZURE_TYPES = {
    "volume": "microsoft.compute/disks",
    "snapshot": "microsoft.compute/snapshots",
    "bucket": "microsoft.storage/storageaccounts",
    "database": "microsoft.dbforpostgresql/flexibleservers",
    "address": "microsoft.network/publicipaddresses",
    "nat-gateway": "microsoft.network/natgateways",
    "load-balancer": "microsoft.network/loadbalancers",
}
MYSQL = "microsoft.dbformysql/flexibleservers"
# How each cloud calls the state of what is there, and of what is in use or left over.
STATES: Mapping[Cloud, Mapping[str, str]] = {
    Cloud.AWS: {
        "snapshot": "completed",
        "bucket": "",
        "database": "available",
        "stopped": "stopped",
        "associated": "associated",
        "unassociated": "unassociated",
        "nat-gateway": "available",
        "load-balancer": "active",
        "attached": "in-use",
        "unattached": "available",
    },
    Cloud.AZURE: {
        "snapshot": "succeeded",
        "bucket": "available",
        "database": "ready",
        "stopped": "stopped",
        "associated": "associated",
        "unassociated": "unassociated",
        "nat-gateway": "succeeded",
        "load-balancer": "succeeded",
        "attached": "attached",
        "unattached": "unattached",
    },
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A line of estate.csv; its kind decides what `type`, `size` and `extra` mean."""

    account_id: str
    kind: str
    region: str
    group: str
    team: str
    name: str
    created: int
    deleted: int
    type: str
    size: int
    extra: str
    tier: str = ""
    """Where all of a bucket lies, once somebody moved it."""
    off: tuple[tuple[int, int], ...] = ()
    """The hours from and until which a database is stopped, or a volume deleted that
    was restored."""

    @property
    def cloud(self) -> Cloud:
        return CLOUD_OF[self.account_id]

    @property
    def engine(self) -> str:
        """A database's; "" of everything else."""
        return self.extra.split()[0] if self.kind == "database" else ""

    @property
    def id(self) -> str:
        digits = digest(self.kind, self.account_id, self.name)[:16]
        if self.cloud is Cloud.AZURE:
            is_mysql = self.extra.startswith("mysql")
            resource_type = MYSQL if is_mysql else AZURE_TYPES[self.kind]
            return azure_id(self.account_id, self.group, resource_type, self.name)
        if self.kind == "database":
            return f"arn:aws:rds:{self.region}:{self.account_id}:db:{self.name}"
        if self.kind == "load-balancer":
            path = f"{self.type[:3]}/{self.name}/{digest(self.name)[:16]}"
            return (
                f"arn:aws:elasticloadbalancing:{self.region}:{self.account_id}"
                f":loadbalancer/{path}"
            )
        prefix = PREFIXES.get(self.kind)
        return f"{prefix}-0{digits}" if prefix else self.name

    def is_off(self, hour: int) -> bool:
        return any(start <= hour < end for start, end in self.off)

    def hours_on(self, offset: int) -> int:
        """Return for how many hours of a day it was neither stopped nor deleted."""
        return self.hours_existing(offset) - sum(
            Run(start, min(end, self.deleted), "").hours_on(offset)
            for start, end in self.off
        )

    def hours_existing(self, offset: int) -> int:
        """Return how many hours of a day lie between its creation and its end."""
        return Run(self.created, self.deleted, "").hours_on(offset)

    def head(self, anchor: date, state: str = "") -> dict[str, Any]:
        """Return what any record has; nobody names what nobody put a team on."""
        has_name = self.team or self.cloud is Cloud.AZURE or self.kind not in PREFIXES
        return {
            "resource_id": self.id,
            "region": self.region,
            "resource_group": self.group,
            "state": STATES[self.cloud][state or self.kind],
            "name": self.name if has_name else "",
            # No cloud tells since when an address is reserved.
            "created_at": None if self.kind == "address" else at(anchor, self.created),
            "tags": tags_of(self.account_id, self.team, self.name),
        }


@lru_cache(maxsize=64)
def things(account_id: str, events: Events = ()) -> tuple[Thing, ...]:
    planned = planned_things(account_id)
    saved = [
        _snapshot(thing, event.target, event.hour)
        for event in of_kind(events, EventKind.SAVED)
        for thing in planned
        if thing.id == event.what
    ]
    return tuple(_changed(thing, events) for thing in (*planned, *saved))


@cache
def planned_things(account_id: str) -> tuple[Thing, ...]:
    rows = (row for row in table("estate") if ACCOUNT_IDS[row["account"]] == account_id)
    return tuple(
        Thing(
            account_id=account_id,
            kind=row["kind"],
            region=row["region"],
            group=row["group"],
            team=row["team"],
            name=row["name"],
            created=hour_of(row["name"], int(row["created"])),
            deleted=hour_of(
                row["name"], int(row["deleted"]) if row["deleted"] else None
            ),
            type=row["type"],
            size=int(row["size"] or 0),
            extra=row["extra"],
        )
        for row in rows
    )


def _changed(thing: Thing, events: Events) -> Thing:
    for event in of_resource(events, thing.id):
        if event.kind is EventKind.REMOVED:
            thing = replace(thing, deleted=min(thing.deleted, event.hour))
        elif event.kind is EventKind.RETYPED and thing.kind == "bucket":
            thing = replace(thing, tier=event.target)
        elif event.kind is EventKind.RETYPED:
            thing = replace(thing, type=event.target)
        elif event.kind is EventKind.STOPPED:
            thing = replace(thing, off=(*thing.off, (event.hour, FOREVER)))
        elif event.kind is EventKind.STARTED and thing.kind == "volume":
            gap = (thing.deleted, event.hour)
            thing = replace(thing, deleted=FOREVER, off=(*thing.off, gap))
        elif event.kind is EventKind.STARTED:
            ended = ((start, min(end, event.hour)) for start, end in thing.off)
            thing = replace(thing, off=tuple(ended))
    return thing


def _snapshot(volume: Thing, name: str, hour: int) -> Thing:
    standard = "Standard_LRS" if volume.cloud is Cloud.AZURE else "standard"
    return replace(
        volume,
        kind="snapshot",
        name=name,
        created=hour,
        deleted=FOREVER,
        type=standard,
        extra=volume.name,
    )
