"""What the company has beside its machines: their disks, and what estate.csv names.

A disk or an address that names what it belongs to does so as long as that exists, and
is left over afterwards.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from core.windows import utc_day
from providers.demo.company import Cloud
from providers.demo.events import Events
from providers.demo.fleet import at, days_of, hours_since, tags_of
from providers.demo.lives import FOREVER, Life, azure_id, lives
from providers.demo.shapes import digest, growth, only_growing
from providers.demo.things import AZURE_TYPES, STATES, Thing, things
from providers.records import (
    AddressRecord,
    BucketRecord,
    DatabaseRecord,
    LoadBalancerRecord,
    NatGatewayRecord,
    ResourceRecord,
    SnapshotRecord,
    VolumeRecord,
)

Describe = Callable[[str, date, datetime, Events], Iterator[ResourceRecord]]

GIB = 1024**3
GROWTH_PER_YEAR = 0.3
# How much of a bucket lies in each tier, by a word of its name.
TIERS = {
    "backuparchive": {"Cool": 0.08, "Archive": 0.92},
    "archive": {"StandardStorage": 0.04, "DeepArchiveStorage": 0.96},
    "raw": {"StandardStorage": 0.55, "GlacierStorage": 0.45},
    "lake": {"StandardStorage": 0.7, "StandardIAStorage": 0.3},
}
IOPS = {"gp2": 1500, "gp3": 3000, "io1": 8000, "Premium_LRS": 2300}
ROOT_DISK = {Cloud.AWS: "gp3", Cloud.AZURE: "StandardSSD_LRS"}
DATABASE_DISK = {Cloud.AWS: "gp3", Cloud.AZURE: "Premium_LRS"}


def volumes(
    account_id: str, anchor: date, now: datetime, events: Events = ()
) -> Iterator[VolumeRecord]:
    hour = hours_since(anchor, now)
    for life in lives(account_id, events):
        if life.launched <= hour < life.terminated:
            yield _root_disk(life, anchor)
    for thing in _present(account_id, "volume", hour, events):
        attached_to = _attached_to(thing, hour, events)
        yield VolumeRecord(
            **thing.head(anchor, "attached" if attached_to else "unattached"),
            volume_type=thing.type,
            size_gib=thing.size,
            iops=IOPS.get(thing.type),
            throughput_mib=125 if thing.type == "gp3" else None,
            attached_to=attached_to,
        )


def snapshots(
    account_id: str, anchor: date, now: datetime, events: Events = ()
) -> Iterator[SnapshotRecord]:
    hour = hours_since(anchor, now)
    disks = {
        one.name: one for one in things(account_id, events) if one.kind == "volume"
    }
    for thing in _present(account_id, "snapshot", hour, events):
        source = disks.get(thing.extra)
        yield SnapshotRecord(
            **thing.head(anchor),
            size_gib=thing.size,
            full_bytes=int(thing.size * GIB * 0.7),
            storage_tier=thing.type,
            is_incremental=thing.cloud is Cloud.AWS,
            source_id=source.id if source else "",
            source_exists=source is not None and hour < source.deleted,
        )


def buckets(
    account_id: str, anchor: date, now: datetime, events: Events = ()
) -> Iterator[BucketRecord]:
    for thing in _present(account_id, "bucket", hours_since(anchor, now), events):
        objects, *access_tier = thing.extra.split()
        yield BucketRecord(
            **thing.head(anchor),
            bucket_kind="StorageV2" if access_tier else "",
            redundancy=thing.type,
            access_tier=(access_tier and thing.tier) or "".join(access_tier),
            bytes_by_tier=bytes_by_tier(thing, (utc_day(now) - anchor).days),
            object_count=int(int(objects) * _growth((utc_day(now) - anchor).days)),
        )


def bytes_by_tier(bucket: Thing, offset: int) -> dict[str, int]:
    """Return how much lies in each tier, so many days after the anchor."""
    usual = bucket.extra.split()[-1] if bucket.cloud is Cloud.AZURE else ""
    usual = bucket.tier or usual or "StandardStorage"
    named = (TIERS[word] for word in TIERS if word in bucket.name and not bucket.tier)
    shares = next(named, {usual: 1.0})
    size = bucket.size * GIB * _growth(offset)
    return {tier: int(size * share) for tier, share in shares.items()}


def _growth(offset: int) -> float:
    return growth(GROWTH_PER_YEAR, only_growing(offset))


def databases(
    account_id: str, anchor: date, now: datetime, events: Events = ()
) -> Iterator[DatabaseRecord]:
    hour = hours_since(anchor, now)
    for thing in _present(account_id, "database", hour, events):
        engine, version, *multi = thing.extra.split()
        yield DatabaseRecord(
            **thing.head(anchor, "stopped" if thing.is_off(hour) else ""),
            engine=engine,
            engine_version=version,
            database_class=thing.type,
            storage_gib=thing.size,
            storage_type=DATABASE_DISK[thing.cloud],
            is_multi_zone=bool(multi),
        )


def addresses(
    account_id: str, anchor: date, now: datetime, events: Events = ()
) -> Iterator[AddressRecord]:
    hour = hours_since(anchor, now)
    for thing in _present(account_id, "address", hour, events):
        attached_to = _attached_to(thing, hour, events)
        yield AddressRecord(
            **thing.head(anchor, "associated" if attached_to else "unassociated"),
            # 198.51.100.0/24 is set aside for documentation.
            ip=f"198.51.100.{4 + int(digest(thing.name)[:2], 16) % 250}",
            attached_to=attached_to,
        )


def gateways(
    account_id: str, anchor: date, now: datetime, events: Events = ()
) -> Iterator[NatGatewayRecord]:
    attached = addresses(account_id, anchor, now, events)
    ips = {one.attached_to: one.ip for one in attached if one.ip}
    for thing in _present(account_id, "nat-gateway", hours_since(anchor, now), events):
        head = thing.head(anchor)
        own = f"192.0.2.{4 + int(digest(thing.name)[:2], 16) % 250}"
        yield NatGatewayRecord(
            **head,
            gateway_type=thing.type,
            public_ips=ips.get(head["resource_id"], own),
            vpc_id="vpc-0" + digest("vpc", account_id, thing.region)[:16]
            if thing.cloud is Cloud.AWS
            else "",
            subnets=thing.size,
        )


def balancers(
    account_id: str, anchor: date, now: datetime, events: Events = ()
) -> Iterator[LoadBalancerRecord]:
    for thing in _present(
        account_id, "load-balancer", hours_since(anchor, now), events
    ):
        yield LoadBalancerRecord(
            **thing.head(anchor),
            balancer_type=thing.type,
            targets=thing.size,
            healthy_targets=thing.size if thing.cloud is Cloud.AWS else None,
        )


def estate_change_days(
    account_id: str, anchor: date, start: date, now: datetime, events: Events = ()
) -> list[date]:
    """Return the days from `start` until `now` on which any of it changed, in order."""
    hours = {
        hour
        for one in things(account_id, events)
        for hour in (one.created, one.deleted)
    }
    for life in lives(account_id, events):
        hours |= {life.launched, life.terminated}
    return days_of(hours - {FOREVER}, anchor, start, now)


def _root_disk(life: Life, anchor: date) -> VolumeRecord:
    machine, is_azure = life.machine, life.machine.cloud is Cloud.AZURE
    name = f"{machine.name}_osdisk"
    return VolumeRecord(
        resource_id=root_disk_id(life),
        region=machine.region,
        resource_group=machine.group,
        state=STATES[machine.cloud]["attached"],
        name=name if is_azure else machine.name if machine.is_tagged else "",
        created_at=at(anchor, life.launched),
        tags=tags_of(machine.account_id, machine.team, machine.name),
        volume_type=ROOT_DISK[machine.cloud],
        size_gib=machine.disk_gib,
        iops=500 if is_azure else IOPS["gp3"],
        throughput_mib=60 if is_azure else 125,
        attached_to=life.instance_id,
    )


def root_disk_id(life: Life) -> str:
    machine = life.machine
    if machine.cloud is Cloud.AZURE:
        name = f"{machine.name}_osdisk"
        owner = machine.account_id, machine.group
        return azure_id(*owner, AZURE_TYPES["volume"], name)
    return "vol-0" + digest("volume", life.instance_id)[:16]


def _present(account_id: str, kind: str, hour: int, events: Events) -> Iterator[Thing]:
    for thing in things(account_id, events):
        is_there = thing.created <= hour < thing.deleted
        if kind == "volume":
            is_there = is_there and not thing.is_off(hour)
        if thing.kind == kind and is_there:
            yield thing


def _attached_to(thing: Thing, hour: int, events: Events) -> str:
    """Return the id of what it belongs to, as long as that exists."""
    for life in lives(thing.account_id, events):
        if life.machine.name == thing.extra and life.launched <= hour < life.terminated:
            return life.instance_id
    for kind in ("nat-gateway", "load-balancer"):
        for one in _present(thing.account_id, kind, hour, events):
            if one.name == thing.extra:
                return one.id
    return ""
