"""What went wrong at the company, so that anomaly detection can be scored.

There is nothing else to find: every other change is growth, a week's or a season's
shape, gentle noise, or a machine that came or went and is in the inventory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.windows import ONE_DAY
from providers.demo.company import IRELAND, PRODUCTION, STAGING, VIRGINIA
from providers.demo.events import EventKind, Events
from providers.demo.machines import MACHINES, Machine

# What an outage leaves of a region's usage.
LEFT_OF_IT = 0.1
# Azure bills resource groups, each of which lies in one region.
REGIONS_OF_GROUPS = {one.group: one.region for one in MACHINES if one.group}


@dataclass(frozen=True, slots=True)
class Incident:
    """One known incident.

    `first_day` counts from the anchor; `days` is None for what never went back. A
    cost incident multiplies the usage of `service` in `region` by `factor`; a CPU
    incident keeps the machine named `machine` at `average_percent`.
    """

    account_id: str
    region: str
    first_day: int
    days: int | None = None
    service: str = ""
    factor: float = 1.0
    machine: str = ""
    average_percent: float = 0.0

    def start(self, anchor: date) -> date:
        return anchor + ONE_DAY * self.first_day

    def end(self, anchor: date) -> date | None:
        """Return the day after its last one; None if it lasts."""
        if self.days is None:
            return None
        return self.start(anchor) + ONE_DAY * self.days

    def covers(self, day: date, anchor: date) -> bool:
        end = self.end(anchor)
        return self.start(anchor) <= day and (end is None or day < end)


# A backup job sent its copies through the NAT gateway for three days.
NAT_SPIKE = Incident(
    PRODUCTION, IRELAND, first_day=-40, days=3, service="EC2 - Other", factor=14.0
)
# Debug logging was switched on in staging and never off again.
CLOUDWATCH_SHIFT = Incident(
    STAGING, VIRGINIA, first_day=-120, service="AmazonCloudWatch", factor=2.6
)
# An order worker span on a poisoned message until it was restarted.
WORKER = "order-worker-02"
RUNAWAY_WORKER = Incident(
    PRODUCTION, VIRGINIA, first_day=-12, days=5, machine=WORKER, average_percent=97.0
)
INCIDENTS = (NAT_SPIKE, CLOUDWATCH_SHIFT, RUNAWAY_WORKER)


def cost_factor(
    account_id: str, service: str, place: str, day: date, anchor: date, events: Events
) -> float:
    """By how much that day's usage is multiplied; 1 when nothing is wrong."""
    factor, offset = 1.0, (day - anchor).days
    for incident in _of(account_id, day, anchor):
        if (incident.service, incident.region) == (service, place):
            factor = incident.factor
    for event in events:
        if event.kind is EventKind.OUTAGE:
            is_there = event.place in (place, REGIONS_OF_GROUPS.get(place))
            is_concerned = is_there and event.covers(offset)
            factor *= LEFT_OF_IT if is_concerned else 1
        elif (event.what, event.place) == (service, place):
            is_restated = event.kind is EventKind.RESTATED and event.restates(offset)
            is_spike = event.kind is EventKind.SPIKE and event.covers(offset)
            factor *= event.factor if is_restated or is_spike else 1
    return factor


def runaway_percent(
    machine: Machine, instance_id: str, day: date, anchor: date, events: Events
) -> float | None:
    """The average CPU a runaway holds that machine at; None when nothing is wrong."""
    for incident in _of(machine.account_id, day, anchor):
        if incident.machine == machine.name:
            return incident.average_percent
    for event in events:
        is_cpu = event.kind is EventKind.CPU and event.what == instance_id
        if is_cpu and event.covers((day - anchor).days):
            return event.factor
    return None


def _of(account_id: str, day: date, anchor: date) -> Iterator[Incident]:
    return (
        incident
        for incident in INCIDENTS
        if incident.account_id == account_id and incident.covers(day, anchor)
    )
