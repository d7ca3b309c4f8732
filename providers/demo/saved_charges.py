"""What AWS's bill has less, once a volume, address or bucket changed or is gone.

services.csv has what all of them cost together.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from core.money import ZERO
from providers.demo.azure_bill import Charge
from providers.demo.estate import GIB, bytes_by_tier
from providers.demo.events import Events
from providers.demo.lives import Run
from providers.demo.resource_prices import hourly_usd
from providers.demo.services import EC2_OTHER, S3, SERVICE_LINES
from providers.demo.things import Thing, planned_things, things
from providers.records import IN_USE, ResourceMarket

SERVICES: Mapping[str, str] = {
    "volume": EC2_OTHER,
    "snapshot": EC2_OTHER,
    "address": EC2_OTHER,
    "bucket": S3,
}


def saved_charges(account_id: str, offset: int, events: Events) -> Iterator[Charge]:
    """Yield the difference to what was planned, of each that events changed."""
    if not events:
        return
    planned = {thing.id: thing for thing in planned_things(account_id)}
    for thing in things(account_id, events):
        before = planned.get(thing.id)
        if thing.kind in SERVICES and thing != before:
            service = SERVICES[thing.kind]
            usd = _usd_of(thing, offset) - (_usd_of(before, offset) if before else ZERO)
            yield service, thing.region, team_of(account_id, service, thing.region), usd


def _usd_of(thing: Thing, offset: int) -> Decimal:
    hours = Run(thing.created, thing.deleted, "").hours_on(offset)
    return hourly(thing, offset) * hours if hours else ZERO


def hourly(thing: Thing, offset: int) -> Decimal:
    market = ResourceMarket(thing.region, thing.kind, "")
    if thing.kind == "address":
        return hourly_usd(market, IN_USE)
    if thing.kind != "bucket":
        return hourly_usd(market, thing.type, thing.size)
    tiers = bytes_by_tier(thing, offset).items()
    return sum((hourly_usd(market, tier, Decimal(b) / GIB) for tier, b in tiers), ZERO)


def team_of(account_id: str, service: str, region: str) -> str:
    """Return whose the service's charges are there, which this is taken from."""
    of_it = (account_id, service, region)
    lines = (
        line.team
        for line in SERVICE_LINES
        if (line.account_id, line.service, line.place) == of_it
    )
    return next(lines, "")
