"""What the company's Azure subscription is charged for: what is there, at list price.

Azure's bill tells services and resource groups apart, and no regions.
"""

from collections.abc import Iterator
from decimal import Decimal

from core.money import ZERO
from providers.demo.company import hourly_usd as machine_usd
from providers.demo.estate import DATABASE_DISK, GIB, ROOT_DISK, bytes_by_tier
from providers.demo.events import Events
from providers.demo.lives import Life, lives
from providers.demo.resource_prices import hourly_usd
from providers.demo.things import Thing, things
from providers.records import IN_USE, MULTI_ZONE, ResourceMarket

VIRTUAL_MACHINES = "Virtual Machines"
STORAGE = "Storage"
# Of each kind, and of each engine of a database.
SERVICES = {
    "volume": STORAGE,
    "snapshot": STORAGE,
    "bucket": STORAGE,
    "postgres": "Azure Database for PostgreSQL",
    "mysql": "Azure Database for MySQL",
    "address": "Virtual Network",
    "nat-gateway": "NAT Gateway",
    "load-balancer": "Load Balancer",
}

Charge = tuple[str, str, str, Decimal]
"""Service, resource group, team and USD."""


def charges(account_id: str, offset: int, events: Events = ()) -> Iterator[Charge]:
    """Yield what a day costs, so many days after the anchor."""
    for life in lives(account_id, events):
        yield from _of_machine(life, offset)
    for thing in things(account_id, events):
        service = SERVICES[thing.engine or thing.kind]
        yield service, thing.group, thing.team, thing_usd(thing, offset)


def _of_machine(life: Life, offset: int) -> Iterator[Charge]:
    """Its hours while it is allocated, and its disk while it exists."""
    machine = life.machine
    of_whom = machine.group, machine.team
    for run in life.runs:
        price = machine_usd(run.instance_type, machine.region, machine.platform)
        yield VIRTUAL_MACHINES, *of_whom, price * run.hours_on(offset)
    market = ResourceMarket(machine.region, "volume")
    price = hourly_usd(market, ROOT_DISK[machine.cloud], machine.disk_gib)
    yield STORAGE, *of_whom, price * life.hours_existing(offset)


def thing_usd(thing: Thing, offset: int) -> Decimal:
    """Return what it costs on a day, so many days after the anchor."""
    hours = thing.hours_existing(offset)
    if not hours:
        return ZERO
    hours_off = hours - thing.hours_on(offset)
    saved = _hourly_while_on(thing, offset) * hours_off if hours_off else ZERO
    return _hourly(thing, offset) * hours - saved


def _hourly(thing: Thing, offset: int) -> Decimal:
    market = ResourceMarket(thing.region, thing.kind, thing.engine)
    if thing.kind == "bucket":
        tiers = bytes_by_tier(thing, offset).items()
        parts = (
            hourly_usd(market, tier, Decimal(size) / GIB, thing.type)
            for tier, size in tiers
        )
        return sum(parts, ZERO)
    if thing.kind == "database":
        disk = DATABASE_DISK[thing.cloud]
        storage = hourly_usd(market, disk, thing.size, _redundancy(thing))
        return _class_hourly(thing) + storage
    if thing.kind == "address":
        return hourly_usd(market, IN_USE)  # the same where it is idle
    return hourly_usd(market, thing.type, max(thing.size, 1))


def _hourly_while_on(thing: Thing, offset: int) -> Decimal:
    """Return what is charged only while it is not stopped, or there."""
    is_database = thing.kind == "database"
    return _class_hourly(thing) if is_database else _hourly(thing, offset)


def _class_hourly(database: Thing) -> Decimal:
    """Return what is not charged for a database while it is stopped."""
    market = ResourceMarket(database.region, database.kind, database.engine)
    return hourly_usd(market, database.type, 1, _redundancy(database))


def _redundancy(database: Thing) -> str:
    return MULTI_ZONE if database.extra.endswith(" multi") else ""
