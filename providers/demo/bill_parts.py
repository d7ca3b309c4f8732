"""What the company's charges of a day consist of: resources, usage types, quantities.

The bill has sums by service and place. These are what it sums, with the ids that the
inventory has, at list price; what is not of a resource of its own is traffic and
requests, as usage_types.csv tells.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from core.money import QUANTUM, ZERO
from core.windows import HOURS_PER_MONTH
from providers.demo.azure_bill import SERVICES as AZURE_SERVICES
from providers.demo.azure_bill import VIRTUAL_MACHINES, thing_usd
from providers.demo.company import (
    CLOUD_OF,
    DISK_USD_PER_GIB_HOUR,
    IRELAND,
    SYDNEY,
    Cloud,
    hourly_usd,
    table,
)
from providers.demo.estate import GIB, ROOT_DISK, bytes_by_tier, root_disk_id
from providers.demo.events import Events
from providers.demo.lives import Life, azure_id, lives
from providers.demo.resource_prices import hourly_usd as resource_usd
from providers.demo.saved_charges import SERVICES as AWS_SERVICES
from providers.demo.saved_charges import TEAMS
from providers.demo.services import COMPUTE, EC2_OTHER
from providers.demo.shapes import digest
from providers.demo.things import Thing, things
from providers.records import MULTI_ZONE, ResourceMarket

# How AWS begins usage types of a region; those of Virginia have no sign.
SIGNS = {IRELAND: "EU-", SYDNEY: "APS2-"}
# Of each kind in AWS: its usage type and operation.
AWS_USES = {
    "nat-gateway": ("NatGateway-Hours", "NatGateway"),
    "load-balancer": ("LoadBalancerUsage", "LoadBalancing"),
    "volume": ("EBS:VolumeUsage.{type}", "CreateVolume"),
    "snapshot": ("EBS:SnapshotUsage", "CreateSnapshot"),
    "address": ("PublicIPv4:InUseAddress", "AssociateAddress"),
    "bucket": ("TimedStorage{type}-ByteHrs", "Storage"),
    "database": ("InstanceUsage:{type}", "CreateDBInstance"),
}
BY_SIZE = frozenset({"volume", "snapshot"})
# How AWS's usage types name each tier of S3.
TIER_SIGNS = {
    "StandardStorage": "",
    "StandardIAStorage": "-SIA",
    "GlacierInstantRetrievalStorage": "-GIR",
    "GlacierStorage": "-Glacier",
    "DeepArchiveStorage": "-GDA",
}

Place = tuple[str, str, str]
"""Service, place and team, as the bill tells and splits its charges."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one use of one resource costs on a day at list price; `usd` is relative
    where it is traffic or requests, whose sum is what the resources leave."""

    usd: Decimal
    usage_type: str
    operation: str
    unit: str
    unit_usd: Decimal
    resource_id: str = ""
    name: str = ""
    region: str = ""
    is_spot: bool = False


@dataclass(frozen=True, slots=True)
class UsageType:
    """A line of usage_types.csv: what a service charges besides its resources.

    `kind` is of the resources that it is for, `names` end ids of others.
    """

    part: Part
    share: int
    kind: str
    names: Sequence[str]


def resource_parts(
    account_id: str, offset: int, events: Events
) -> Mapping[Place, Sequence[Part]]:
    """Return what each resource costs so many days after the anchor."""
    found: dict[Place, list[Part]] = defaultdict(list)
    is_azure = CLOUD_OF[account_id] is Cloud.AZURE
    of_machine = _azure_machine if is_azure else _aws_machine
    of_thing = _azure_thing if is_azure else _aws_thing
    for life in lives(account_id, events):
        for place, part in of_machine(life, offset):
            found[place].append(part)
    for thing in things(account_id, events):
        if thing.hours_existing(offset):
            for place, part in of_thing(thing, offset):
                found[place].append(part)
    return found


def other_parts(
    account_id: str, place: Place, offset: int, events: Events
) -> Sequence[Part]:
    """Return what a service charges there besides, by shares; at least one."""
    service, where, _ = place
    region = "" if CLOUD_OF[account_id] is Cloud.AZURE else where
    sign = SIGNS.get(region, "")
    present = [
        one
        for one in things(account_id, events)
        if one.region == region and one.hours_existing(offset)
    ]
    parts = []
    for one in usage_types().get(service, ()):
        owners = [(each.id, each.name) for each in present if each.kind == one.kind]
        owners = owners or [
            (_id_of(account_id, service, where, name), name.rpartition("/")[2])
            for name in one.names
        ]
        for resource_id, name in owners or [("", "")]:
            parts.append(
                Part(
                    Decimal(one.share) / len(owners or ("",)),
                    sign + one.part.usage_type,
                    one.part.operation,
                    one.part.unit,
                    one.part.unit_usd,
                    resource_id,
                    name,
                    region,
                )
            )
    return parts or [Part(Decimal(1), service, "", "", ZERO, region=region)]


@cache
def usage_types() -> Mapping[str, Sequence[UsageType]]:
    found: dict[str, list[UsageType]] = defaultdict(list)
    for row in table("usage_types"):
        price = Decimal(row["usd"])
        part = Part(ZERO, row["usage_type"], row["operation"], row["unit"], price)
        names = row["names"].split("|") if row["names"] else ()
        found[row["service"]].append(
            UsageType(part, int(row["share"]), row["kind"], names)
        )
    return found


def _id_of(account_id: str, service: str, where: str, name: str) -> str:
    """Return the id of what no inventory reads, as its cloud names it."""
    if CLOUD_OF[account_id] is Cloud.AZURE:
        kind, _, last = name.rpartition("/")
        return azure_id(account_id, where, kind, last)
    if service == COMPUTE:  # came and went between two reads of the inventory
        return "i-0" + digest(name, account_id, where)[:16]
    short = service.removeprefix("Amazon").removeprefix("AWS").strip()
    word = "".join(short.lower().split())
    region = "" if where == "global" else where
    return f"arn:aws:{word}:{region}:{account_id}:{name}"


def _aws_machine(life: Life, offset: int) -> Iterator[tuple[Place, Part]]:
    machine = life.machine
    region, team = machine.region, machine.team
    sign, is_spot = SIGNS.get(region, ""), machine.lifecycle == "spot"
    name = machine.name if machine.is_tagged else ""
    for run in life.runs:
        if hours := run.hours_on(offset):
            price = hourly_usd(
                run.instance_type, region, machine.platform, machine.lifecycle
            )
            yield (
                (COMPUTE, region, team),
                Part(
                    price * hours,
                    f"{sign}{'Spot' if is_spot else 'Box'}Usage:{run.instance_type}",
                    "RunInstances:0002" if machine.platform else "RunInstances",
                    "Hours",
                    price,
                    life.instance_id,
                    name,
                    region,
                    is_spot,
                ),
            )
    if hours := life.hours_existing(offset):
        yield (
            (EC2_OTHER, region, team),
            Part(
                DISK_USD_PER_GIB_HOUR * machine.disk_gib * hours,
                f"{sign}EBS:VolumeUsage.gp3",
                "CreateVolume-Gp3",
                "GB-Months",
                DISK_USD_PER_GIB_HOUR * HOURS_PER_MONTH,
                root_disk_id(life),
                name,
                region,
            ),
        )


def _aws_thing(thing: Thing, offset: int) -> Iterator[tuple[Place, Part]]:
    service, region = AWS_SERVICES[thing.kind], thing.region
    usage_type, operation = AWS_USES[thing.kind]
    team = TEAMS.get((thing.account_id, service, region))
    if team is None:  # the service is not billed there
        return
    place = (service, region, team)
    hours, hours_on = thing.hours_existing(offset), thing.hours_on(offset)
    sign = SIGNS.get(region, "")

    def part(usd: Decimal, used: str, unit: str, unit_usd: Decimal) -> Part:
        ids = thing.id, thing.name, region
        return Part(usd, sign + used, operation, unit, unit_usd, *ids)

    if thing.kind == "database":
        redundancy = MULTI_ZONE if thing.extra.endswith(" multi") else ""
        market = ResourceMarket(region, thing.kind, thing.engine)
        price = resource_usd(market, thing.type, 1, redundancy)
        used = usage_type.format(type=thing.type)
        yield place, part(price * hours_on, used, "Hours", price)
        stored = resource_usd(market, "gp3", thing.size, redundancy)
        unit_usd = stored * HOURS_PER_MONTH / thing.size
        yield place, part(stored * hours, "RDS:GP3-Storage", "GB-Months", unit_usd)
        return
    if thing.kind == "bucket":
        for tier, usd, price in _tiers(thing, offset):
            used = usage_type.format(type=TIER_SIGNS[tier])
            yield place, part(usd * hours, used, "GB-Months", price)
        return
    if not hours_on:
        return
    usd = thing_usd(thing, offset)
    used = usage_type.format(type=thing.type)
    if thing.kind in BY_SIZE:
        monthly = usd / hours_on * HOURS_PER_MONTH
        unit_usd = (monthly / thing.size).quantize(QUANTUM)
        yield place, part(usd, used, "GB-Months", unit_usd)
    else:
        yield place, part(usd, used, "Hours", usd / hours_on)


def _azure_machine(life: Life, offset: int) -> Iterator[tuple[Place, Part]]:
    machine = life.machine
    group, team, region = machine.group, machine.team, machine.region
    for run in life.runs:
        if hours := run.hours_on(offset):
            price = hourly_usd(run.instance_type, region, machine.platform)
            meter = run.instance_type.removeprefix("Standard_").replace("_", " ")
            ids = life.instance_id, machine.name, region
            yield (
                (VIRTUAL_MACHINES, group, team),
                Part(price * hours, meter, "", "Hours", price, *ids),
            )
    if hours := life.hours_existing(offset):
        sku = ROOT_DISK[Cloud.AZURE]
        market = ResourceMarket(region, "volume")
        price = resource_usd(market, sku, machine.disk_gib)
        name = f"{machine.name}_osdisk"
        yield (
            (AZURE_SERVICES["volume"], group, team),
            Part(
                price * hours,
                f"{sku.replace('_', ' ')} {machine.disk_gib} GiB",
                "",
                "Months",
                price * HOURS_PER_MONTH,
                root_disk_id(life),
                name,
                region,
            ),
        )


def _azure_thing(thing: Thing, offset: int) -> Iterator[tuple[Place, Part]]:
    is_database = thing.kind == "database"  # a stopped one still has its storage
    hours = thing.hours_existing(offset) if is_database else thing.hours_on(offset)
    if not hours:
        return
    place = (AZURE_SERVICES[thing.engine or thing.kind], thing.group, thing.team)
    ids = thing.id, thing.name, thing.region
    if thing.kind == "bucket":
        redundancy = thing.type.removeprefix("Standard_")
        for tier, usd, price in _tiers(thing, offset):
            meter = f"{tier} {redundancy} Data Stored"
            yield place, Part(usd * hours, meter, "", "GB-Months", price, *ids)
        return
    price = thing_usd(thing, offset) / hours
    sku = thing.type.removeprefix("Standard_").replace("_", " ")
    meter = f"{thing.kind.replace('-', ' ').capitalize()} {sku}".strip()
    yield place, Part(price * hours, meter, "", "Hours", price, *ids)


def _tiers(bucket: Thing, offset: int) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Yield each tier with what it costs an hour, and the price of a GiB and month."""
    market = ResourceMarket(bucket.region, "bucket", "")
    redundancy = bucket.type if bucket.cloud is Cloud.AZURE else ""
    for tier, size in bytes_by_tier(bucket, offset).items():
        gib = Decimal(size) / GIB
        hourly = resource_usd(market, tier, gib, redundancy)
        yield tier, hourly, (hourly * HOURS_PER_MONTH / gib).quantize(QUANTUM)
