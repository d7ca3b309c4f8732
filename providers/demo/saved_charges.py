"""What AWS's bill has less, once what lies beside machines changed or is gone.

services.csv has what all of it costs together.
"""

from collections.abc import Iterator, Mapping

from core.money import ZERO
from providers.demo.azure_bill import Charge, thing_usd
from providers.demo.events import Events
from providers.demo.services import (
    EC2_OTHER,
    LOAD_BALANCING,
    RDS,
    S3,
    SERVICE_LINES,
)
from providers.demo.things import planned_things, things

SERVICES: Mapping[str, str] = {
    "volume": EC2_OTHER,
    "snapshot": EC2_OTHER,
    "address": EC2_OTHER,
    "nat-gateway": EC2_OTHER,
    "bucket": S3,
    "database": RDS,
    "load-balancer": LOAD_BALANCING,
}
# Where a service is billed, and whose these charges are.
TEAMS = {
    (line.account_id, line.service, line.place): line.team for line in SERVICE_LINES
}


def saved_charges(account_id: str, offset: int, events: Events) -> Iterator[Charge]:
    """Yield the difference to what was planned, of each that events changed."""
    if not events:
        return
    planned = {thing.id: thing for thing in planned_things(account_id)}
    for thing in things(account_id, events):
        before, service = planned.get(thing.id), SERVICES[thing.kind]
        team = TEAMS.get((account_id, service, thing.region))
        if thing != before and team is not None:
            was = thing_usd(before, offset) if before else ZERO
            yield service, thing.region, team, thing_usd(thing, offset) - was
