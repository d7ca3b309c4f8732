"""What the company has beside its machines: their disks, and what estate.csv names.

A disk or an address that names a machine belongs to it as long as that exists, and is
left over afterwards.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from core.windows import utc_day
from providers.demo.company import ACCOUNT_IDS, table
from providers.demo.fleet import (
    FOREVER,
    Life,
    at,
    days_of,
    hour_of,
    hours_since,
    lives,
    tags_of,
)
from providers.demo.shapes import digest, growth, only_growing
from providers.records import (
    AddressRecord,
    BucketRecord,
    DatabaseRecord,
    LoadBalancerRecord,
    ResourceRecord,
    VolumeRecord,
)

Describe = Callable[[str, date, datetime], Iterator[ResourceRecord]]

GIB = 1024**3
GROWTH_PER_YEAR = 0.3
# How much of a bucket lies in each tier, by a word of its name.
TIERS = {
    "archive": {"StandardStorage": 0.04, "DeepArchiveStorage": 0.96},
    "raw": {"StandardStorage": 0.55, "GlacierStorage": 0.45},
    "lake": {"StandardStorage": 0.7, "StandardIAStorage": 0.3},
}
ALL_STANDARD = {"StandardStorage": 1.0}
IOPS = {"gp2": 1500, "gp3": 3000, "io1": 8000}


@dataclass(frozen=True, slots=True)
class Thing:
    """A line of estate.csv; its kind decides what `type`, `size` and `extra` mean."""

    account_id: str
    kind: str
    region: str
    team: str
    name: str
    created: int
    deleted: int
    type: str
    size: int
    extra: str

    def id(self, prefix: str) -> str:
        return f"{prefix}-0{digest(self.kind, self.account_id, self.name)[:16]}"


@cache
def things(account_id: str) -> tuple[Thing, ...]:
    rows = (row for row in table("estate") if ACCOUNT_IDS[row["account"]] == account_id)
    return tuple(
        Thing(
            account_id=account_id,
            kind=row["kind"],
            region=row["region"],
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


def volumes(account_id: str, anchor: date, now: datetime) -> Iterator[VolumeRecord]:
    hour = hours_since(anchor, now)
    for life in lives(account_id):
        if life.launched <= hour < life.terminated:
            yield _root_disk(life, anchor)
    for thing in _present(account_id, "volume", hour):
        attached_to = _attached_to(thing, hour)
        yield VolumeRecord(
            resource_id=thing.id("vol"),
            region=thing.region,
            state="in-use" if attached_to else "available",
            name=thing.name if thing.team else "",
            created_at=at(anchor, thing.created),
            tags=tags_of(account_id, thing.team, thing.name),
            volume_type=thing.type,
            size_gib=thing.size,
            iops=IOPS.get(thing.type),
            attached_to=attached_to,
        )


def buckets(account_id: str, anchor: date, now: datetime) -> Iterator[BucketRecord]:
    grown = growth(GROWTH_PER_YEAR, only_growing((utc_day(now) - anchor).days))
    for thing in _present(account_id, "bucket", hours_since(anchor, now)):
        shares = next(
            (TIERS[word] for word in TIERS if word in thing.name), ALL_STANDARD
        )
        size = thing.size * GIB * grown
        yield BucketRecord(
            resource_id=thing.name,
            region=thing.region,
            state="",
            name=thing.name,
            created_at=at(anchor, thing.created),
            tags=tags_of(account_id, thing.team, thing.name),
            bytes_by_tier={tier: int(size * share) for tier, share in shares.items()},
            object_count=int(int(thing.extra) * grown),
        )


def databases(account_id: str, anchor: date, now: datetime) -> Iterator[DatabaseRecord]:
    for thing in _present(account_id, "database", hours_since(anchor, now)):
        engine, version, *multi = thing.extra.split()
        yield DatabaseRecord(
            resource_id=f"arn:aws:rds:{thing.region}:{account_id}:db:{thing.name}",
            region=thing.region,
            state="available",
            name=thing.name,
            created_at=at(anchor, thing.created),
            tags=tags_of(account_id, thing.team, thing.name),
            engine=engine,
            engine_version=version,
            database_class=thing.type,
            storage_gib=thing.size,
            storage_type="gp3",
            is_multi_zone=bool(multi),
        )


def addresses(account_id: str, anchor: date, now: datetime) -> Iterator[AddressRecord]:
    hour = hours_since(anchor, now)
    for thing in _present(account_id, "address", hour):
        attached_to = _attached_to(thing, hour)
        yield AddressRecord(
            resource_id=thing.id("eipalloc"),
            region=thing.region,
            state="associated" if attached_to else "unassociated",
            name=thing.name if thing.team else "",
            tags=tags_of(account_id, thing.team, thing.name),
            # 198.51.100.0/24 is set aside for documentation.
            ip=f"198.51.100.{4 + int(digest(thing.name)[:2], 16) % 250}",
            attached_to=attached_to,
        )


def balancers(
    account_id: str, anchor: date, now: datetime
) -> Iterator[LoadBalancerRecord]:
    for thing in _present(account_id, "load-balancer", hours_since(anchor, now)):
        path = f"{thing.type[:3]}/{thing.name}/{digest(thing.name)[:16]}"
        yield LoadBalancerRecord(
            resource_id=f"arn:aws:elasticloadbalancing:{thing.region}:{account_id}"
            f":loadbalancer/{path}",
            region=thing.region,
            state="active",
            name=thing.name,
            created_at=at(anchor, thing.created),
            tags=tags_of(account_id, thing.team, thing.name),
            balancer_type=thing.type,
            targets=thing.size,
        )


def estate_change_days(
    account_id: str, anchor: date, start: date, now: datetime
) -> list[date]:
    """Return the days from `start` until `now` on which any of it changed, in order."""
    hours = {hour for one in things(account_id) for hour in (one.created, one.deleted)}
    for life in lives(account_id):
        hours |= {life.launched, life.terminated}
    return days_of(hours - {FOREVER}, anchor, start, now)


def _root_disk(life: Life, anchor: date) -> VolumeRecord:
    machine = life.machine
    return VolumeRecord(
        resource_id="vol-0" + digest("volume", life.instance_id)[:16],
        region=machine.region,
        state="in-use",
        name=machine.name if machine.is_tagged else "",
        created_at=at(anchor, life.launched),
        tags=tags_of(machine.account_id, machine.team, machine.name),
        volume_type="gp3",
        size_gib=machine.disk_gib,
        iops=IOPS["gp3"],
        throughput_mib=125,
        attached_to=life.instance_id,
    )


def _present(account_id: str, kind: str, hour: int) -> Iterator[Thing]:
    for thing in things(account_id):
        if thing.kind == kind and thing.created <= hour < thing.deleted:
            yield thing


def _attached_to(thing: Thing, hour: int) -> str:
    """Return the id of the machine that it belongs to, as long as that exists."""
    for life in lives(thing.account_id):
        if life.machine.name == thing.extra and life.launched <= hour < life.terminated:
            return life.instance_id
    return ""
